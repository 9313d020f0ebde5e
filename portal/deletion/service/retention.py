"""Kept rows go when their date has come, long after their person: looked for every night, in every table with a date.

By then nobody is left to ask. Whose a row is stands in its own key; that this person was erased, in the ledger, as a
keyed hash. So the rows that are due say their owners, the ledger says which of them were erased, and those rows go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice

from portal.deletion.models import ErasureRecord, Retention
from portal.deletion.service import ledger
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry
from portal.sources.base import Key, Person, Source
from portal.sources.manifest import Table
from portal.subjects import holds
from portal.subjects import service as subjects
from portal.subjects.models import LegalHold

AT_ONCE = 200  # people whose rows go in one transaction of a system
READ = 10_000  # people whose rows are looked for before the first go

audit.declare("deletion.aged_out", "source", "table", "rows")


@dataclass(frozen=True)
class Dated:
    """A table whose rows are kept until a date, and how its last night was; `last` is None before the first.

    Where the system cannot be asked (`Source.ages`), there is none: whoever runs it deletes them.
    """

    source: Source
    table: Table
    last: Retention | None


def tables() -> list[Dated]:
    """Return every table that is kept, by system, with what became of its rows last."""
    nights = {(row.source, row.table): row for row in Retention.select()}
    return [
        Dated(source, table, nights.get((source.id, table.name)))
        for source in registry.active().connected()
        for table in source.manifest.tables.values()
        if table.keep
    ]


def expire() -> None:
    """Delete everywhere what has come to its date; a system that does not answer is asked again the next night."""
    today = clock.today()
    for source in (one for one in registry.active().connected() if one.ages):
        gone = 0
        for table in _in_order(source):
            try:
                rows = sum(_chunks(source, table, today))
            except SourceUnavailable as problem:
                _note(source, table, 0, str(problem.facts["detail"]))
                continue
            _note(source, table, rows)
            gone += rows
        if gone:
            _compact(source)


def _in_order(source: Source) -> list[Table]:
    """Return the tables with a date, what hangs on another one first."""
    dated = [table for table in source.manifest.tables.values() if table.keep and table.keep.until]
    return sorted(dated, key=lambda table: len(source.manifest.below(table.name)))


def _chunks(source: Source, table: Table, today: date) -> Iterator[int]:
    """Delete what is due, and yield how many rows went each time."""
    may_go = _judge(source, table)
    while people := _due(source, table, today, may_go):
        gone = 0
        for some in _some(people):
            gone += (rows := source.expire(table.name, some, today))
            yield rows
        if not gone or len(people) < READ:  # what stays is held by rows that are kept for longer
            return


def _due(source: Source, table: Table, today: date, may_go: Callable[[Person], bool]) -> list[Person]:
    """Read who is next, and end the reading: an open one may hold up the erasure."""
    with closing(source.overdue(table.name, today)) as owners:
        return list(islice(filter(may_go, owners), READ))


def _some(people: list[Person]) -> Iterator[list[Person]]:
    yield from (people[start : start + AT_ONCE] for start in range(0, len(people), AT_ONCE))


def _judge(source: Source, table: Table) -> Callable[[Person], bool]:
    """Return what tells whether a person's rows may go: no hold keeps them, and they were erased unless all go."""
    erased, kept = _on_record(source, table.name)
    held = _held(source, table.name)
    of_all = table.keep is not None and table.keep.of == "everybody"

    def may_go(person: Person) -> bool:
        hashes = set(ledger.hashes_of(source.id, person))
        if hashes & kept or held & set(person.keys):
            return False
        return of_all or bool(hashes & erased)

    return may_go


def _on_record(source: Source, table: str) -> tuple[set[str], set[str]]:
    """Return the hashes of who was erased with all they had, and of those whose rows of a table a hold still keeps."""
    erased, kept = set[str](), set[str]()
    for row in ErasureRecord.select():
        if "tables" in row.hashes:
            continue
        own = {*row.hashes["keys"].get(source.id, []), *row.hashes["identifiers"]}
        erased |= own
        if table in row.hashes.get("kept", {}).get(source.id, ()):
            kept |= own
    return erased, kept


def _held(source: Source, table: str) -> set[Key]:
    """Return the keys of people whose rows a hold keeps while they are still there."""
    standing = LegalHold.select(LegalHold.subject).where(LegalHold.source == source.id, holds.standing()).distinct()
    people = (row.subject_id for row in standing if row.subject_id is not None)
    mine: Iterable[int] = (one for one in people if holds.keeps(one, source, table))
    return {key for one in mine for key in subjects.person(one, source.id).keys}


def _note(source: Source, table: Table, rows: int, failed: str = "") -> None:
    """Note how the night was, and log what went: rows by their number alone."""
    now = {"looked_at": clock.now(), "rows": rows, "failed": failed[:200]}
    with atomic():
        Retention.insert(source=source.id, table=table.name, rows_in_all=rows, **now).on_conflict(
            conflict_target=[Retention.source, Retention.table],
            update={**now, Retention.rows_in_all: Retention.rows_in_all + rows},
        ).execute()
        if rows:
            audit.record("deletion.aged_out", actor="worker", source=source.id, table=table.name, rows=rows)


def _compact(source: Source) -> None:
    try:
        source.compact()
    except SourceUnavailable:  # rows are gone from every table all the same; the next erasure clears the file
        return
