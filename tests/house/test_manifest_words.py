"""docs/manifest.md tells every key that a manifest may have, each with an example."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from portal.sources.manifest import parse
from portal.sources.manifest.reader import Reader
from tests.house.conftest import HOUSE

# Every section once, with all that makes the parser look further into it.
WHOLE = """
[source]
id = "a"
url = "env:A"
[subject]
table = "users"
match = { email = "email", phone = { column = "phone" }, external_id = "id" }
[tables.users]
erase = "anonymise"
columns.email = { erase = "null" }
[tables.homes]
erase = "delete"
link = "id <- users.home"
shared = "while-used"
[tables.invoices]
erase = "keep"
link = "user_id -> users.id"
keep = { reason = "Law", until = { column = "issued_at", years = 10 } }
blocks = { kind = "warn", when = "1 = 1", say = "x", money = { a = "VND" }, url = { by = "b", c = "/" } }
affects = { table = "users", when = "1 = 1", say = "x" }
[location]
points = "users"
time = "at"
latitude = "lat"
longitude = "lon"
reported_state = "users.state"
reported_at = "users.state_at"
[preferences]
"marketing" = { column = "users.mail", values = { on = 1 } }
[proofs]
"users.email" = { as = "words", title = "Address" }
"""
FREE = {"money", "url", "values"}  # in these the keys are names of columns, stores and states


def asked(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Return every key that the parser asks for, with the section that it asks in."""
    found: set[tuple[str, str]] = set()
    has, raw = Reader.has, Reader.raw

    def note(reader: Reader, key: str) -> None:
        place = re.sub(r"^(tables|preferences|proofs)\.(\".*?\"|[^.]+)", r"\1", reader.table.replace("columns.", ""))
        last = reader.table.rpartition(".")[2]
        if last not in FREE and reader.table and key not in {"users", "homes", "invoices"}:
            found.add((place, key))

    def noted_has(self: Reader, key: str) -> bool:
        note(self, key)
        return has(self, key)

    def noted_raw(self: Reader, key: str) -> Any:
        note(self, key)
        return raw(self, key)

    monkeypatch.setattr(Reader, "has", noted_has)
    monkeypatch.setattr(Reader, "raw", noted_raw)
    parse(tomllib.loads(WHOLE), "a.toml")
    return found


def test_every_key_of_a_manifest_is_told_with_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Path(HOUSE / "docs" / "manifest.md").read_text(encoding="utf-8")
    keys = {key for _, key in asked(monkeypatch)} - {"email", "users.email", "marketing"}
    assert len(keys) > 55, "the manifest of this test no longer reaches every section"
    silent = sorted(key for key in keys if not re.search(rf"(?<![\w-]){re.escape(key)}(\.\w+)? = ", told))
    assert not silent, f"tell them in docs/manifest.md, each with an example: {silent}"


def test_every_key_that_is_told_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Path(HOUSE / "docs" / "manifest.md").read_text(encoding="utf-8")
    keys, _, _ = told.partition("## HTTP systems")  # there, addresses stand in a table
    rows = [line.split("|")[1].strip() for line in keys.splitlines() if line.startswith("| `")]
    named = {key.partition(" = ")[0].partition(".")[0] for row in rows for key in re.findall(r"`([^`]+)`", row)}
    rules = {"null", "empty", "hash", "text:WORDS", "redact"}
    known = {key for _, key in asked(monkeypatch)}
    assert named - rules - known == set(), "take out of docs/manifest.md what no manifest may say"
