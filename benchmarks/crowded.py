"""What the benchmarks of connected systems share: one person with many bookings, in a database of each engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers import engines

EMAIL, PERSON, STRANGERS = "mai@example.com", 7, 100
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB"}
COLUMNS = (
    "id",
    "user_id",
    "starts_at",
    "made_on",
    "room",
    "status",
    "price",
    "lat",
    "lon",
    "confirmed",
    "visitor",
    "note",
)
_TABLES = (
    "CREATE TABLE users (id bigint PRIMARY KEY, email {words}, full_name {words})",
    "CREATE INDEX users_email ON users ({email})",
    """CREATE TABLE bookings (id {number} PRIMARY KEY, user_id bigint NOT NULL, starts_at {moment} NOT NULL,
    made_on date NOT NULL, room {words} NOT NULL, status {words} NOT NULL, price {money} NOT NULL,
    lat {double} NOT NULL, lon {double} NOT NULL, confirmed boolean NOT NULL, visitor {uuid} NOT NULL, note {words})""",
)
_INDEX = "CREATE INDEX bookings_user ON bookings (user_id, id)"
_KINDS = {
    "sqlite": {"words": "text", "email": "lower(email)", "moment": "datetime", "money": "numeric", "double": "real",
               "uuid": "text", "number": "integer"},
    "postgresql": {"words": "text", "email": "lower(email)", "moment": "timestamptz", "money": "numeric(12,2)",
                   "double": "double precision", "uuid": "uuid", "number": "bigint"},
    "mysql": {"words": "varchar(200)", "email": "email", "moment": "datetime(6)", "money": "decimal(12,2)",
              "double": "double", "uuid": "char(36)", "number": "bigint"},
}  # fmt: skip
# The same bookings in each engine's words; as in life, hardly a value is like the one above it.
_ROWS = {
    "sqlite": """INSERT INTO bookings WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})
SELECT n, {person}, strftime('%Y-%m-%d %H:%M:%S', 1600000000 + n * 61, 'unixepoch') || '.'
|| printf('%06d', n * 7919 % 1000000),
date(1600000000 + n * 61, 'unixepoch'), 'Phòng ' || (n * 31 % 997) || ', tầng ' || (n % 40),
CASE n % 3 WHEN 0 THEN 'confirmed' WHEN 1 THEN 'cancelled' ELSE 'done' END, (n * 7919 % 1000000) / 100.0,
10 + (n * 104729 % 1000003) / 1000003.0, 106 + (n * 15485863 % 1000003) / 1000003.0, n % 2,
lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-' || substr(h, 13, 4) || '-' || substr(h, 17, 4) || '-'
|| substr(h, 21, 12)),
CASE WHEN n % 2 THEN 'Gần cửa sổ, ' || lower(substr(h, 1, 20)) END FROM (SELECT n, hex(randomblob(16)) AS h FROM s)""",
    "postgresql": """INSERT INTO bookings SELECT n, {person},
