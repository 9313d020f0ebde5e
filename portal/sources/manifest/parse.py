"""TOML to a Manifest: any table gives one or is refused by a ManifestProblem, never by another exception."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portal.sources.manifest import model
from portal.sources.manifest.model import Manifest, Place, Preference, Table, Text, humanised
from portal.sources.manifest.reader import ManifestProblem, Reader
from portal.sources.manifest.table import FROM_TABLE, matches, table

_FACT_KINDS: tuple[model.FactKind, ...] = ("day", "amount", "words")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read(path: Path) -> Manifest:
    """Read one file; ManifestProblem when it is no TOML or says what cannot be."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        cure = "Mend the line; it must be TOML in UTF-8."
        raise ManifestProblem(file=path.name, table="[]", key="(itself)", wrong=str(error), cure=cure) from error
    return parse(data, path.name)


def parse(data: Mapping[str, Any], file: str) -> Manifest:
    """Make a manifest of what TOML gave; `file` is named in refusals."""
    top = Reader(data, file, "")
    for key in ("source", "subject", "tables"):
        top.need(key, f"Write a [{key}] section.")
    tables = top.each("tables", table)
    source, subject = top.inner("source"), top.inner("subject")
    manifest = Manifest(
        file=file,
        id=_id(source),
        title=source.words("title") or Text.of(humanised(source.string("id"))),
        url=_url(source),
        erase_url=source.string("erase_url"),
        secret=source.string("secret"),
        controller=source.string("controller"),
        processor=source.string("processor"),
        parts=source.flag("parts", False),
        sweep=source.flag("sweep", False),
        retention=source.flag("retention", False),
        subject=_subject(subject, tables),
        tables=tables,
        location=_location(top.inner("location"), tables) if top.has("location") else None,
        preferences=top.each("preferences", lambda name, entry: _preference(name, entry, tables)),
        proofs=top.each("proofs", lambda name, entry: _fact(name, entry, tables)),
    )
    source.done()
    top.done()
    _links_lead_somewhere(manifest, top.inner("tables"))
    _affects_tables_there(manifest, top.inner("tables"))
    _identities_are_reviewed(manifest, top.inner("tables"))
    return manifest


def is_id(name: str) -> bool:
    """Tell whether a system may be called so."""
    return bool(_ID.fullmatch(name))


def _id(source: Reader) -> str:
    source.need("id", 'Write id = "booking": a short name that never changes.')
    name = source.string("id")
    if not is_id(name):
        raise source.problem("id", "is not a short name", "Use up to 40 small letters, digits and hyphens.")
    return name


def _url(source: Reader) -> str:
    source.need("url", 'Write url = "env:BOOKING_URL" and set that variable.')
    return source.string("url")


def _subject(reader: Reader, tables: Mapping[str, Table]) -> model.Subject:
    reader.need("match", 'Say how a person is found: match = { email = "email" }.')
    name = reader.choice("table", tables)
    shown = {key: _column(reader, key, tables[name]) for key in ("name", "since", "born")}
    adult = tuple(_sign(reader, sign, tables) for sign in reader.strings("adult"))
    key = reader.strings("key") or ("id",)
    found = model.Subject(name, key, matches(reader, "match"), **shown, adult=adult)
    if tables[name].link or tables[name].match:
        raise reader.problem("table", "has a link or a match of its own", f"Take it out of [tables.{name}].")
    reader.done()
    return found


def _sign(reader: Reader, sign: str, tables: Mapping[str, Table]) -> str:
    table_name, _, column = sign.partition(".")
    if table_name not in tables or (column and column not in tables[table_name].columns):
        cure = 'Write adult = ["users.tax_id", "contracts"]: columns that the manifest names, or tables.'
        raise reader.problem("adult", f"names {sign}, which is no table or column here", cure)
    return sign


def _column(reader: Reader, key: str, table: Table) -> str:
    name = reader.string(key)
    if name and name not in table.columns:
        cure = f"Mend the name, or list it in [tables.{table.name}]: columns.{name} = {{}}."
        raise reader.problem(key, f"names {name}, which is not listed among the columns of {table.name}", cure)
    return name


