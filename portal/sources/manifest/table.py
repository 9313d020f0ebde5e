"""One [tables.…] section: links, matches, columns and what is kept."""

from __future__ import annotations

import re
from typing import get_args

from portal.sources.manifest import model
from portal.sources.manifest.blocks import affects, blocks
from portal.sources.manifest.model import Column, Keep, Link, Match, Rule, Table, Text, Until, humanised
from portal.sources.manifest.reader import Reader

WHILE_USED = "while-used"
FROM_TABLE = 'link = "user_id -> users.id"'
_LINK = re.compile(r"\s*(?P<columns>[^<>]+?)\s*(?P<way>->|<-)\s*(?P<to>[^<>]+?)\s*")
_WORD = re.compile(r"\{(\w+)\}")
_RULE = 'Write "null", "empty", "hash", "redact" or "text:…".'


def table(name: str, reader: Reader) -> Table:
    """Read one table as the manifest describes it."""
    entry = Table(
        name=name,
        real=reader.string("table", name),
        title=reader.words("title") or Text.of(humanised(name)),
        erase=reader.choice("erase", get_args(model.Action)),
        origin=reader.choice("from", get_args(model.Origin), "you"),
        purposes=reader.strings("purposes"),
        retention=reader.words("retention"),
        recipients=reader.words("recipients"),
        key=reader.strings("key"),
        link=_link(reader) if reader.has("link") else None,
        match=matches(reader, "match") if reader.has("match") else (),
        order_by=tuple(_order(reader, part) for part in reader.strings("order_by")),
        time=reader.string("time"),
        changed=reader.string("changed"),
        controller_column=reader.string("controller_column"),
        blocks=blocks(reader),
        affects=affects(reader),
        keep=_keep(reader.inner("keep")) if reader.has("keep") else None,
        columns=reader.each("columns", _column),
    )
    _consistent(entry, reader)
    reader.done()
    return entry


def matches(reader: Reader, key: str) -> tuple[Match, ...]:
    """Read `match = { email = "email", phone = { column = "mobile", country = "84" } }`."""
    inner = reader.inner(key)
    kinds = get_args(model.IdentifierKind)
    found = tuple(match for kind in kinds if inner.has(kind) for match in _columns_of(inner, kind))
    inner.done()
    if not found:
        raise reader.problem(key, "names no identifier", f'Write {key} = {{ email = "email" }}.')
    return found


def _columns_of(inner: Reader, kind: model.IdentifierKind) -> list[Match]:
    if not isinstance(inner.raw(kind), dict):
        columns = inner.strings(kind)
        if not columns:
            raise inner.problem(kind, "names no column", f'Write {kind} = "column".')
        return [Match(kind, column) for column in columns]
    entry = inner.inner(kind)
    entry.need("column", f'Write {kind} = {{ column = "…" }}.')
    match = Match(kind, entry.string("column"), entry.flag("exact", False), entry.string("country").lstrip("+"))
    if match.country and not (match.country.isascii() and match.country.isdigit()):
        raise entry.problem("country", "is no calling code", 'Write its digits: country = "84".')
    entry.done()
    return [match]


def _link(reader: Reader) -> Link:
    found = _LINK.fullmatch(reader.string("link"))
    columns = _names(found["columns"]) if found else ()
    aims = [aim.rpartition(".") for aim in _names(found["to"])] if found else []
    target, to = aims[0][0] if aims else "", tuple(aim[2] for aim in aims)
    named = {aim[0] for aim in aims[1:]} <= {target, ""}
    if not found or not target or not all(columns + to) or len(columns) != len(to) or not named:
        raise reader.problem(
            "link", "is not understood", f'Write {FROM_TABLE}, or "a, b -> table.a, b" for two columns.'
        )
    while_used = reader.raw("shared") == WHILE_USED
    shared = not while_used and reader.flag("shared", False)
    return Link(columns, target, to, found["way"] == "<-", shared, while_used)


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(","))


def _order(reader: Reader, part: str) -> tuple[str, bool]:
    column, _, way = part.strip().partition(" ")
    if way.strip().lower() not in ("", "asc", "desc"):
        raise reader.problem(
            "order_by", "is not understood", 'Write order_by = "starts_at" or ["starts_at desc", "id"].'
        )
    return column, way.strip().lower() == "desc"