to_timestamp(1600000000 + n * 61 + (n * 7919 % 1000000) / 1e6),
to_timestamp(1600000000 + n * 61)::date, 'Phòng ' || (n * 31 % 997) || ', tầng ' || (n % 40),
(ARRAY['confirmed', 'cancelled', 'done'])[n % 3 + 1], (n * 7919 % 1000000) / 100.0,
10 + (n * 104729 % 1000003) / 1000003.0, 106 + (n * 15485863 % 1000003) / 1000003.0, n % 2 = 1, md5(n::text)::uuid,
CASE WHEN n % 2 = 1 THEN 'Gần cửa sổ, ' || substr(md5((n + 5)::text), 1, 20) END
FROM generate_series(1::bigint, {rows}) n""",
    "mysql": """INSERT INTO bookings SELECT n, {person}, TIMESTAMPADD(MICROSECOND, n * 7919 % 1000000,
FROM_UNIXTIME(1600000000 + n * 61)), DATE(FROM_UNIXTIME(1600000000 + n * 61)),
CONCAT('Phòng ', n * 31 % 997, ', tầng ', n % 40), ELT(n % 3 + 1, 'confirmed', 'cancelled', 'done'),
(n * 7919 % 1000000) / 100, 10e0 + (n * 104729 % 1000003) / 1000003e0, 106e0 + (n * 15485863 % 1000003) / 1000003e0,
n % 2, INSERT(INSERT(INSERT(INSERT(MD5(n), 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-'),
IF(n % 2, CONCAT('Gần cửa sổ, ', LEFT(MD5(n + 5), 20)), NULL) FROM (SELECT seq AS n FROM seq_1_to_{rows}) s""",
}
_MANIFEST = """[source]
id = "{engine}"
title = "Bookings in {name}"
url = "env:{variable}"
controller = "smartos"

[subject]
table = "users"
key = "id"
match = {{ email = "email" }}

[tables.users]
title = "Profile"
erase = "anonymise"
columns.email = {{ erase = "null" }}
columns.full_name = {{ erase = "null" }}

[tables.bookings]
title = "Bookings"
link = "user_id -> users.id"
erase = "delete"
"""


def servers(running: ExitStack, folder: Path) -> dict[str, str]:
    """Start a server of each engine; return addresses up to the name of a database."""
    port = running.enter_context(engines.mariadb_server())
    postgresql = running.enter_context(engines.postgresql_server())
    return {"sqlite": f"sqlite:///{folder}/", "postgresql": postgresql, "mysql": f"mysql://root@127.0.0.1:{port}/"}


def build(server: str, name: str, rows: int) -> str:
    """Make a database in which one person has so many bookings; return its address."""
    engine = urlsplit(server).scheme
    url = server + name
    if engine != "sqlite":
        _run(server + ("postgres" if engine == "postgresql" else "mysql"), [f"CREATE DATABASE {name}"])
    filled = _ROWS[engine].format(rows=rows, person=PERSON)
    people = ", ".join(
        f"({n}, '{EMAIL if n == PERSON else f'nr{n}@example.com'}', 'Nr {n}')" for n in range(1, STRANGERS)
    )
    tables = [table.format(**_KINDS[engine]) for table in _TABLES]
    users = f"INSERT INTO users VALUES {people}"
    _run(url, [*tables, users, filled, _INDEX, *_settled(engine)])
    return url


def _settled(engine: str) -> list[str]:
    """Return what a database does by itself in time: knowing how much there is, and which pages all may see."""
    if engine == "postgresql":
        return ["VACUUM ANALYZE users", "VACUUM ANALYZE bookings"]
    return ["ANALYZE TABLE users", "ANALYZE TABLE bookings"] if engine == "mysql" else ["ANALYZE"]


def _run(url: str, statements: list[str]) -> None:
    with closing(connect(url)) as connection:
        for statement in statements:
            connection.cursor().execute(statement)
        connection.commit()


def connect(url: str) -> Any:
    """Open a plain connection of the engine's driver."""
    address = urlsplit(url)
    if address.scheme == "sqlite":
        return sqlite3.connect(address.path[1:])
    if address.scheme == "postgresql":
        import psycopg

        return psycopg.connect(url, autocommit=True)
    import pymysql

    return pymysql.connect(
        host=str(address.hostname), port=address.port or 0, user="root", database=address.path[1:], charset="utf8mb4"
    )


def manifests(folder: Path, urls: dict[str, str]) -> dict[str, str]:
    """Write a manifest for each database; return the settings that connect a portal to them."""
    folder.mkdir()
    settings = {"PORTAL_SOURCES": str(folder)}
    for engine, url in urls.items():
        variable = f"{engine.upper()}_URL"
        told = _MANIFEST.format(engine=engine, name=NAMES[engine], variable=variable)
        (folder / f"{engine}.toml").write_text(told)
        settings[variable] = url
    return settings


def fetched(url: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the person's bookings so many at a time, with the driver's own streaming cursor."""
    query = f"SELECT {', '.join(COLUMNS)} FROM bookings WHERE user_id = {PERSON} ORDER BY id"
    with closing(connect(url)) as connection, closing(_cursor(connection, url)) as cursor:
        if url.startswith("postgresql"):
            connection.execute("BEGIN")
        cursor.execute(query)
        while rows := cursor.fetchmany(size):
            yield rows


def _cursor(connection: Any, url: str) -> Any:
    if url.startswith("postgresql"):
        return connection.cursor(name="raw")
    if url.startswith("mysql"):
        from pymysql.cursors import SSCursor

        return connection.cursor(SSCursor)
    return connection.cursor()
