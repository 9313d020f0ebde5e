"""What an archive's JSON says of a row is enough to put the row back as it was, in each engine and of every type.

Values are read back from the JSON alone, with the kinds and types that it names, and written into a second table; then
the database itself compares the two.
"""

from __future__ import annotations

import json
import random
import re
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from uuid import UUID

import pytest

from portal.download.pack import chunks
from portal.download.sheets import Sheet
from portal.sources import values
from tests.sources.world import ANH, MANIFEST, World

LINKED = '\n[tables.odd]\nlink = "owner -> users.id"\nerase = "delete"\n'
POSTGRESQL: dict[str, list[Any]] = {
    "smallint": ["-32768", "7"],
    "bigint": ["-9223372036854775808", "9223372036854775807"],
    "numeric": ["12.30", "NaN", "-0.000000000000000000001", "1e40", "Infinity"],
    "numeric(12,2)": ["150000.50", "-0.10"],
    "real": ["0.1", "16777216", "NaN", "3.4e38"],
    "double precision": ["0.1", "-Infinity", "5e-324", "1.7976931348623157e308"],
    "boolean": ["true", "false"],
    "text": ["", "Nguyễn Thị Ánh", "=1+1", "a\n\"b\",c", "🐘"],
    "character varying(200)": ["NULL", "x"],
    "mood": ["glad", "so-so"],
    "mood[]": ["{glad,so-so}", "{}"],
    "text[]": ['{a,"b,c",NULL,"NULL"}', "{}"],
    "integer[]": ["{{1,2},{3,4}}"],
    "numeric[]": ["{1.10,NaN}"],
    "timestamp with time zone[]": ["{infinity,2026-01-02 03:04:05.6+00}"],
    "date": ["1850-02-28", "0044-03-15 BC", "infinity", "-infinity", "12026-01-01", "9999-12-31"],
    "timestamp without time zone": ["1899-12-31 23:59:59.999999", "infinity", "0001-01-01 00:00:00 BC"],
    "timestamp with time zone": ["2026-10-25 02:30:00.5+02", "-infinity", "294276-12-31 23:59:59+00", "0044-03-15 BC"],
    "time without time zone": ["24:00:00", "23:59:59.000001"],
    "time with time zone": ["12:00:00+07", "24:00:00-08"],
    "interval": ["1 year 2 mons -3 days 04:05:06.789", "36:00:00", "-00:00:00.000001", "1 mon", "1 day"],
    "uuid": ["00000000-0000-0000-0000-000000000007"],
    "bytea": ["\\x00ff", "\\x"],
    "json": ['{"$bytes": "mine", "n": 12345678901234567890.123456789}', '"text"', "[1, 2.50]", "null"],
    "jsonb": ['{"$text": "x"}', '{"a": {"$json": null}}', "1e400", "0.30000000000000001", '[{"b": [true]}]'],
    "tsvector": ["'fat':2A 'cat':3"],
    "tsquery": ["'fat' & 'rat'"],
    "inet": ["10.0.0.1/24", "::1"],
    "macaddr": ["08:00:2b:01:02:03"],
    "bit varying": ["101"],
    "tstzrange": ['["2026-01-01 00:00:00+00",infinity)', "empty"],
    "int4multirange": ["{[1,3),[7,9)}"],
    "xml": ["<a>b</a>"],
    "money": ["-1234.50"],
}  # fmt: skip
MARIADB: dict[str, list[Any]] = {
    "tinyint(1)": [1, 0],
    "bigint unsigned": [2**64 - 1],
    "decimal(30,10)": ["1234567890.0123456789"],
    "float": ["0.1", "16777215", "8388607.5"],
    "double": ["0.1", "5e-324", "1.7976931348623157e308"],
    "varchar(200)": ["", "Nguyễn Thị Ánh", "=1+1", "🐘"],
    "varchar(20) character set latin1": ["é"],
    "enum('glad','so-so')": ["so-so"],
    "set('a','b','c')": ["a,c", ""],
    "date": ["0000-00-00", "2026-00-00", "1000-01-01", "9999-12-31"],
    "datetime(6)": ["0000-00-00 00:00:00", "1850-02-28 23:59:59.999999"],
    "timestamp(3)": ["2026-10-25 02:30:00.5"],
    "time(6)": ["-838:59:59.000000", "25:00:00.000001"],
    "year": [0, 2155],
    "json": ['{"n": 12345678901234567890.123456789}'],
    "blob": [b"\x00\xff"],
    "bit(12)": [0b101000000001],
    "uuid": ["00000000-0000-0000-0000-000000000007"],
    "inet6": ["::1"],
}  # fmt: skip
SQLITE: dict[str, list[Any]] = {
    "integer": [2**63 - 1, -(2**63), "text", 1.5, b"\x00"],
    "text": ["", "Nguyễn", "a\0b", b"\xff", "=1+1"],
    "datetime": ["2026-10-25 02:30:00", 1_700_000_000, 2460000.5],
    "numeric": [1.0, "1.10", float("inf"), 1e300],
    "blob": ["text", b"\x00\xff", 7],
    "": [None, 0.1, "x"],
    "boolean": [0, 1, "yes"],
}


