"""Small databases with one oddity each: their statements, their manifest, and a look at what is in them."""

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from portal.sources import manifest
from portal.sources.base import Identifier, Person, Source
from portal.sources.registry import connect
from tests.sources.world import open_

ANH = Person(((1,),), (Identifier("email", "anh@example.com"), Identifier("phone", "+84912345678")))
USERS = [
    "CREATE TABLE users (id integer PRIMARY KEY, email varchar(80), phone varchar(20), name varchar(80))",
    "INSERT INTO users VALUES (1, 'anh@example.com', '+84912345678', 'Nguyễn Thị Ánh')",
    "INSERT INTO users VALUES (2, 'binh@example.com', '+84912345679', 'Trần Bình')",
]
SPELT = {
    "sqlite": {"json": "text", "bytes": "blob", "some": "x'00ff'", "q": '"', "dq": '""'},
    "postgresql": {"json": "jsonb", "bytes": "bytea", "some": "'\\x00ff'", "q": '"', "dq": '""'},
    "mysql": {"json": "json", "bytes": "blob", "some": "x'00ff'", "q": "`", "dq": '"'},
}
HEAD = """
[source]
id = "zoo"
url = "env:ZOO"
[subject]
table = "users"
match = { email = "email", phone = "phone" }
[tables.users]
erase = "anonymise"
columns.email = { erase = "null" }
columns.phone = { erase = "null" }
columns.name = { erase = "text:Former user", identifies = true }
"""


class Zoo:
    """One database; `toml` is what its manifest says beside the users."""

    def __init__(self, url: str, statements: list[str], toml: str, environ: Mapping[str, str] | None = None) -> None:
        self.url, self.engine = url, url.partition(":")[0]
        for statement in [*USERS, *statements]:
            self.run(statement)
        self.environ = {"ZOO": url, **(environ or {})}
        self.source = self._connected(toml)

    def _connected(self, toml: str) -> Source:
        return connect(manifest.parse(tomllib.loads(HEAD + toml), "zoo.toml"), self.environ)

    def with_(self, toml: str) -> "Zoo":
        """The same database with another manifest."""
        self.source = self._connected(toml)
        return self

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement in which words in braces stand for what each engine spells in its own way."""
        for word, spelt in SPELT[self.engine].items():
            statement = statement.replace("{" + word + "}", spelt)
        connection = open_(self.url)
        try:
            cursor = connection.cursor()
            if self.engine == "sqlite":
                cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute(statement)
            rows = [tuple(row) for row in cursor.fetchall()] if cursor.description else []
            connection.commit()
            return rows
        finally:
            connection.close()

    def errors(self) -> list[str]:
        return [str(finding) for finding in self.source.check() if finding.level == "error"]

    def copy(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that a copy for Ánh holds."""
        with self.source.snapshot(ANH) as snapshot:
            return {name: list(snapshot.rows(name)) for name in self.source.manifest.tables}

    def erase(self) -> Mapping[str, int]:
        """Check, erase Ánh, and prove it."""
        assert self.errors() == []
        planned: dict[str, int] = {}
        for line in self.source.preview(ANH).lines:
            planned[line.table] = planned.get(line.table, 0) + (line.rows if line.action == "delete" else 0)
        rows = self.source.erase(ANH, "R-1").rows
        assert self.source.remaining(ANH) == {}
        assert not set(self.source.erase(ANH, "R-1").rows.values()) - {0}
        deleted = {name for name, table in self.source.manifest.tables.items() if table.erase == "delete"}
        assert {name: rows[name] for name in deleted} == {name: planned[name] for name in deleted}, "as it was foretold"
        return rows


Build = Callable[..., Zoo]
