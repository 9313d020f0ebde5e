"""The portal's own tables as one more system, so that nothing of ours is forgotten.

No table is named here for what it holds: each model says in its Meta whose its rows are, and what a deletion does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import peewee

from portal.kernel import clock, crypto, failpoints
from portal.kernel.db import ROWS, MomentField, atomic, database, delete_some, is_sqlite
from portal.sources.base import Erased, Finding, Identifier, Key, Page, Person, Preview, Row, Snapshot, Source
from portal.sources.manifest import Manifest, Text
from portal.sources.own import describe
from portal.sources.own import tables as ours
from portal.sources.own.reach import Reach, erase

RANGE = 500  # rows read at a time


class OwnSource(Source):
    """Our tables. Erasing and proving use the thread's own connection, so they may be part of a larger transaction."""

    def __init__(self, title: str) -> None:
        self._title = title

    @property
    def id(self) -> str:
        return describe.ID

    @property
    def title(self) -> Text:
        return Text.of(self._title)

    @cached_property
    def manifest(self) -> Manifest:  # type: ignore[override] # made when first wanted: by then every room has its tables
        return describe.manifest(self.title)

    def find(self, identifier: Identifier) -> list[Key]:
        proven, subject = ours.named("identifiers"), ours.named("subjects")
        hashes = crypto.keyed_hashes(identifier.kind, identifier.value)
        accounts = proven.select(proven.account).where(proven.kind == identifier.kind, proven.hash << hashes)
        found = subject.select(subject.id).where(subject.account << accounts).order_by(subject.id)
        return [(int(number),) for (number,) in found.tuples()]

    def preview(self, person: Person) -> Preview:
        reach = Reach.of(person)
        lines = (describe.line(self.manifest.tables[ours.name(model)], reach.shown(model)) for model in ours.owned())
        return Preview(tuple(lines), (), clock.now())

    @contextmanager
    def snapshot(self, person: Person) -> Iterator[Snapshot]:
        with _apart() as view:
            yield OwnSnapshot(Reach.of(person, view))

    def page(self, person: Person, table: str, after: str = "", limit: int = 50) -> Page:
        """Return rows by falling number."""
        model, reach = ours.named(table), Reach.of(person)
        key, fields = model._meta.primary_key, ours.shown(model)
        rows = reach.given(model) & (key < int(after)) if after else reach.given(model)
        found = list(model.select(key, *fields).where(rows).order_by(key.desc()).limit(limit + 1).tuples())
        names = [field.column_name for field in fields]
        shown = tuple(dict(zip(names, row[1:], strict=True)) for row in found[:limit])
        return Page(shown, str(found[limit - 1][0]) if len(found) > limit else None, _kinds(model))

    def prefer(self, person: Person, choices: Mapping[str, str]) -> None:
        """Do nothing: choices begin here."""

    def stored(self, person: Person) -> dict[str, str]:
        return {}

    @property
    def divisible(self) -> bool:
        return False

    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        with atomic():
            reach = Reach.of(person)
            with _permitted(reach):
                rows = {ours.name(model): erase(model, reach) for model in ours.children_first()}
        return Erased(True, rows)

    def thin_out(self, person: Person) -> bool:
        """Delete some rows of tables that hold many of a person; tell whether there were any.

        What is left then can be erased in one short transaction (DESIGN §4.6). Only tables to which no other refers
        are thinned out, for only those grow with every day that a person is here.
        """
        with atomic():
            reach = Reach.of(person)
            crowded = [model for model in ours.leaves() if reach.count(model) > ROWS]
            with _permitted(reach):
                return any([delete_some(model, reach.rows(model)) for model in crowded])

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        reach = Reach.of(person)
        counted = {ours.name(model): reach.due(model) for model in ours.owned()}
        return {name: rows for name, rows in counted.items() if rows}

    def keys(self) -> Iterator[tuple[Key, list[Identifier]]]:
        proven, subject = ours.named("identifiers"), ours.named("subjects")
        people = subject.select(subject.id, subject.account).order_by(subject.id).limit(RANGE)
        last = 0
        while batch := list(people.where(subject.id > last).tuples()):
            found: dict[int | None, list[Identifier]] = defaultdict(list)
            of_those = proven.account << [account for _, account in batch if account is not None]
            for account, kind, value in (
                proven.select(proven.account, proven.kind, proven.value).where(of_those).tuples()
            ):
                found[account].append(Identifier(kind, value))
            yield from (((number,), found[account]) for number, account in batch)
            last = batch[-1][0]

    def compact(self) -> None:
        """Write the file anew without what was deleted; SourceUnavailable while somebody still reads the old pages."""
        failpoints.point("portal: before compact")
        try:
            done = _rewritten() if is_sqlite() else _vacuumed()
        except peewee.OperationalError as error:
            raise self.unavailable(type(error).__name__) from error
        if not done:
            raise self.unavailable("a reader holds the write-ahead log")
        failpoints.point("portal: after compact")

    def check(self) -> list[Finding]:
        there = set(database.get_tables())
        missing = (name for name in self.manifest.tables if name not in there)
        return [Finding("error", name, "", "the table is missing: run `portal migrate`") for name in missing]


class OwnSnapshot(Snapshot):
    """A person's rows with encrypted values opened, and without digests, codes and what workers note."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.counts = {ours.name(model): reach.shown(model) for model in ours.owned()}
        self.as_of = clock.now()

    def rows(self, table: str) -> Iterator[Row]:
        model = ours.named(table)
        key, fields = model._meta.primary_key, ours.shown(model)
        names = [field.column_name for field in fields]
        chosen = model.select(key, *fields).where(self._reach.given(model)).order_by(key).limit(RANGE).tuples()
        batch = list(chosen.execute(self._reach.view))
        while batch:
            yield from (dict(zip(names, row[1:], strict=True)) for row in batch)
            batch = list(chosen.where(key > batch[-1][0]).execute(self._reach.view)) if len(batch) == RANGE else []

    def kinds(self, table: str) -> Mapping[str, str]:
        return _kinds(ours.named(table))


def _kinds(model: Any) -> dict[str, str]:
    kinds = {MomentField: "datetime", peewee.DateField: "date"}
    return {field.column_name: kinds[type(field)] for field in ours.shown(model) if type(field) in kinds}


@contextmanager
def _permitted(reach: Reach) -> Iterator[None]:
    """Let the ledger's rows of a person be deleted, which the database refuses otherwise."""
    permit = ours.named("erasure_permits")
    for number in reach.subjects:
        permit.insert(subject=number).on_conflict_ignore().execute()
    yield
    permit.delete().where(permit.subject << reach.subjects).execute()


@contextmanager
def _apart() -> Iterator[peewee.Database]:
    """Open a view of our database that holds still, apart from the connection on which a worker renews its lease."""
    ours = database.obj
    view = type(ours)(ours.database, **ours.connect_params)
    try:
        with view.atomic():
            if not is_sqlite():
                view.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield view
    finally:
        getattr(view, "close_all", view.close)()


def _rewritten() -> bool:
    database.execute_sql("VACUUM")
    [busy] = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[:1]
    return not busy


def _vacuumed() -> bool:
    for model in ours.owned():
        database.execute_sql(f'VACUUM "{ours.name(model)}"')
    return True
