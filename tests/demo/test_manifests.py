"""The manifests of the demo say everything about the live schemas, in both languages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import portal.demo
from portal.config import read_site
from portal.consents.service import RESTRICTION
from portal.demo.canary import plant
from portal.demo.world import World
from portal.sources.manifest import Manifest, Text, read

HOME = Path(portal.demo.__file__).parent
MANIFESTS = {path.stem: read(path) for path in sorted((HOME / "sources").glob("*.toml"))}
HOLD_NO_PERSON = {"booking": {"spaces"}, "crm": set(), "whitelabel": {"spaces", "answers"}}
SITE = read_site(HOME / "site.toml", "http://localhost:8000")

each = pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS.keys())


def _live(systems: World, system: str) -> dict[str, set[str]]:
    with closing(sqlite3.connect(systems.database(system))) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in tables}


def _texts(manifest: Manifest) -> Iterator[tuple[str, Text | None]]:
    for table in manifest.tables.values():
        yield table.name, table.title
        yield f"{table.name}: retention", table.retention
        yield from ((f"{table.name}: blocks", blocks.say) for blocks in table.blocks)
        yield from ((f"{table.name}.{column.name}", column.title) for column in table.columns.values())
        if table.keep:
            yield f"{table.name}: keep", table.keep.reason


@each
def test_every_table_and_column_is_covered_and_none_is_invented(small_world: World, manifest: Manifest) -> None:
    live = _live(small_world, manifest.id)
    assert {table.real for table in manifest.tables.values()} == live.keys() - HOLD_NO_PERSON[manifest.id]
    for table in manifest.tables.values():
        assert table.columns.keys() == live[table.real], table.name


@each
def test_every_word_to_a_person_is_there_in_both_languages(manifest: Manifest) -> None:
    for place, text in _texts(manifest):
        assert text is not None, place
        assert dict(text.words).keys() == {"en", "vi"}, place


@each
def test_every_table_says_why_and_the_site_knows_the_purpose(manifest: Manifest) -> None:
    for table in manifest.tables.values():
        assert table.purposes, table.name
        assert set(table.purposes) <= SITE.purposes.keys() | SITE.uses.keys(), table.name


@each
def test_preferences_are_purposes_with_a_value_for_each_state(manifest: Manifest) -> None:
    for name, preference in manifest.preferences.items():
        states = ["off", "on"] if name == RESTRICTION else list(SITE.purposes[name].states)
        assert not preference.values or list(preference.values) == states


def test_every_message_of_the_site_is_taken_by_a_system_or_kept_here() -> None:
    taken = {name for manifest in MANIFESTS.values() for name in manifest.preferences}
    kept = {f"marketing.{topic.id}.{channel}" for topic in SITE.topics.values() for channel in topic.kept_here}
    messages = {name for name in SITE.purposes if name.startswith("marketing.")}
    assert messages == {name for name in taken if name.startswith("marketing.")} | kept
    assert not taken & kept


def test_every_controller_of_a_row_has_a_title(small_world: World) -> None:
    with closing(sqlite3.connect(small_world.database("whitelabel"))) as connection:
        spaces = dict(connection.execute("SELECT code, name FROM spaces").fetchall())
    assert spaces == {code: SITE.controllers[code] for code in spaces}


def test_no_column_that_takes_free_text_stays_as_it_is(systems: World) -> None:
    for system, real, column in plant(systems, "canary-3").columns:
        for table in MANIFESTS[system].tables.values():
            if table.real == real and table.erase != "delete":
                assert table.columns[column].erase is not None, f"{system}.{table.name}.{column}"
