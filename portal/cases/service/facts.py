"""Two facts that the systems hold: compared in constant shape, whoever is known and whatever was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.kernel import clock, tokens
from portal.kernel.spelling import canonical
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.base import Person, Source
from portal.sources.manifest import Fact

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Question(NamedTuple):
    """A fact that may be asked for: its name among the answers, and what the manifest says of it."""

    name: str
    fact: Fact


def offered() -> list[Question]:
    """Return the facts that the connected systems are good for."""
    return [
        Question(f"{source.id}.{name}", fact)
        for source in registry.active().connected()
        for name, fact in source.manifest.proofs.items()
    ]


def hold(known: Proof, answered: Mapping[str, str]) -> bool:
    """Tell whether each answer is right for the one person whom an address leads to.

    Every system that is asked for a fact is read whether an answer before was wrong or not; an address that several
    people share proves nothing. Raises SourceUnavailable.
    """
    right = [
        _is_right(source, known, {name: text for name, text in answered.items() if name.startswith(f"{source.id}.")})
        for source in registry.active().connected()
        if source.manifest.proofs
    ]
    return sum(right) == len(answered) and len(answered) >= 2


def _is_right(source: Source, known: Proof, answered: Mapping[str, str]) -> int:
    """Return how many answers are right in one system."""
    keys = source.find(known)
    alone = tuple(keys) if len(keys) == 1 else ()
    found = 0
    with source.snapshot(Person(alone, (known,) if alone else ())) as snapshot:
        rows = {table: list(snapshot.rows(table)) for table in dict.fromkeys(_tables(source))}
    for name, fact in source.manifest.proofs.items():
        given = _plain(fact, answered.get(f"{source.id}.{name}", ""))
        held = [value for row in rows[fact.place.table] for value in _values(fact, row.get(fact.place.column))]
        found += bool(given) and any([tokens.same(given, value) for value in held])
    return found


def _tables(source: Source) -> Iterator[str]:
    """Yield the tables with facts in the order of the manifest, which is that of a stream."""
    wanted = {fact.place.table for fact in source.manifest.proofs.values()}
    return (table for table in source.manifest.tables if table in wanted)


def _values(fact: Fact, held: Any) -> Iterator[str]:
    """Yield what a held value may be typed as; a day as the system writes it, and as it is where the site is."""
    if held is None:
        return
    yield _plain(fact, held)
    if fact.kind == "day" and (moment := _moment(held)):
        yield clock.day_of(moment).isoformat()


def _plain(fact: Fact, value: Any) -> str:
    text = canonical(str(value).casefold())[0]
    if fact.kind == "day":
        return found[0] if (found := _DAY.search(text)) else ""
    if fact.kind == "amount":
        return re.sub(r"\D", "", re.sub(r"[.,]0{1,2}$", "", text))
    return re.sub(r"\s+", "", text)


def _moment(held: Any) -> datetime | None:
    if isinstance(held, datetime):
        return held if held.tzinfo else held.replace(tzinfo=ZoneInfo("UTC"))
    if isinstance(held, date):
        return None
    try:
        found = datetime.fromisoformat(str(held).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo("UTC"))
