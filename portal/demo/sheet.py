"""Rows on their way into a demo database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


class Sheet:
    """Rows gathered a table at a time and numbered in the order in which they come."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}

    def add(self, table: str, **values: Any) -> int:
        """Add a row and return its number, which is its id where it has none of its own."""
        rows = self.tables.setdefault(table, [])
        rows.append(values)
        return len(rows)

    def write(self, connection: sqlite3.Connection) -> None:
        """Insert everything; all rows of a table have the columns of its first one."""
        for table, rows in self.tables.items():
            columns = tuple(rows[0])
            marks = ", ".join(f":{column}" for column in columns)
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


def lay(path: Path, schema: Path, sheet: Sheet, version: int) -> None:
    """Write a demo database whole or not at all: its version is stamped in the transaction that fills it."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = wal; PRAGMA synchronous = off; PRAGMA foreign_keys = on; BEGIN;"
        )
        for statement in schema.read_text(encoding="utf-8").split(";\n\n"):
            connection.execute(statement)
        sheet.write(connection)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(truncate)")


def version_of(path: Path) -> int:
    """Return the version stamped into a demo database; 0 where there is none."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
