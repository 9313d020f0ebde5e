"""Rules for columns that the database would refuse: null, type, length, values that must differ."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.sources.base import Finding
from portal.sources.manifest import Rule, Table
from portal.sources.sql.check.saying import error
from portal.sources.sql.dialect import HASHED
from portal.sources.sql.draft.guess import length
from portal.sources.sql.ground import Ground
from portal.sources.sql.rules import EMPTY, rules
from portal.sources.sql.schema import LiveColumn

_TAKES = {"text": ("text",), "hash": ("text",), "redact": ("text", "json", "other", "text[]"), "empty": tuple(EMPTY)}


def refused_rules(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        for column, rule in rules(ground, table) if table.erase != "delete" else ():
            if say := _refused(ground, table, column, rule):
                yield error(table, column.name, say)


def _refused(ground: Ground, table: Table, column: LiveColumn, rule: Rule) -> str:
    """Say why the database would refuse a rule; "" when it would not."""
    keyed = rule.kind == "text" and "{key}" in rule.text
    if column.generated:
        return "The database makes this column itself. Take the rule off."
    if rule.kind == "null" and not column.nullable:
        return 'It may not be null. Write erase = "empty" or "text:…".'
    if column.kind not in _TAKES.get(rule.kind, (column.kind,)):
        return (
            f'A column of type {column.type} cannot take "{rule.kind}". Write another rule, or name it in keep.columns.'
        )
    if keyed and not ground.key(table):
        return 'The table has no key to put in {key}. Write key = ["…"].'
    if rule.kind in ("empty", "text") and not keyed and _must_differ(ground, table, column.name):
        return 'Its values must differ. Write "text:deleted-{key}".'
    if (limit := length(column)) is not None and _longest(rule) > limit:
        return f"It takes {limit} characters, and what is to be written is longer. Write another rule."
    return ""


def _must_differ(ground: Ground, table: Table, name: str) -> bool:
    """Tell whether one value for all rows meets a unique index that no other column of it satisfies for sure."""
    given = {column.name: rule for column, rule in rules(ground, table)}
    return any(
        index.unique and _speaks_of(index.parts, name) and not any(_differs(ground, table, given, index.parts))
        for index in ground.live(table).indexes
    )


def _speaks_of(parts: tuple[str, ...], name: str) -> bool:
    return any(part == name or re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", part) for part in parts)


def _differs(ground: Ground, table: Table, given: dict[str, Rule], parts: tuple[str, ...]) -> Iterator[bool]:
    """Yield whether a part of an index keeps its rows apart: nulls do, hashes, the row's key, a whole key of others."""
    key = set(ground.key(table))
    yield bool(key) and key <= set(parts) - given.keys()
    for rule in (given[part] for part in parts if part in given):
        yield rule.kind in ("null", "hash") or "{key}" in rule.text


def _longest(rule: Rule) -> int:
    """Return how many characters a rule writes at the least."""
    if rule.kind == "hash":
        return len(HASHED) + 32
    return len(rule.text.replace("{key}", "1")) if rule.kind == "text" else 0