def _location(reader: Reader, tables: Mapping[str, Table]) -> model.Location:
    points = reader.choice("points", tables)
    for key in ("time", "latitude", "longitude"):
        reader.need(key, f"Name the column of {points}.")
    state = _place(reader, "reported_state", tables) if reader.has("reported_state") else None
    at = _place(reader, "reported_at", tables) if reader.has("reported_at") else None
    if at and (state is None or state.table != at.table):
        raise reader.problem("reported_at", "is not beside reported_state", "Name a column of the same table.")
    columns = (reader.string("time"), reader.string("latitude"), reader.string("longitude"))
    reader.done()
    return model.Location(points, *columns, reported_state=state, reported_at=at)


def _preference(name: str, reader: Reader, tables: Mapping[str, Table]) -> Preference:
    place = _place(reader, "column", tables) if reader.has("column") else None
    values = reader.inner("values") if reader.has("values") else None
    states = {state: _scalar(values, state) for state in values.keys()} if values else {}
    if len(set(map(repr, states.values()))) < len(states):
        raise reader.problem("values", "has one value for two states", "Give each state a value of its own.")
    reader.done()
    return Preference(name, place, states)


def _fact(name: str, reader: Reader, tables: Mapping[str, Table]) -> model.Fact:
    table, _, column = name.rpartition(".")
    if table not in tables or not column:
        cure = f'Write [proofs."{next(iter(tables))}.column"].'
        raise reader.problem("", "names no column of a table here", cure)
    reader.need("title", 'Say what it is: title = { en = "Day of one of your bookings" }.')
    title, kind = reader.words("title"), reader.choice("as", _FACT_KINDS)
    reader.done()
    return model.Fact(Place(table, column), title or Text.of(humanised(column)), kind)


def _scalar(values: Reader, state: str) -> model.Scalar:
    value = values.raw(state)
    if not isinstance(value, str | int | float):
        raise values.problem(state, "is no text, number or truth value", "Write the value that the column holds.")
    return value


def _place(reader: Reader, key: str, tables: Mapping[str, Table]) -> Place:
    table_name, _, column = reader.string(key).rpartition(".")
    if table_name not in tables or not column:
        raise reader.problem(key, "names no column of a table here", f'Write {key} = "{next(iter(tables))}.column".')
    return Place(table_name, column)


def _links_lead_somewhere(manifest: Manifest, tables: Reader) -> None:
    for name, start in manifest.tables.items():
        seen, here = {name}, start
        reader = tables.inner(name)
        while here.link:
            if here.link.table not in manifest.tables:
                own = next((name for name, one in manifest.tables.items() if one.real == here.link.table), "")
                cure = f"Write {own}, as it is called in this file." if own else f"Write {FROM_TABLE}."
                raise reader.problem("link", f"leads to {here.link.table}, which is no table here", cure)
            here = manifest.tables[here.link.table]
            if here.name in seen:
                cure = "Link one of them to the person; the same real table may come twice under two names."
                raise reader.problem("link", "leads in a circle, not to the person", cure)
            seen.add(here.name)


def _affects_tables_there(manifest: Manifest, tables: Reader) -> None:
    for name, entry in manifest.tables.items():
        for affects in entry.affects:
            if affects.table not in manifest.tables:
                reader = tables.inner(name)
                raise reader.problem("affects", f"counts {affects.table}, which is no table here", "Mend the name.")


def _identities_are_reviewed(manifest: Manifest, tables: Reader) -> None:
    """Refuse that somebody changes by themselves what they are found by: they could become somebody else there."""
    subject = manifest.subject
    found_by = {*subject.key, *(match.column for match in subject.match)}
    for column in manifest.tables[subject.table].correctable:
        if column.name in found_by and (column.correct == "self" or column.name in subject.key):
            cure = 'Write correct = "proof" for an e-mail or a phone, "review", or false for the key.'
            raise tables.inner(subject.table).problem(f"columns.{column.name}", "is what a person is found by", cure)


def require_paths(manifest: Manifest) -> None:
    """Refuse a table that no link and no match joins to the person; a database must know how, an HTTP system does."""
    for name, entry in manifest.tables.items():
        if not entry.link and not entry.match and name != manifest.subject.table:
            reader = Reader({}, manifest.file, f"tables.{name}")
            raise reader.problem("link", "is missing, and so is match", f"Write {FROM_TABLE} or match = {{ … }}.")
    for preference in manifest.preferences.values():
        if preference.place is None:
            reader = Reader({}, manifest.file, f'preferences."{preference.name}"')
            raise reader.problem("column", "is missing", 'Write column = "users.mail_events".')
