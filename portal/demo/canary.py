# ruff: noqa: S608 - names come from the demo's own schemas
"""A person with one string in every column that can hold it, to show that an erasure leaves nothing.

They are a twin of the everyday person, made from the live schemas and not from the manifests, so that what a manifest
forgets is planted all the same.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from portal.demo.people import CAST
from portal.demo.world import World

MODEL = CAST["everyday"].email
SUBJECTS = {"booking": "users", "crm": "contacts", "whitelabel": "members"}
TIES = {"receipts": {"member_id": "members"}}  # that no foreign key declares, for these rows outlive whom they are of
HOLDS_TEXT = re.compile("CHAR|TEXT|CLOB|BLOB")
Row = dict[str, Any]


@dataclass
class Canary:
    """The person planted: their string, their key by system, and each (system, table, column) that holds it."""

    word: str
    keys: dict[str, int] = field(default_factory=dict)
    columns: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def email(self) -> str:
        """Return the address that all three systems know them by."""
        return f"{self.word}@example.com"


def plant(world: World, word: str) -> Canary:
    """Insert the person into all three databases; `word` is of small letters, digits and hyphens."""
    canary = Canary(word)
    for system, subject in SUBJECTS.items():
        with closing(sqlite3.connect(world.database(system), isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = on")
            connection.execute("BEGIN IMMEDIATE")
            twin = _Twin(connection, subject, canary)
            canary.columns |= {(system, table, column) for table, column in twin.make()}
            canary.keys[system] = next(iter(twin.ids[subject].values()))
            connection.execute("COMMIT")
    return canary


class _Twin:
    """Copies the model's rows in one database; `ids` maps old keys to new ones, a table at a time, parents first."""

    def __init__(self, connection: sqlite3.Connection, subject: str, canary: Canary) -> None:
        self.connection, self.subject, self.canary = connection, subject, canary
        self.ids: dict[str, dict[int, int]] = {}

    def make(self) -> set[tuple[str, str]]:
        """Copy every row of the model and return the (table, column) that took the string."""
        taken: set[tuple[str, str]] = set()
        for table in self._ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid", "name"):
            texts = [column for column, kind in self._columns(table).items() if HOLDS_TEXT.search(kind)]
            taking: list[str] = []
            for row in self._rows_of_the_model(table, texts):
                twin = self._under_new_keys(table, dict(row), texts)
                word = f"{self.canary.word}-{twin.get('id', 0)}"
                taking = taking or [column for column in texts if self._takes(table, twin | {column: word})]
                twin |= {column: word for column in taking if twin[column] != self.canary.email}
                self._insert(table, twin)
            taken |= {(table, column) for column in taking}
        return taken

    def _rows_of_the_model(self, table: str, texts: list[str]) -> list[sqlite3.Row]:
        """Return rows that point at rows already copied, or hold the e-mail without pointing, as newsletters do."""
        ways = [f"{column} = :email" for column in texts]
        for column, parent in self._parents(table).items():
            ways.append(f"{column} IN ({', '.join(map(str, self.ids.get(parent, ())))})")
        where = " OR ".join(ways)
        return self.connection.execute(f"SELECT * FROM {table} WHERE {where}", {"email": MODEL}).fetchall()

    def _under_new_keys(self, table: str, row: Row, texts: list[str]) -> Row:
        """Give a copied row its own key, e-mail and unique values, and no tie to an account of somebody else."""
        if "id" in row:
            new = self.connection.execute(f"SELECT 1 + max(id) FROM {table}").fetchone()[0]
            self.ids.setdefault(table, {})[row["id"]] = new
            row |= {column: f"{row[column]}{new}" for column in self._unique(table) & set(texts)} | {"id": new}
        for column, parent in self._parents(table).items():
            others = None if parent == self.subject else row[column]
            row[column] = self.ids.get(parent, {}).get(row[column], others)
        return row | {column: self.canary.email for column in texts if row[column] == MODEL}

    def _takes(self, table: str, row: Row) -> bool:
        """Say whether the database accepts a row, without leaving it there."""
        self.connection.execute("SAVEPOINT rehearsal")
        try:
            self._insert(table, row)
        except sqlite3.IntegrityError:
            return False
        finally:
            self.connection.execute("ROLLBACK TO rehearsal")
            self.connection.execute("RELEASE rehearsal")
        return True

    def _insert(self, table: str, row: Row) -> None:
        values = [
            value.encode() if "BLOB" in self._columns(table)[column] and isinstance(value, str) else value
            for column, value in row.items()
        ]
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", values)

    def _columns(self, table: str) -> dict[str, str]:
        return {row["name"]: row["type"].upper() for row in self.connection.execute(f"PRAGMA table_info({table})")}

    def _parents(self, table: str) -> dict[str, str]:
        declared = self.connection.execute(f"PRAGMA foreign_key_list({table})")
        return {row["from"]: row["table"] for row in declared} | TIES.get(table, {})

    def _unique(self, table: str) -> set[str]:
        indexes = self.connection.execute(f"PRAGMA index_list({table})").fetchall()
        names = [row["name"] for row in indexes if row["unique"]]
        return {column for name in names for column in self._ask(f"PRAGMA index_info({name})", "name")}

    def _ask(self, question: str, column: str) -> list[Any]:
        return [row[column] for row in self.connection.execute(question).fetchall()]
