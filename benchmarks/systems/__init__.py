"""A system of another kind of people than ours, as large as is wanted, on each engine; servers are the suite's own.

`people` are the persons. One of them has `rows` in `events`; everybody else has one. `events` has a text of about a
hundred signs in which addresses of others stand.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.sources import manifest
from portal.sources.base import Identifier, Person
from portal.sources.registry import connect
from portal.sources.sql import SqlSource
from tests.servers import engines

ENGINES = ("sqlite", "postgresql", "mariadb")
WHO = 7  # the one who goes
PERSON = Person(((WHO,),), (Identifier("email", f"person{WHO}@example.com"), Identifier("phone", "+84912345678")))
_TABLES = (
    """CREATE TABLE people (id bigint PRIMARY KEY, email varchar(100), phone varchar(40), full_name varchar(100))""",
    """CREATE TABLE events (id {serial}, person_id bigint NOT NULL, place varchar(100), remark varchar(400))""",
    """CREATE INDEX events_person ON events (person_id)""",
    """ALTER TABLE events ADD FOREIGN KEY (person_id) REFERENCES people (id)""",
)
_PEOPLE = """INSERT INTO people SELECT n, {email}, {phone}, {name} FROM ({numbers}) AS numbers"""
_EVENTS = (
    """INSERT INTO events (person_id, place, remark) SELECT {who}, {place}, {remark} FROM ({numbers}) AS numbers"""
)
_JOINED = {"mariadb": "concat({0})"}
_NUMBERS = {
    "sqlite": "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {0}) SELECT n FROM c",
    "postgresql": "SELECT n FROM generate_series(1, {0}) AS n",
    "mariadb": "SELECT seq AS n FROM seq_1_to_{0}",
}
_SERIAL = {"sqlite": "integer PRIMARY KEY", "postgresql": "bigserial PRIMARY KEY"}
_MANIFEST = """
[source]
id = "system"
url = "env:URL"
[subject]
table = "people"
match = { email = "email", phone = "phone" }
[tables.people]
erase = "anonymise"
columns.email = { erase = "null" }
columns.phone = { erase = "null" }
columns.full_name = { erase = "text:Former person" }
[tables.events]
link = "person_id -> people.id"
erase = "%s"
columns.place = { erase = "null" }
columns.remark = { erase = "text:removed" }
"""


class System:
    """One such database, with a connection of the benchmark's own."""

    def __init__(self, engine: str, url: str) -> None:
        self.engine, self.url = engine, url
        self.connection = opened(engine, url)

    def source(self, action: str) -> SqlSource:
        """Return it as the portal has it; `action` is what becomes of events."""
        source = connect(manifest.parse(tomllib.loads(_MANIFEST % action), "system.toml"), {"URL": self.url})
        assert isinstance(source, SqlSource)
        return source

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement outside a transaction."""
        cursor = self.connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []

    def fill(self, people: int, rows: int) -> None:
        """Make the tables, and so many people; the one who goes has so many events."""
        for statement in _TABLES:
            if self.engine != "sqlite" or "ALTER" not in statement:
                self.run(statement.format(serial=_SERIAL.get(self.engine, "bigint PRIMARY KEY AUTO_INCREMENT")))
        mine = {"name": self._joined("'Person '", "n"), "email": self._joined("'person'", "n", "'@example.com'")}
        numbers = _NUMBERS[self.engine]
        phone = self._joined("'+8490'", "n")
        self.run(_PEOPLE.format(**mine, phone=phone, numbers=numbers.format(people)))
        self._events("n", people)
        self._events(str(WHO), rows)
        self.rest()

    def keep(self) -> None:
        """Remember the rows of the one who goes, to put them back."""
        self.run(f"CREATE TABLE kept_events AS SELECT * FROM events WHERE person_id = {WHO}")
        self.run(f"CREATE TABLE kept_people AS SELECT * FROM people WHERE id = {WHO}")

    def restore(self) -> None:
        """Put them back."""
        self.run(f"DELETE FROM events WHERE person_id = {WHO}")
        self.run(f"DELETE FROM people WHERE id = {WHO}")
        self.run("INSERT INTO people SELECT * FROM kept_people")
        self.run("INSERT INTO events SELECT * FROM kept_events")
        self.rest()

    def rest(self) -> None:
        """Let the engine do now what it would do in the middle of a measurement."""
        for statement in {
            "sqlite": ["PRAGMA wal_checkpoint(TRUNCATE)", "ANALYZE"],
            "postgresql": ["VACUUM ANALYZE events", "VACUUM ANALYZE people", "CHECKPOINT"],
            "mariadb": ["ANALYZE TABLE events", "ANALYZE TABLE people"],
        }[self.engine]:
            self.run(statement)

    def _events(self, who: str, rows: int) -> None:
        place, remark = (
            self._joined("'Place '", "n"),
            self._joined(
                "'Came with friend'", "n", "'@example.com and paid order '", "n", "' at the desk, no change given'"
            ),
        )
        self.run(_EVENTS.format(who=who, place=place, remark=remark, numbers=_NUMBERS[self.engine].format(rows)))

    def _joined(self, *parts: str) -> str:
        return f"concat({', '.join(parts)})" if self.engine == "mariadb" else " || ".join(parts)


def opened(engine: str, url: str) -> Any:
    """Open a connection in which each statement commits by itself."""
    if engine == "sqlite":
        return sqlite3.connect(urlsplit(url).path[1:], isolation_level=None)
    if engine == "postgresql":
        import psycopg

        return psycopg.connect(url, autocommit=True)
    import pymysql

    address = urlsplit(url)
    return pymysql.connect(
        host=str(address.hostname), port=address.port or 0, user="root", database=address.path[1:], autocommit=True
    )


@contextmanager
def running(engine: str, folder: Path) -> Iterator[Iterator[System]]:
    """Start an engine; what it gives are empty databases on it."""
    with ExitStack() as stack:
        if engine == "postgresql":
            address = stack.enter_context(engines.postgresql_server())
        if engine == "mariadb":
            port = stack.enter_context(engines.mariadb_server())

        def databases() -> Iterator[System]:
            for number in range(100):
                name = f"system_{number}"
                if engine == "sqlite":
                    url = f"sqlite:///{folder / name}.db"
                    with closing(opened(engine, url)) as file:
                        file.execute("PRAGMA journal_mode = WAL")
                elif engine == "postgresql":
                    opened(engine, address).execute(f"CREATE DATABASE {name}")
                    url = f"{address}{name}"
                else:
                    url = f"mysql://root@127.0.0.1:{port}/{name}"
                    with closing(opened(engine, f"mysql://root@127.0.0.1:{port}/mysql")) as server:
                        server.cursor().execute(f"CREATE DATABASE {name}")
                yield System(engine, url)

        yield databases()
