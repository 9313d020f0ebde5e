"""What must become of a web when one person goes, worked out row by row in Python and without any SQL."""

import re
from copy import deepcopy

from tests.sources.webs.drawing import EMAILS, Drawn, Row, Web

GONE = "[removed]"


def reached(web: Web, person: int) -> dict[str, list[Row]]:
    """Return the person's rows by table, by following what each hangs on."""
    found: dict[str, list[Row]] = {}
    for table in web.tables.values():
        found[table.name] = [row for row in web.rows[table.name] if _is_theirs(web, table, row, person, found)]
    return found


def _is_theirs(web: Web, table: Drawn, row: Row, person: int, found: dict[str, list[Row]]) -> bool:
    if table.name == "users":
        return bool(row["id"] == person)
    if table.way == "match":
        return (row["address"] or "").lower() == EMAILS[person]
    above = found[table.parent]
    if table.way == "outward":
        return any(up[f"to_{table.name}"] == row["id"] for up in above)
    names = ("tag",) if table.way == "tag" else web.tables[table.parent].key
    return any(all(row[f"up_{name}"] == up[name] is not None for name in names) for up in above)


def erased(web: Web, person: int) -> dict[str, list[Row]]:
    """Return every row of every table as it must be once the person was erased."""
    theirs = reached(web, person)
    after = deepcopy(web.rows)
    gone: dict[str, list[Row]] = {name: [] for name in after}
    shared: dict[str, list[Row]] = {name: [] for name in after}
    for table in web.tables.values():
        for row in theirs[table.name]:
            here = after[table.name][_place(web.rows[table.name], row)]
            if table.erase == "delete":
                (shared if table.way == "outward" else gone)[table.name].append(here)
            else:
                _change(web, table, here, person)
    for name, rows in gone.items():
        for row in rows:
            _delete(web, after, name, row)
    _delete_unused(web, after, shared)
    return after


def _delete_unused(web: Web, after: dict[str, list[Row]], shared: dict[str, list[Row]]) -> None:
    for name, rows in shared.items():
        for row in rows:
            if not _is_used(web, after, name, row):
                _delete(web, after, name, row)


def _is_used(web: Web, after: dict[str, list[Row]], name: str, row: Row) -> bool:
    """Tell whether any row refers to a shared one, by what points outward or by a reference."""
    pointing = [(web.tables[name].parent, f"to_{name}")]
    pointing += [
        (table.name, each.column) for table in web.tables.values() for each in table.references if each.table == name
    ]
    return any(other[column] == row["id"] for table, column in pointing for other in after[table])


def _place(rows: list[Row], row: Row) -> int:
    return next(place for place, other in enumerate(rows) if other is row)


def _change(web: Web, table: Drawn, row: Row, person: int) -> None:
    """Do to a row that stays what its manifest says."""
    if table.body == "redact" and row["body"]:
        row["body"] = re.sub(re.escape(EMAILS[person]), GONE, row["body"], flags=re.IGNORECASE)
    elif table.body != "redact":
        row["body"] = None if table.body == "null" else "gone"
    row["address"] = None
    for reference in table.references:
        if _goes(web, reference.table) and reference.on_delete == "NO ACTION":
            row[reference.column] = None

    for name in web.outward_of(table.name):
        if web.tables[name].erase == "delete":
            row[f"to_{name}"] = None


def _goes(web: Web, name: str) -> bool:
    return web.tables[name].erase == "delete"


def _delete(web: Web, after: dict[str, list[Row]], name: str, row: Row) -> None:
    """Take a row out, and do for those that refer to it what the engine does."""
    if not any(other is row for other in after[name]):
        return
    after[name] = [other for other in after[name] if other is not row]
    for table in web.tables.values():
        for reference in table.references:
            for other in list(after[table.name]) if reference.table == name else ():
                if other[reference.column] != row["id"]:
                    continue
                if reference.on_delete == "CASCADE":
                    _delete(web, after, table.name, other)
                else:
                    other[reference.column] = None
