"""Points of a system that speaks the protocol, where its manifest has a [location]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import pairwise
from typing import Any
from uuid import uuid4

from portal.sources.base import Key, Person
from portal.sources.history import After, History, Point, Reported, Span, Tally
from portal.sources.http.client import Client, as_sent
from portal.sources.http.stream import key_of, moment

LOCATION = "/privacy/location"


class HttpHistory(History):
    """The history of one system; an answer that cannot be is refused whole, and permanently."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def reported(self, person: Person) -> Reported | None:
        with self._answer("reported", person) as answer:
            told = answer["reported"]
            return Reported(str(told["state"]), moment(told["at"]) if told.get("at") else None) if told else None

    def tally(self, person: Person, spans: Sequence[Span]) -> Tally:
        with self._answer("tally", person, spans=[_span(span) for span in spans]) as answer:
            counted = tuple(_count(told) for told in answer["spans"])
            if len(counted) != len(spans):
                raise ValueError
            return Tally(moment(answer["first"]) if answer["first"] else None, counted)

    def page(self, person: Person, after: After | None, size: int) -> list[Point]:
        behind = {"after": _behind(after)} if after else {}
        with self._answer("points", person, limit=size, **behind) as answer:
            points = [_point(told) for told in answer["points"]]
            if len(points) > size or any(older.at > newer.at for newer, older in pairwise(points)):
                raise ValueError
            return points

    def delete(self, person: Person, span: Span, most: int) -> int:
        with self._answer("forget", person, span=_span(span), limit=most) as answer:
            return _count(answer["deleted"])

    def delete_one(self, person: Person, key: Key) -> int:
        with self._answer("forget", person, point=list(key)) as answer:
            return _count(answer["deleted"])

    @contextmanager
    def _answer(self, operation: str, person: Person, **asked: Any) -> Iterator[Mapping[str, Any]]:
        answer = self._client.ask(LOCATION, operation, str(uuid4()), person=as_sent(person), **asked)[1]
        with self._client.understood(operation):
            yield answer


def _span(span: Span) -> dict[str, str]:
    return {name: at.isoformat() for name, at in asdict(span).items() if at is not None}


def _behind(after: After) -> dict[str, Any]:
    """Return the point behind which a page begins; a moment of another system's comes without a key."""
    if after.key:
        return {"at": after.mark, "key": list(after.key)}
    return {"at": after.at.isoformat(), "included": after.included}


def _point(told: Mapping[str, Any]) -> Point:
    at = str(told["at"])
    return Point(key_of(told["key"]), moment(at), float(told["latitude"]), float(told["longitude"]), at)


def _count(told: Any) -> int:
    if not isinstance(told, int) or told < 0:
        raise ValueError
    return told