def rows(world: World) -> dict[str, list[Any]]:
    known: dict[str, dict[str, list[Any]]] = {"postgresql": POSTGRESQL, "mysql": MARIADB, "sqlite": SQLITE}
    return known[world.engine]


def build(world: World, kinds: dict[str, list[Any]]) -> list[str]:
    """Make two tables with a column of every type, and give the first one a row for every value."""
    if world.engine == "postgresql":
        world.run("CREATE TYPE mood AS ENUM ('glad', 'so-so')")
    names = [f"c{place}" for place, _ in enumerate(kinds)]
    free = " NULL" if world.engine == "mysql" else ""  # else its timestamps would not be empty
    columns = ", ".join(f"{name} {kind}{free}" for name, kind in zip(names, kinds, strict=True))
    for table in ("odd", "again"):
        world.run(f"CREATE TABLE {table} (id integer PRIMARY KEY, owner bigint NOT NULL, {columns})")
    given = [[place, 1, *found] for place, found in enumerate(zip_longest(*kinds.values()))]
    insert(world, "odd", dict(zip(names, kinds, strict=True)), given)
    world.source = world.connected(MANIFEST + LINKED)
    return names


def insert(world: World, table: str, kinds: dict[str, str], rows: list[list[Any]]) -> None:
    places = [f"CAST(? AS {kind})" if world.engine == "postgresql" else "?" for kind in kinds.values()]
    query = f"INSERT INTO {table} (id, owner, {', '.join(kinds)}) VALUES (?, ?, {', '.join(places)})"
    with world.opened() as connection:
        cursor = connection.cursor()
        if world.engine == "mysql":
            cursor.execute("SET SESSION sql_mode = '', time_zone = '+00:00'")
        cursor.executemany(*world.spelt(query, [tuple(row) for row in rows]))
        connection.commit()


def exported(world: World) -> Any:
    """Return the JSON file of the table, read by a parser that knows nothing of us."""
    with world.source.snapshot(ANH) as snapshot, ExitStack() as keep:
        kinds, types = snapshot.kinds("odd"), snapshot.types("odd")
        made = Sheet("odd", {"table": "odd"}, kinds, lambda name: {"kind": kinds[name], "type": types[name]}, keep)
        for batch in snapshot.batches("odd"):
            made.add(batch)
        return json.loads(b"".join(chunks(made.json())))


def put_back(world: World, told: Any, names: list[str]) -> None:
    columns = {name: told["columns"][name] for name in names}
    rows = [
        [row["id"], 1, *(native(world, row[name], known) for name, known in columns.items())] for row in told["rows"]
    ]
    insert(world, "again", {name: known["type"] for name, known in columns.items()}, rows)


