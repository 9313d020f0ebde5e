"""SQLite, through the standard library's driver."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial, reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from portal.sources.sql.catalogue import sqlite
from portal.sources.sql.dialect import HASHED, REMOVED, Dialect, Some
from portal.sources.sql.schema import LiveColumn, Schema
from portal.sources.sql.statement import Sql, among, bound

_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip

_OFTEN = 10_000  # steps of the engine between two looks at the clock


class Sqlite(Dialect):
    """Reads through `mode=ro` connections; writes with BEGIN IMMEDIATE, foreign keys on, deleted pages zeroed."""

    place, lock, explain, hides = "?", "", "EXPLAIN ", False
    reading = ("BEGIN",)
    writing = ("BEGIN IMMEDIATE",)
    patience = 5.0  # seconds to wait for another writer
    breath = 0.05  # a writer who waits looks as often as that whether it is its turn

    @property
    def errors(self) -> type[Exception]:
        return sqlite3.Error

    @property
    def file(self) -> Path:
        """The database's file: sqlite:///relative or sqlite:////from/the/root."""
        return Path(unquote(urlsplit(self.url).path[1:])).absolute()

    def connect(self, write: bool) -> sqlite3.Connection:
        address = f"file:{quote(str(self.file))}?mode={'rw' if write else 'ro'}"
        connection = sqlite3.connect(address, uri=True, timeout=self.patience, isolation_level=None)
        # Old rows may hold text that is no UTF-8; its bytes come through as lone surrogates.
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        connection.create_function("portal_hash", 2, _hash, deterministic=True)
        connection.create_function("portal_redact", 2, _redact, deterministic=True)
        if write:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
        return connection

    @contextmanager
    def streaming(self, connection: sqlite3.Connection, text: str, values: Sequence[Any]) -> Iterator[Some]:
        with closing(connection.execute(text, values)) as cursor:
            yield cursor.fetchmany

    def fault(self, error: Exception) -> tuple[str, bool]:
        code = getattr(error, "sqlite_errorcode", None)
        where = f" {self.file}" if code is not None and code & 0xFF == sqlite3.SQLITE_CANTOPEN else ""
        return f"{type(error).__name__}: {error}{where}", code is not None and code & 0xFF not in _PASSING

    def is_denial(self, error: Exception) -> bool:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)

    def moment(self, at: datetime) -> str:
        # As CURRENT_TIMESTAMP and datetime() write it, and behind every moment of the same second that has no fraction.
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")

    def day(self, limit: Any) -> str:
        return str(limit)[:10]  # behind every moment of the day before, however it is written

    def text(self, expression: Sql) -> Sql:
        return "CAST(" + expression + " AS text)"

    def same_email(self, column: LiveColumn, name: Sql, values: Sequence[str], lowered: bool) -> Sql:
        return among("lower(" + name + ")" if lowered else name + " COLLATE NOCASE", values)

    def digits(self, name: Sql) -> Sql:
        return reduce(lambda inner, sign: "replace(" + inner + f", '{sign}', '')", " -.()+/", name)

    def hashed(self, name: Sql, salt: str) -> Sql:
        return "portal_hash(CAST(" + name + " AS blob), " + bound(salt) + ")"

    def redacted(self, column: LiveColumn, name: Sql, pattern: str) -> Sql:
        # As bytes there and back: the driver refuses to give a function text that is no UTF-8.
        changed = "CAST(portal_redact(CAST(" + name + " AS blob), " + bound(pattern) + ") AS text)"
        return "CASE typeof(" + name + ") WHEN 'text' THEN " + changed + " ELSE " + name + " END"

    def mentions(self, name: Sql, pattern: str) -> Sql:
        return self.redacted(LiveColumn("", "", "text", True), name, pattern) + " IS NOT " + name

    def like(self, column: LiveColumn, name: Sql, outline: str) -> Sql:
        return name + " LIKE " + bound(outline)  # which has no regard to the case of ASCII letters

    def limit(self, connection: sqlite3.Connection, seconds: float) -> None:
        until = time.monotonic() + seconds
        connection.set_progress_handler((lambda: time.monotonic() > until) if seconds else None, _OFTEN)

    def gave_up(self, error: Exception) -> bool:
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT

    def compact(self, connection: sqlite3.Connection, tables: Sequence[str]) -> None:
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("a reader holds the write-ahead log")

    def schema(self, connection: sqlite3.Connection, others: Collection[str] = ()) -> Schema:
        return sqlite.read(connection)


def _hash(value: bytes | None, salt: str) -> str | None:
    return None if value is None else HASHED + hashlib.sha256(salt.encode() + value).hexdigest()[:32]


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _redact(value: bytes, pattern: str) -> bytes:
    changed = _compiled(pattern).sub(REMOVED, value.decode("utf-8", "surrogateescape"))
    return changed.encode("utf-8", "surrogateescape")
