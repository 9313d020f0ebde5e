"""A database as products have them, the same on every engine: two friends, a stranger, an address that two share."""

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.sources import manifest
from portal.sources.base import Identifier, Person, Source
from portal.sources.registry import connect

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
ANH = Person(((1,),), (Identifier("email", "anh.nguyen@example.com"), Identifier("phone", "+84912345678")))
BINH = Person(((2,),), (Identifier("email", "binh@example.com"),))
KINDS = {
    "sqlite": {"words": "text", "moment": "datetime", "money": "numeric", "bytes": "blob", "json": "text"},
    "postgresql": {
        "words": "varchar(200)",
        "moment": "timestamp",
        "money": "numeric(12,2)",
        "bytes": "bytea",
        "json": "jsonb",
    },
    "mysql": {"words": "varchar(200)", "moment": "datetime", "money": "decimal(12,2)", "bytes": "blob", "json": "json"},
}
TABLES = """
CREATE TABLE users (id bigint PRIMARY KEY, email {words}, phone {words}, full_name {words}, birth date,
  pin {words}, mail_events {flag}, level {words}, city {words} NOT NULL, code {words} NOT NULL UNIQUE,
  best_booking bigint {forward});
CREATE INDEX users_email ON users ({email});
CREATE TABLE bookings (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), space_owner {words},
  starts_at {moment} NOT NULL, status {words}, price {money}, map {bytes});
CREATE INDEX bookings_user ON bookings (user_id);
CREATE TABLE guests (booking_id bigint NOT NULL REFERENCES bookings (id), seat integer NOT NULL,
  user_id bigint REFERENCES users (id), name {words}, PRIMARY KEY (booking_id, seat));
CREATE INDEX guests_user ON guests (user_id);
CREATE TABLE {quote}seat "notes"{quote} (booking bigint, {quote}select{quote} integer, {quote}Ghi chú{quote} {words},
  FOREIGN KEY (booking, {quote}select{quote}) REFERENCES guests (booking_id, seat));
CREATE TABLE comments (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id),
  parent bigint REFERENCES comments (id), body {words});
CREATE INDEX comments_user ON comments (user_id);
CREATE TABLE newsletter (address {words}, since date);
CREATE TABLE callers (id bigint PRIMARY KEY, number {words}, log {json});
CREATE TABLE invoices (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), number {words},
  amount {money}, issued_at {moment}, billed_to {words}, memo {words} NOT NULL, note text, paid {flag});
CREATE INDEX invoices_user ON invoices (user_id);
CREATE TABLE invoice_lines (id bigint PRIMARY KEY, invoice_id bigint NOT NULL REFERENCES invoices (id), what {words});
CREATE INDEX invoice_lines_invoice ON invoice_lines (invoice_id);
"""
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "users": [
        (1, "Anh.Nguyen@Example.com", "+84 912 345 678", "Nguyễn Thị Ánh", date(1990, 2, 28), "1234", True, "gps",
         "Huế", "c1", None),
        (2, "binh@example.com", "0912.345.679", "Trần Bình", date(1985, 1, 1), "5678", False, "city",
         "Huế", "c2", None),
        (3, "chi@example.com", None, "Chi", None, None, True, "none", "Đà Nẵng", "c3", None),
        (4, "Shared@example.com", None, "Dũng", None, None, True, "none", "Huế", "c4", None),
        (5, "shared@Example.com", None, "Hoa", None, None, True, "none", "Huế", "c5", None),
    ],
    "bookings": [
        (10, 1, "space-7", datetime(2026, 12, 1, 9, 0), "confirmed", Decimal("150000.50"), b"\x00\xffmap"),
        (11, 1, "space-7", datetime(2026, 1, 5, 9, 0), "confirmed", Decimal("0.10"), None),
        (12, 1, "space-9", datetime(2027, 1, 5, 9, 0), "cancelled", None, None),
        (20, 2, "space-7", datetime(2026, 12, 2, 9, 0), "confirmed", Decimal("99.00"), None),
    ],
    "guests": [(10, 1, 2, "Trần Bình"), (10, 2, None, "Mẹ"), (20, 1, 1, "Nguyễn Thị Ánh"), (20, 2, 3, "Chi")],
    'seat "notes"': [(10, 1, "near the window"), (20, 1, "Ánh is allergic"), (20, 2, "vegan")],
    "comments": [(30, 1, None, "first"), (31, 1, 30, "answer to myself"), (32, 2, None, "hello"),
                 (33, 3, 30, "to Ánh")],
    "newsletter": [("ANH.NGUYEN@example.com", date(2020, 1, 1)), ("chi@example.com", None),
                   ("ánh.nguyen@example.com", None)],
    "callers": [
        (1, "(0912) 345-678", '{"by": "anh.nguyen@example.com", "n": 1}'),
        (2, "0912345679", '{"by": "someone"}'),
        (3, None, None),
    ],
    "invoices": [
        (40, 1, "I-1", Decimal("100.00"), datetime(2020, 2, 29, 12, 0), "Nguyễn Thị Ánh", "m1",
         "NGUYỄN THỊ ÁNH (Anh.Nguyen@example.com, +84 912-345-678) asked; not xanh.nguyen@example.com.vn. 100% sure",
         False),
        (41, 1, "I-2", Decimal("5.00"), datetime(2025, 5, 1, 12, 0), None, "m2", None, True),
        (42, 2, "I-3", Decimal("7.00"), datetime(2025, 5, 2, 12, 0), "Trần Bình", "m3", "for Trần Bình", False),
    ],
    "invoice_lines": [(50, 40, "a desk"), (51, 42, "a room")],
}  # fmt: skip
MANIFEST = Path(__file__).with_name("booking.toml").read_text(encoding="utf-8")