def native(world: World, told: Any, column: dict[str, str]) -> Any:
    """Return a value of the JSON file as the engine's driver takes it."""
    value = values.decode(told, column["kind"])
    if world.engine == "postgresql" and (column["kind"] == "interval" or column["kind"].endswith("[]")):
        return told  # psycopg writes hours as days, and takes no list of dates in which one is infinite
    if column["kind"] == "json" and value is not None:
        written = json.dumps(value, default=lambda said: f"@{said}@")  # digits beyond a float, or null
        return re.sub(r'"@(.*?)@"', r"\1", written)
    if world.engine == "sqlite" and isinstance(value, str) and not values.sound(value):
        return value.encode("utf-8", "surrogateescape")
    return value


def test_whatever_an_engine_holds_can_be_put_back_from_the_json(world: World) -> None:
    names = build(world, rows(world))
    if world.engine == "sqlite":
        world.run("UPDATE odd SET c1 = CAST(x'48ff75' AS text) WHERE id = 3")
    told = exported(world)
    assert told["count"] == len(told["rows"]) > 2
    put_back(world, told, names)
    if world.engine == "sqlite":
        world.run("UPDATE again SET c1 = CAST(c1 AS text) WHERE id = 3")
    for name in names:
        kind = told["columns"][name]["type"]
        assert lost(world, name, kind) == [], (kind, [row[name] for row in told["rows"]])


def lost(world: World, name: str, kind: str) -> list[Any]:
    """Return the rows in which the database finds the value, or its type, to be another one now."""
    match world.engine:
        case "postgresql":
            differs = f"a.{name}::text IS DISTINCT FROM b.{name}::text"
            if kind == "json":
                differs = f"a.{name}::jsonb IS DISTINCT FROM b.{name}::jsonb"
        case "mysql":
            differs = f"NOT (a.{name} <=> b.{name})"
        case _:
            differs = f"a.{name} IS NOT b.{name} OR typeof(a.{name}) <> typeof(b.{name})"
    return world.run(f"SELECT a.id FROM odd a LEFT JOIN again b ON a.id = b.id WHERE {differs}")


def chance(dice: random.Random) -> list[Any]:
    """Return a row of chance values, one for each of `CHANCE`."""
    words = "".join(dice.choice("aÁ=🐘\"',;\n \t") for _ in range(dice.randrange(12)))
    moment = datetime(1, 1, 2, tzinfo=UTC) + timedelta(microseconds=dice.randrange(315_000_000_000_000_000))
    moment = max(moment, datetime(1000, 1, 1, tzinfo=UTC))
    row = [
        dice.randrange(-(2**63), 2**63),
        Decimal(dice.randrange(-(10**20), 10**20)).scaleb(-dice.randrange(10)),
        dice.uniform(-1, 1) * 10.0 ** dice.randrange(-300, 300),
        words,
        moment.date(),
        moment.replace(tzinfo=None),
        moment.timetz().replace(tzinfo=None),
        dice.randbytes(dice.randrange(20)),
    ]
    return [None if dice.random() < 0.1 else value for value in row]


CHANCE = {
    "postgresql": ["bigint", "numeric", "double precision", "text", "date", "timestamp", "time", "bytea"],
    "mysql": ["bigint", "decimal(40,10)", "double", "text", "date", "datetime(6)", "time(6)", "blob"],
    "sqlite": ["integer", "text", "real", "text", "date", "datetime", "time", "blob"],
}


@pytest.mark.parametrize("seed", [1, 2])
def test_what_chance_puts_there_can_be_put_back_too(world: World, seed: int) -> None:
    dice = random.Random(seed)
    kinds: dict[str, list[Any]] = {f"{kind} /*{place}*/": [] for place, kind in enumerate(CHANCE[world.engine])}
    table = [chance(dice) for _ in range(150)]
    for values_, column in zip(zip(*table, strict=True), kinds.values(), strict=True):
        column.extend(written(value) if world.engine == "sqlite" else value for value in values_)
    names = build(world, kinds)
    told = exported(world)
    assert told["count"] == 150
    put_back(world, told, names)
    for name in names:
        assert lost(world, name, told["columns"][name]["type"]) == [], name


def written(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, date | time)
        else str(value)
        if isinstance(value, Decimal | UUID)
        else value
    )
