"""What an operator can write or say is in docs/: each key of site.toml, each variable, each command."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from portal.cli import _parser
from portal.config import read_site
from portal.config.kinds import Kind
from portal.config.shape import SITE, Table
from tests.house.conftest import HOUSE

DOCS = {path.name: path.read_text(encoding="utf-8") for path in (HOUSE / "docs").glob("*.md")}
NOT_FOR_OPERATORS = {"PORTAL_DEMO", "PORTAL_FAILPOINTS_KILL", "PORTAL_FAILPOINTS_LOG"}  # set by the demo and the tests
_ROW = re.compile(r"(?m)^\| ((?:`[^`]+`,? ?)+) \|")


def test_each_key_of_site_toml_is_in_its_section_of_site_md_and_no_other() -> None:
    found = {place: set(table.keys) for place, table in tables(SITE, "")}
    told = {place: keys_of(part) for place, part in sections(DOCS["site.md"])}
    assert told == found, "docs/site.md and portal/config/shape.py differ: write the key into the section's table"


def test_the_example_of_site_md_is_a_whole_file(tmp_path: Path) -> None:
    [example] = re.findall(r"(?ms)^   ```toml\n(.*?)^   ```", DOCS["site.md"])
    (tmp_path / "site.toml").write_text(textwrap.dedent(example), encoding="utf-8")
    site = read_site(tmp_path / "site.toml", "https://privacy.example.com")
    assert (site.name, list(site.purposes)) == ("Kaffeerad", ["sharing.roasters"])


def test_each_variable_of_the_environment_is_in_operating_md() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in (HOUSE / "portal").rglob("*.py") if "demo" not in path.parts
    )
    read = {name.removesuffix("_FILE") for name in re.findall(r'"(PORTAL_[A-Z_]+)"', source)} - NOT_FOR_OPERATORS
    assert {name for name in read if f"`{name}`" not in DOCS["operating.md"]} == set()
    assert {"PORTAL_SECRET_KEY", "PORTAL_PUSH_HOSTS", "PORTAL_INTAKE"} <= read, (
        "the search above finds nothing any more"
    )


def test_each_command_is_in_the_docs() -> None:
    text = "".join(DOCS.values())
    missing = [command for command in commands(_parser(), "portal") if command not in text]
    assert missing == [], "say in docs/operating.md, or in the document of its room, what it is for"


def tables(table: Table, place: str) -> Iterator[tuple[str, Table]]:
    """Yield each section with keys of its own, by its heading."""
    if table.keys:
        yield place, table
    for name, inner in table.keys.items():
        if isinstance(inner, Table):
            yield from tables(inner, f"{place}.{name}".strip("."))
    if isinstance(table.each, Table):
        yield from tables(table.each, f"{place}.NAME")
    else:
        assert table.each is None or isinstance(table.each, Kind)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sections that a document describes: `## [brand]`, or "" for what stands at the top of the file."""
    for part in re.split(r"(?m)^##+ ", text):
        heading, _, rest = part.partition("\n")
        if heading == "At the top":
            yield "", rest
        elif heading.startswith("["):
            yield heading.strip("[]").replace('"', ""), rest


def keys_of(part: str) -> set[str]:
    """Return the keys in the first column of a section's table."""
    return {key for names in _ROW.findall(part) for key in re.findall(r"`([^`]+)`", names)}


def commands(parser: argparse.ArgumentParser, said: str) -> Iterator[str]:
    """Yield every command as it is typed."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield said
    for name, below in (inner[0].choices if inner else {}).items():
        yield from commands(below, f"{said} {name}")