class World:
    """One engine's database with the rows in it, and statements of the tests' own to look at them."""

    def __init__(self, url: str) -> None:
        self.url, self.engine = url, urlsplit(url).scheme
        self.quote = "`" if self.engine == "mysql" else '"'
        self.source = self.connected(MANIFEST)

    def connected(self, toml: str) -> Source:
        """The source of a manifest on this database."""
        text = toml.replace("{false}", "false" if self.engine == "postgresql" else "0")
        return connect(manifest.parse(tomllib.loads(text), "booking.toml"), {"BOOKING_URL": self.url})

    def build(self) -> None:
        kinds = KINDS[self.engine] | {
            "flag": "boolean" if self.engine != "mysql" else "tinyint(1)",
            "email": "email" if self.engine == "mysql" else "lower(email)",
            "forward": "REFERENCES bookings (id)" if self.engine == "sqlite" else "",
            "quote": self.quote,
        }
        tables = TABLES
        for name, kind in kinds.items():
            tables = tables.replace("{" + name + "}", kind)
        if self.quote == '"':
            tables = tables.replace('"seat "notes""', '"seat ""notes"""')
        with self.opened() as connection:
            cursor = connection.cursor()
            for statement in filter(str.strip, tables.split(";\n")):
                cursor.execute(statement)
            for table, rows in ROWS.items():
                places = ", ".join("?" for _ in rows[0])
                cursor.executemany(*self.spelt(f"INSERT INTO {self.named(table)} VALUES ({places})", rows))
            if self.engine != "sqlite":
                cursor.execute("ALTER TABLE users ADD FOREIGN KEY (best_booking) REFERENCES bookings (id)")
            cursor.execute("UPDATE users SET best_booking = 11 WHERE id = 1")
            cursor.execute("UPDATE users SET best_booking = 20 WHERE id = 2")
            connection.commit()

    def spelt(self, text: str, rows: list[tuple[Any, ...]]) -> tuple[str, list[tuple[Any, ...]]]:
        """A statement with ? for values, and its values, as the engine's driver wants them."""
        if self.engine == "sqlite":
            return text, [tuple(map(plain, row)) for row in rows]
        return text.replace("%", "%%").replace("?", "%s"), rows

    def named(self, table: str) -> str:
        return self.quote + table.replace(self.quote, self.quote * 2) + self.quote

    def run(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement with ? for values and return its rows."""
        with self.opened() as connection:
            cursor = connection.cursor()
            spelt, [given] = self.spelt(text, [values])
            cursor.execute(spelt, given)
            rows = list(cursor.fetchall()) if cursor.description else []
            connection.commit()
            return rows

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A connection of the tests' own."""
        connection = open_(self.url)
        try:
            yield connection
        finally:
            connection.close()

    def all(self) -> dict[str, list[str]]:
        """Every row of every table, to compare before with after."""
        return {table: sorted(map(repr, self.run(f"SELECT * FROM {self.named(table)}"))) for table in ROWS}


def open_(url: str) -> Any:
    address = urlsplit(url)
    if address.scheme == "sqlite":
        return sqlite3.connect(address.path[1:])
    if address.scheme == "postgresql":
        import psycopg

        return psycopg.connect(url)
    import pymysql

    return pymysql.connect(
        host=str(address.hostname),
        port=address.port or 0,
        user=address.username or "root",
        database=address.path[1:],
        charset="utf8mb4",
        ssl_disabled=True,  # a context for it is 17 ms of work a connection
    )


def plain(value: Any) -> Any:
    """What an application would hand to SQLite."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value) if isinstance(value, date | Decimal) else value


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'booking.db'}"
