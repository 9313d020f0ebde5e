"""A first manifest for a database that nobody has described yet, guessed from its live schema."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from portal.kernel.problems import SourceUnavailable
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.draft import guess
from portal.sources.sql.draft.entries import Walk, phones, writable
from portal.sources.sql.draft.persons import subject
from portal.sources.sql.draft.writing import written
from portal.sources.sql.schema import LiveTable, Schema
from portal.sources.sql.session import reading

_LONGEST = 40  # characters of an id


def draft(dialect: Dialect, named: str = "", name: str = "", variable: str = "") -> str:
    """Return a manifest as TOML that loads and fits, with "# unsure: …" beside each guess.

    `named` is the persons' table, `name` the system's id, `variable` what its URL will be read from; each is guessed
    where it is empty. No row is read. Raises SourceUnavailable, and ValueError where no table can be the persons'.
    """
    name = name or _name(dialect.url)
    with reading(dialect, name, _unreachable) as session:
        whole = session.schema(session.beyond())
    schema = {name: live for name, live in whole.items() if not live.schema}
    walk = Walk(schema, subject(schema, named))
    return written(name, variable or f"{name.replace('-', '_').upper()}_URL", walk.entries, _left_out(whole, walk))


def _left_out(schema: Schema, walk: Walk) -> dict[str, str]:
    away = {name: why for name, live in schema.items() if live.schema and (why := _away(name, live, walk))}
    return {name: _why(live, walk) for name, live in schema.items() if not live.schema and not walk.of(name)} | away


def _away(name: str, live: LiveTable, walk: Walk) -> str:
    """Say how a table of another schema can be covered, "" where none of its foreign keys leads to a covered one."""
    for key in live.references:
        for entry in walk.of(key.table):
            to = ", ".join([f"{entry.name}.{key.to[0]}", *key.to[1:]])
            link = f"{', '.join(key.columns)} -> {to}"
            return f'unsure: it is in another schema: [tables.{live.name}], table = "{name}", link = "{link}"'
    return ""


def _why(live: LiveTable, walk: Walk) -> str:
    """Say why a table is not in the draft."""
    if not writable(live):
        return "unsure: a manifest cannot name it or its keys, which have a sign of links in them"
    if by := walk.pointed_at(live.name):
        return f'{by} points to it, so its rows serve several people; to show them: link = "… <- …", shared = true'
    if found := phones(live):
        return f"unsure: no key leads to {walk.entries[0].name}, but {found[0]} looks like a phone number"
    if columns := [column.name for column in live.columns.values() if "name" in guess.words(column.name)]:
        return f"unsure: no key leads to {walk.entries[0].name} and no e-mail address is in it; whose is {columns[0]}?"
    return f"no key leads from it to {walk.entries[0].name}, and no e-mail address is in it"


def _name(url: str) -> str:
    """Return an id made from the name of the database."""
    last = unquote(urlsplit(url).path).rpartition("/")[2]
    return re.sub(r"[^a-z0-9]+", "-", last.partition(".")[0].casefold()).strip("-")[:_LONGEST] or "system"


def _unreachable(detail: str, permanent: bool) -> SourceUnavailable:
    return SourceUnavailable(source="the database", detail=detail, permanent=permanent)
