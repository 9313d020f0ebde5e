"""SQLite, through the standard library's driver."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial, reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from portal.sources.sql.checks import conditions
from portal.sources.sql.dialect import HASHED, REMOVED, Dialect, Some
from portal.sources.sql.schema import ForeignKey, Index, LiveColumn, LiveTable, Schema, is_text
from portal.sources.sql.statement import Sql, among, bound

_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip
_KINDS = {
    "bool": "boolean", "int": "integer", "char": "text", "clob": "text", "text": "text", "blob": "bytes",
    "real": "number", "floa": "number", "doub": "number", "dec": "number", "num": "number",
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
        columns, keys = _columns(connection)
        indexes, references = _indexes(connection), _references(connection, keys)
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        checks = {name: conditions(sql or "") for name, sql in made}
        triggers = {name for (name,) in connection.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")}
        return {
            name: LiveTable(
                name,
                found,
                keys[name],
                (Index(keys[name], True), *indexes[name]),
                tuple(references[name]),
                tail=_rowid(found, keys[name]),
                checks=checks.get(name, ()),
                triggers=name in triggers,
            )
            for name, found in columns.items()
        }


def _rowid(columns: Mapping[str, LiveColumn], key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the key where it is the number of the row, with which each index ends."""
    return key if [columns[name].type.upper() for name in key] == ["INTEGER"] else ()


def _columns(connection: sqlite3.Connection) -> tuple[dict[str, dict[str, LiveColumn]], dict[str, tuple[str, ...]]]:
    columns: dict[str, dict[str, LiveColumn]] = defaultdict(dict)
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for table, name, kind, required, place, hidden, default in connection.execute(
        'SELECT m.name, c.name, c.type, c."notnull", c.pk, c.hidden, c.dflt_value'
        " FROM sqlite_master m, pragma_table_xinfo(m.name) c"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden <> 1 ORDER BY m.name, c.cid"
    ):
        free, preset = not (required or place), is_text(default)
        columns[table][name] = LiveColumn(name, kind, _kind(kind), free, bool(hidden), preset=preset)
        places[table] += [(place, name)] if place else []
    return columns, {table: tuple(name for _, name in sorted(places[table])) for table in columns}


def _kind(declared: str) -> str:
    small = declared.lower()
    return next((kind for part, kind in _KINDS.items() if part in small), "text" if small else "other")


def _indexes(connection: sqlite3.Connection) -> dict[str, list[Index]]:
    found: dict[tuple[str, str], tuple[list[str], bool, bool]] = {}
    for table, index, unique, place, name, collation, made in connection.execute(
        'SELECT m.name, i.name, i."unique", x.seqno, x.name, x.coll,'
        " (SELECT sql FROM sqlite_master WHERE name = i.name)"
        " FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x"
        " WHERE m.type = 'table' AND x.key AND NOT i.partial ORDER BY 1, 2, 4"
    ):
        parts, _, _ = found.setdefault((table, index), ([], bool(unique), (collation or "").upper() == "NOCASE"))
        parts.append(name if name is not None else _expression(made, place))
    indexes: dict[str, list[Index]] = defaultdict(list)
    for (table, _), (parts, unique, folds) in found.items():
        indexes[table].append(Index(tuple(parts), unique, folds))
    return indexes


def _expression(made: str, place: int) -> str:
    """Return the expression at a place of CREATE INDEX … ON table (…)."""
    inside = re.split(r"\bon\b", made, maxsplit=1, flags=re.IGNORECASE)[1].partition("(")[2].rpartition(")")[0]
    parts = re.findall(r"(?:[^,(]|\([^)]*\))+", inside)
    return re.sub(r"[\s\"`\[\]]", "", parts[place]).lower() if place < len(parts) else ""


def _references(connection: sqlite3.Connection, keys: dict[str, tuple[str, ...]]) -> dict[str, list[ForeignKey]]:
    found: dict[tuple[str, int], list[tuple[str, str, str | None, str]]] = defaultdict(list)
    for table, number, *rest in connection.execute(
        'SELECT m.name, f.id, f."table", f."from", f."to", f.on_delete'
        " FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
    ):
        found[table, number].append(tuple(rest))
    references: dict[str, list[ForeignKey]] = defaultdict(list)
    for (table, _), parts in found.items():
        target, columns = parts[0][0], tuple(part[1] for part in parts)
        to = keys.get(target, ()) if parts[0][2] is None else tuple(str(part[2]) for part in parts)
        references[table].append(ForeignKey(columns, target, to, parts[0][3]))
    return references


def _hash(value: bytes | None, salt: str) -> str | None:
    return None if value is None else HASHED + hashlib.sha256(salt.encode() + value).hexdigest()[:32]


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _redact(value: bytes, pattern: str) -> bytes:
    changed = _compiled(pattern).sub(REMOVED, value.decode("utf-8", "surrogateescape"))
    return changed.encode("utf-8", "surrogateescape")