def _column(name: str, reader: Reader) -> Column:
    entry = Column(
        name=name,
        title=reader.words("title") or Text.of(humanised(name)),
        sensitive=reader.string("sensitive"),
        export=reader.flag("export", True),
        erase=_rule(reader) if reader.has("erase") else None,
        identifies=reader.flag("identifies", False),
        money=reader.string("money"),
        correct=_correct(reader),
        kind=reader.choice("kind", get_args(model.DetailKind), "text"),
        detail=reader.string("detail", name),
        file=reader.string("file"),
    )
    if entry.correct and not entry.export:
        raise reader.problem("correct", "is for people, who are not shown this column", "Take one of the two out.")
    if entry.correct == "proof" and entry.kind not in ("email", "phone"):
        raise reader.problem("correct", "is for what a code can be sent to", 'Write kind = "email" or "phone" too.')
    reader.done()
    return entry


def _correct(reader: Reader) -> model.Correct:
    """Read `correct`: "self", "proof", "review", or false, which is the same as leaving it out."""
    if not reader.has("correct") or reader.raw("correct") is False:
        return ""
    return reader.choice("correct", ("self", "proof", "review"))


def _rule(reader: Reader) -> Rule:
    said = reader.string("erase")
    if said.startswith("text:"):
        words = said.removeprefix("text:")
        if not words or set(_WORD.findall(words)) - {"key"}:
            raise reader.problem("erase", "has no text, or a name other than {key}", 'Write "text:deleted-{key}".')
        return Rule("text", words)
    for kind in get_args(model.RuleKind):
        if kind == said and kind != "text":
            return Rule(kind)
    raise reader.problem("erase", "is no rule for a column", _RULE)


def _keep(reader: Reader) -> Keep:
    reason = reader.words("reason")
    if reason is None:
        raise reader.problem("reason", "is missing", 'Say why rows must stay: reason = "Accounting law".')
    until = _until(reader.inner("until")) if reader.has("until") else None
    keep = Keep(reason, until, reader.strings("columns"), reader.choice("of", get_args(model.Whose), "erased"))
    if keep.of == "everybody" and until is None:
        raise reader.problem("of", "has no date", 'Write until = { column = "issued_at", years = 10 }.')
    reader.done()
    return keep


def _until(reader: Reader) -> Until:
    reader.need("column", 'Name the column with the date: until = { column = "issued_at", years = 10 }.')
    until = Until(reader.string("column"), reader.number("years", 0, 200))
    reader.done()
    return until


def _consistent(entry: Table, reader: Reader) -> None:
    if entry.erase == "keep" and entry.keep is None:
        raise reader.problem("keep", "is missing", 'Give the reason: keep = { reason = "…" }.')
    if entry.erase != "keep" and entry.keep is not None:
        raise reader.problem("keep", f'says rows stay, but erase = "{entry.erase}"', 'Write erase = "keep".')
    if entry.link and entry.match:
        raise reader.problem("match", "stands beside a link", "Keep one of the two; a second way needs a second name.")
    if reader.raw("shared") and not (entry.link and entry.link.outward):
        raise reader.problem("shared", "needs an outward link", 'Write link = "address_id <- users.address_id".')
    if entry.link and entry.link.outward:
        _shared_with_care(entry, entry.link, reader)


def _shared_with_care(entry: Table, link: Link, reader: Reader) -> None:
    """Refuse what would change or take rows that others need."""
    if entry.correctable and (link.shared or link.while_used):
        cure = "Take correct out of its columns: these rows are others' too."
        raise reader.problem("columns", "can be corrected, but the table is shared", cure)
    if link.while_used and entry.erase != "delete":
        raise reader.problem("shared", "says that rows go with the last who uses them", 'Write erase = "delete".')
    if entry.erase == "delete" and not link.while_used:
        cure = 'Others may need these rows: write shared = "while-used", or erase = "anonymise", or "keep".'
        raise reader.problem("erase", "deletes rows that are reached outward", cure)
    if link.shared and entry.erase != "keep":
        cure = 'Rows shared with others stay as they are: write erase = "keep" with a reason.'
        raise reader.problem("erase", "changes rows that are shared", cure)
