"""What README and docs tell to do can be done: commands are taken, settings are read, rooms are on the map."""

from __future__ import annotations

import contextlib
import re
import shlex
from itertools import product

import pytest

from portal.cli import _parser
from tests.house.conftest import HOUSE

GUIDES = [HOUSE / "README.md", HOUSE / "CONTRIBUTING.md", *sorted((HOUSE / "docs").glob("*.md"))]
TOLD = {path.name: path.read_text(encoding="utf-8") for path in GUIDES if path.name != "decisions.md"}
COMMAND = re.compile(r"`(portal [a-z][^`]*)`|^(?: {4})?(portal [a-z].*)$", re.MULTILINE)


def commands() -> list[str]:
    """Return every command of the guides, one for each of its `this|that`, without its comment."""
    found = set()
    for text in TOLD.values():
        for quoted, line in COMMAND.findall(text):
            words = (quoted or line.partition("  #")[0]).partition(" > ")[0].replace("\n", " ").split(" ")
            found |= {" ".join(one) for one in product(*(word.split("|") for word in words if word))}
    return sorted(found)


@pytest.mark.parametrize("command", commands())
def test_a_command_that_is_told_is_taken(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence may name a command without its arguments; what it does name has to be known."""
    with contextlib.suppress(SystemExit):
        _parser().parse_args(shlex.split(command)[1:])
    said = capsys.readouterr().err
    assert not said or "are required" in said, f"`{command}` is told and not taken"


def test_a_thing_to_make_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {word for text in TOLD.values() for word in re.findall(r"`make ([a-z-]+)", text)}
    assert told
    assert told <= targets


def test_every_room_is_on_the_map() -> None:
    rooms = {path.name.removesuffix(".py") for path in (HOUSE / "portal").iterdir() if not path.name.startswith("__")}
    table = TOLD["README.md"].partition("| storey | rooms |")[2].partition("\n\n")[0]
    assert rooms == set(re.findall(r"`([a-z]+)`", table)), "README.md, The house"


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_link_between_guides_leads_somewhere(name: str) -> None:
    folder = HOUSE if name.isupper() or name in {"README.md", "CONTRIBUTING.md"} else HOUSE / "docs"
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", TOLD[name]):
        assert (folder / target).exists(), f"{name}: {target}"
