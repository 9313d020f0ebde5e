"""A web on an engine: its tables, its rows and its manifest."""

import tomllib

from portal.sources import manifest
from portal.sources.base import Source
from portal.sources.registry import connect
from tests.sources.webs.drawing import Drawn, Row, Web
from tests.sources.world import open_

KINDS = {"id": "integer NOT NULL", "part": "varchar(20) NOT NULL", "up_part": "varchar(20)", "address": "varchar(80)",
         "body": "varchar(200)"}  # fmt: skip


def columns(web: Web, table: Drawn) -> list[str]:
    return [*table.columns, *(f"to_{name}" for name in web.outward_of(table.name))]


def build(web: Web, url: str) -> None:
    """Make the tables and fill them."""
    engine = url.partition(":")[0]
    connection = open_(url)
    try:
        cursor = connection.cursor()
        for statement in _tables(web, inline=engine == "sqlite"):
            cursor.execute(statement)
        for table in web.tables.values():
            names = columns(web, table)
            place = "?" if engine == "sqlite" else "%s"
            into = f"INSERT INTO {table.name} VALUES ({', '.join(place for _ in names)})"
            for row in web.rows[table.name]:
                cursor.execute(into, [row[name] for name in names])
        for statement in () if engine == "sqlite" else _keys(web):
            cursor.execute(statement)
        connection.commit()
    finally:
        connection.close()


def _tables(web: Web, inline: bool) -> list[str]:
    made = []
    for table in web.tables.values():
        parts = [f"{name} {KINDS.get(name, 'integer')}" for name in columns(web, table)]
        parts += [f"PRIMARY KEY ({', '.join(table.key)})"] if table.key else []
        parts += [key for _, key in _foreign(web, table)] if inline else []
        made.append(f"CREATE TABLE {table.name} ({', '.join(parts)})")
    return made


def told(web: Web) -> str:
    """Say all of a web, to be read when a promise is not kept on it."""
    parts = [
        [made, _section(web, table), *map(str, web.rows[table.name])]
        for made, table in zip(_tables(web, inline=True), web.tables.values(), strict=True)
    ]
    return "\n".join(line for part in parts for line in part)


def _keys(web: Web) -> list[str]:
    return [f"ALTER TABLE {name} ADD {key}" for table in web.tables.values() for name, key in _foreign(web, table)]


def _foreign(web: Web, table: Drawn) -> list[tuple[str, str]]:
    found = [
        f"FOREIGN KEY ({each.column}) REFERENCES {each.table} (id) ON DELETE {each.on_delete}"
        for each in table.references
    ]
    if table.enforced:
        key = web.tables[table.parent].key
        ups = ", ".join(f"up_{name}" for name in key)
        found.append(f"FOREIGN KEY ({ups}) REFERENCES {table.parent} ({', '.join(key)})")
    found += [f"FOREIGN KEY (to_{name}) REFERENCES {name} (id)" for name in web.outward_of(table.name)]
    return [(table.name, key) for key in found]


def source(web: Web, url: str) -> Source:
    """Connect what the web's manifest says."""
    lines = ['[source]\nid = "web"\nurl = "env:WEB"', '[subject]\ntable = "users"\nmatch = { email = "address" }']
    lines += [_section(web, table) for table in web.tables.values()]
    return connect(manifest.parse(tomllib.loads("\n".join(lines)), "web.toml"), {"WEB": url})


def _section(web: Web, table: Drawn) -> str:
    lines = [f"[tables.{table.name}]", f'erase = "{table.erase}"']
    if table.way == "match":
        lines.append('match = { email = "address" }')
    elif table.way == "outward":
        lines.append(f'link = "id <- {table.parent}.to_{table.name}"')
        lines += ['shared = "while-used"'] if table.erase == "delete" else []
    elif table.way:
        names = ("tag",) if table.way == "tag" else web.tables[table.parent].key
        lines.append(f'link = "{", ".join(f"up_{name}" for name in names)} -> {table.parent}.{", ".join(names)}"')
    if table.erase == "keep":
        lines.append('keep = { reason = "Law" }')
    if table.erase != "delete":
        lines.append(f'columns.body = {{ erase = "{"text:gone" if table.body == "text" else table.body}" }}')
        lines.append('columns.address = { erase = "null" }')
        lines += [
            f'columns.to_{name} = {{ erase = "null" }}'
            for name in web.outward_of(table.name)
            if web.tables[name].erase == "delete"
        ]
        lines += [
            f'columns.{each.column} = {{ erase = "null" }}'
            for each in table.references
            if web.tables[each.table].erase == "delete" and each.on_delete == "NO ACTION"
        ]
    return "\n".join(lines)


def stored(web: Web, url: str) -> dict[str, list[str]]:
    """Read every row of every table by a connection of the test's own."""
    connection = open_(url)
    try:
        cursor, found = connection.cursor(), {}
        for table in web.tables.values():
            names = columns(web, table)
            cursor.execute(f"SELECT {', '.join(names)} FROM {table.name}")
            found[table.name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return comparable(found)
    finally:
        connection.close()


def comparable(rows: dict[str, list[Row]]) -> dict[str, list[str]]:
    """Return rows without an order."""
    return {name: sorted(repr(sorted(row.items())) for row in listed) for name, listed in rows.items()}
