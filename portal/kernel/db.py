"""The portal's own database: one proxy, one base model, one way to open a transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urlsplit

import peewee

from portal.kernel import failpoints

database = peewee.DatabaseProxy()

# SQLite: readers never wait for the writer, deleted values are overwritten (DEPENDENCIES, "Found later").
SQLITE_PRAGMAS = {
    "page_size": 1024,  # a choice changes little on each of fourteen pages, and each is written whole, twice
    "journal_mode": "wal",
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "synchronous": 1,
    "wal_autocheckpoint": 16_000,  # pages: whoever commits then waits for the disk, so not at every tenth choice
    "secure_delete": 1,
    "cache_size": -16_000,
    "mmap_size": 2 * 1024**3,  # of addresses, not of memory: all that SQLite allows
}


def connect(url: str) -> peewee.Database:
    """Point the portal at `sqlite:///path` or `postgresql://…`; nothing is opened before the first query."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        opened: peewee.Database = peewee.SqliteDatabase(unquote(parts.path[1:]), pragmas=SQLITE_PRAGMAS)
    elif parts.scheme in ("postgresql", "postgres"):
        from playhouse.postgres_ext import PooledPsycopg3Database  # an extra: psycopg may be absent

        opened = PooledPsycopg3Database(url, max_connections=20, stale_timeout=300, timeout=10)
    else:
        raise ValueError(f"PORTAL_DATABASE_URL: scheme {parts.scheme!r} is unknown; use sqlite:/// or postgresql://")
    database.initialize(opened)
    return opened


def is_sqlite() -> bool:
    """Tell which of the two engines runs."""
    return isinstance(database.obj, peewee.SqliteDatabase)


def release() -> None:
    """Give a pooled connection back; SQLite keeps one open a thread, for opening costs more than a page."""
    if not is_sqlite() and not database.is_closed():
        database.close()


def run(statement: str, *values: Any) -> Any:
    """Execute a statement that is written out, with ? for each value; for what is asked or written at every page."""
    engine = database.obj
    return engine.execute_sql(_spelled(statement, engine.param), values)


@lru_cache(maxsize=256)
def for_rows(head: str, one: str, count: int, tail: str = "") -> str:
    """Return a statement that writes so many rows, each with the places of `one`."""
    return f"{head}{', '.join([one] * count)}{tail}"


@lru_cache(maxsize=256)
def _spelled(statement: str, param: str) -> str:
    return statement.replace("?", param)


@lru_cache(maxsize=256)
def insert_of(statement: str, columns: tuple[str, ...], count: int) -> str:
    """Return an INSERT with {} for its columns and {} for the places of so many rows, written out."""
    one = f"({', '.join('?' * len(columns))})"
    return statement.format(", ".join(columns), ", ".join([one] * count))


class _Committed(threading.local):
    def __init__(self) -> None:
        self.wishes: list[Callable[[], None]] = []


_committed = _Committed()


def after_commit(wish: Callable[[], None]) -> None:
    """Do something once the present transaction is committed; a rolled back one forgets it."""
    if database.in_transaction():
        _committed.wishes.append(wish)
    else:
        wish()


@contextmanager
def atomic() -> Iterator[None]:
    """Open the one kind of transaction; inside another it joins it.

    On SQLite it takes the write lock at once (BEGIN IMMEDIATE), because a read that later turns into a write fails
    with "database is locked" whatever the timeout says.
    """
    if database.in_transaction():
        yield
        return
    _committed.wishes.clear()
    with database.transaction("IMMEDIATE") if is_sqlite() else database.transaction():
        yield
        failpoints.point("portal: before commit")
    failpoints.point("portal: after commit")
    wishes, _committed.wishes = _committed.wishes, []
    for wish in wishes:
        wish()


ROWS = 500  # that one transaction deletes at most, for no other writer may wait longer than 50 ms (DESIGN §4.6)


def delete_some(model: Any, where: Any) -> int:
    """Delete rows that satisfy a condition, as many as one transaction may; return how many those were."""
    key = model._meta.primary_key
    some = model.select(key).where(where).limit(ROWS)
    return int(model.delete().where(key << some).execute())


def clear(model: Any, where: Any) -> None:
    """Delete every row that satisfies a condition, in transactions of bounded length."""
    while True:
        with atomic():
            deleted = delete_some(model, where)
        if deleted < ROWS:
            return


class MomentField(peewee.Field):
    """An aware moment in UTC: timestamptz in PostgreSQL, sortable ISO 8601 text in SQLite."""

    field_type = "TIMESTAMPTZ"

    def db_value(self, value: datetime | None) -> str | None:
        """Write 2026-11-22T10:04:00.000000+00:00, always the same width."""
        return None if value is None else written(value)

    def python_value(self, value: Any) -> datetime | None:
        """Read it back, aware."""
        return None if value is None else moment(value)


def written(moment: datetime) -> str:
    """Return a moment as it is stored."""
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return at.isoformat(timespec="microseconds")


def moment(value: str | datetime) -> datetime:
    """Return a moment as either engine gives it out, aware, in UTC."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo is UTC else read.astimezone(UTC)


class JsonField(peewee.JSONField):
    """A JSON document: jsonb in PostgreSQL, text in SQLite."""


class Model(peewee.Model):
    """The base of every table of ours.

    Each Meta states `whose` (the path of foreign keys to the account or subject, e.g. "subject" or "case.subject";
    None where nobody's) and `erasure` (what a deletion does: "delete"; "unlink" keeps the row, forgets whose it was and
    empties the fields named in `forget`; "keep" only where the row holds numbers of ours and nothing else; None where
    `whose` is None). `title` names the table in a person's download, `titles` its columns where those of
    sources/own/columns.py do not fit; `by_address` names the column with the keyed hash of an address, where rows may
    lie that have no owner yet; `withheld` names columns that no copy for the person holds, `internal` the column that
    marks rows which staff keep for themselves, and `embargo` the column with the number of a line of the log that staff
    may hold back for a while. A base with columns and no table says `mixin = True`.
    """

    models: ClassVar[list[type[Model]]] = []
    if TYPE_CHECKING:
        id: Any

    class Meta:
        database = database
        legacy_table_names = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Model.models.append(cls)


def tables() -> list[type[Model]]:
    """Return every concrete model, in the order in which they were declared."""
    return [model for model in Model.models if "mixin" not in vars(model)]
