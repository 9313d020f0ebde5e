"""A connected system that is no database and answers the portal's HTTP protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import date
from http import HTTPStatus
from http.client import HTTPResponse
from itertools import islice
from typing import Any, cast, get_args
from uuid import uuid4

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import (
    Change,
    Erased,
    Finding,
    Identifier,
    Key,
    Mention,
    Outcome,
    Page,
    Person,
    Preview,
    Proof,
    Setting,
    Shape,
    Snapshot,
    Source,
    Young,
    counted_out,
)
from portal.sources.history import History
from portal.sources.http import aging, counted, sweeping
from portal.sources.http.client import Client, as_sent
from portal.sources.http.describe import compare, shape
from portal.sources.http.history import HttpHistory
from portal.sources.http.stream import CutShort, SpooledSnapshot, key_of, lines
from portal.sources.manifest import Manifest

COUNTS, ACCESS, ERASURE, PREFERENCES, CORRECTION, SWEEP, RETENTION, DESCRIBE = (
    f"/privacy/{name}"
    for name in ("counts", "access", "erasure", "preferences", "correction", "sweep", "retention", "describe")
)
SUBJECTS = 100  # rows of one person in the subject's table that are read for what they are known by


class HttpSource(Source):
    """The client of protocol.openapi.json. What rows mean, and what becomes of them, the manifest says here too."""

    def __init__(self, manifest: Manifest, url: str, secret: str) -> None:
        super().__init__(manifest)
        self._singly = False  # whether it knows no question about many people's choices
        self._client = Client(manifest.id, url, secret, self.unavailable)

    @property
    def history(self) -> History | None:
        return HttpHistory(self._client) if self.manifest.location else None

    def find(self, identifier: Identifier) -> list[Key]:
        if identifier.kind not in {match.kind for match in self.manifest.subject.match}:
            return []
        answer = self._ask(COUNTS, "find", identifiers=[asdict(identifier)])
        with self._client.understood("find"):
            return sorted((key_of(key) for key in answer["keys"]), key=str)

    def preview(self, person: Person) -> Preview:
        answer = self._ask(COUNTS, "counts", person=as_sent(person))
        with self._client.understood("counts"):
            return counted.preview(self.manifest, answer)

    @contextmanager
    def snapshot(self, person: Person) -> Iterator[Snapshot]:
        with self._stream("access", person=as_sent(person)) as response:
            snapshot = SpooledSnapshot(response, self.manifest.tables)
        with closing(snapshot):
            yield snapshot

    def page(self, person: Person, table: str, after: str = "", limit: int = 50) -> Page:
        """Ask for one page; a system that knows no pages answers with everything, which is counted through."""
        return self._page(person, table, after, limit)

    def _page(self, person: Person, table: str, after: str = "", limit: int = 50, given: bool = True) -> Page:
        with self._stream("access", person=as_sent(person), table=table, after=after, limit=limit) as response:
            snapshot = SpooledSnapshot(response, self.manifest.tables, given)
        with closing(snapshot), self._client.understood("access"):
            entry = self.manifest.tables[table]
            if "next" not in snapshot.head:
                return counted_out(snapshot, entry, after, limit)
            following = snapshot.head["next"]
            return Page(tuple(snapshot.rows(table)), None if following is None else str(following))

    def prefer(self, person: Person, choices: Mapping[str, str]) -> None:
        known = {name: state for name, state in choices.items() if name in self.manifest.preferences}
        if known:
            self._ask(PREFERENCES, "preferences", person=as_sent(person), choices=known)

    def stored(self, person: Person) -> dict[str, str]:
        answer = self._ask(PREFERENCES, "preferences", person=as_sent(person), choices={})
        with self._client.understood("preferences"):
            return self._known(answer["stored"])

    def stored_by(self, people: Mapping[int, Person]) -> dict[int, dict[str, str]]:
        """Ask about many in one call; a system that does not know that question is asked about each by itself."""
        if self._singly or not people:
            return super().stored_by(people)
        try:
            answer = self._ask(PREFERENCES, "stored", people=[as_sent(person) for person in people.values()])
            with self._client.understood("stored"):
                told = [self._known(one["stored"]) for one in answer["people"]]
                return dict(zip(people, told, strict=True))
        except SourceUnavailable as problem:
            if not problem.permanent:
                raise
        self._singly = True
        return super().stored_by(people)

    def settings(self) -> Iterator[Setting]:
        with self._stream("settings") as response:
            for _, line in islice(lines(response), 1, None):
                yield Setting(key_of(line["key"]), self._known(line["stored"]))

    def correct(self, person: Person, change: Change, request_id: str) -> Outcome:
        asked = {"person": as_sent(person), "request_id": request_id, "change": asdict(change)}
        _, answer = self._client.ask(CORRECTION, "correction", request_id, **asked)
        with self._client.understood("correction"):
            [outcome] = [word for word in get_args(Outcome) if word == answer["outcome"]]
            return cast(Outcome, outcome)

    @property
    def divisible(self) -> bool:
        return self.manifest.parts

    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        if tables is not None and not self.divisible:  # it would take the call for one about everything
            raise self.unavailable("erasure: it cannot erase single tables", permanent=True)
        only = {} if tables is None else {"tables": sorted(tables)}
        asked = {"person": as_sent(person), "request_id": request_id, **only}
        status, answer = self._client.ask(ERASURE, "erasure", request_id, **asked)
        with self._client.understood("erasure"):
            rows = {str(name): int(count) for name, count in answer.get("rows", {}).items()}
            return Erased(status == 200 and answer["done"] is True, rows)

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        answer = self._ask(COUNTS, "counts", person=as_sent(person))
        with self._client.understood("counts"):
            left: Counter[str] = Counter()
            for line in answer["lines"]:
                left[line["table"]] += int(line["remaining"])
            return {table: rows for table, rows in left.items() if rows and (tables is None or table in tables)}

    @property
    def proof(self) -> Proof:
        return "texts" if self.manifest.sweep else "counts"

    def traced(self, person: Person) -> Person:
        """Add what stands on their own rows there, for a system that looks through its texts for it."""
        if not self.manifest.sweep:
            return person
        rows = self._page(person, self.manifest.subject.table, limit=SUBJECTS, given=False).rows
        known = [*person.traces, *person.identifiers, *sweeping.on_row(self.manifest, rows)]
        return replace(person, traces=tuple(dict.fromkeys(known)))

    def sweep(self, person: Person, tables: Collection[str] | None = None) -> list[Mention]:
        """Have the system look; one that answers "not yet" is asked again as one that is down."""
        sought = sweeping.sought(person)
        if not self.manifest.sweep or not sought:
            return []
        asked = {"person": as_sent(person), "sought": sought, **({} if tables is None else {"tables": sorted(tables)})}
        status, answer = self._client.ask(SWEEP, "sweep", str(uuid4()), **asked)
        if status != HTTPStatus.OK:
            raise self.unavailable("sweep: it is not finished yet")
        with self._client.understood("sweep"):
            return [sweeping.mention(self.manifest, told) for told in answer["mentions"]]

    @property
    def ages(self) -> bool:
        return self.manifest.retention

    def overdue(self, table: str, today: date) -> Generator[Person, None, None]:
        if self.ages:
            yield from aging.owners(self._retention, self.manifest.tables[table], today)

    def expire(self, table: str, people: Sequence[Person], today: date) -> int:
        named = aging.named(self.manifest.tables[table], today)
        with self._retention("expire", **named, people=[as_sent(person) for person in people]) as answer:
            return int(answer["rows"])

    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        with self._stream("keys") as response:
            for _, line in islice(lines(response), 1, None):
                yield key_of(line["key"]), [_identifier(entry) for entry in line["identifiers"]]

    def young(self, since: date, limit: int, offset: int = 0) -> list[Young]:
        if not self.manifest.subject.born:
            return []
        answer = self._ask(COUNTS, "young", born_after=since.isoformat(), limit=limit, offset=offset)
        with self._client.understood("young"):
            return [
                Young(key_of(one["key"]), date.fromisoformat(one["born"]), tuple(map(_identifier, one["identifiers"])))
                for one in answer["young"]
            ]

    def check(self) -> list[Finding]:
        answer = self._ask(DESCRIBE, "describe")
        with self._client.understood("describe"):
            return compare(self.manifest, answer)

    def _known(self, stored: Mapping[str, Any]) -> dict[str, str]:
        return {name: str(state) for name, state in stored.items() if name in self.manifest.preferences}

    @contextmanager
    def _retention(self, operation: str, **asked: Any) -> Iterator[Mapping[str, Any]]:
        answer = self._ask(RETENTION, operation, **asked)
        with self._client.understood(operation):
            yield answer

    def shape(self) -> Shape:
        answer = self._ask(DESCRIBE, "describe")
        with self._client.understood("describe"):
            return shape(answer)

    def _ask(self, path: str, operation: str, **asked: Any) -> Mapping[str, Any]:
        return self._client.ask(path, operation, str(uuid4()), **asked)[1]

    @contextmanager
    def _stream(self, operation: str, **asked: Any) -> Iterator[HTTPResponse]:
        with self._client.open(ACCESS, operation, str(uuid4()), **asked) as response:
            try:
                with self._client.understood(operation):
                    yield response
            except CutShort as error:
                raise self.unavailable(f"{operation}: the stream was cut") from error


def _identifier(told: Mapping[str, Any]) -> Identifier:
    return Identifier(str(told["kind"]), str(told["value"]))
