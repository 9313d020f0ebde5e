"""Whatever is logged about a person or written into their requests can be read by that person, in words."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator

from portal.cases.words import EVENTS, INSIDE
from portal.kernel import audit
from portal.security.words import IMPERSONAL, SAID
from tests.house.conftest import HOUSE

# Who writes into a timeline, and which of its arguments names the event.
WRITERS = {
    "cases.move": 2,
    "service.move": 2,
    "note": 1,
    "service.note": 1,
    "give_up": 1,
    "asking.give_up": 1,
}
OF_THE_ROOM = {"move": 2, "_again": 1}  # of cases alone: other rooms move rows of their own
TO_COME = {"staff.looked", "*"}


def test_every_event_about_a_person_has_a_sentence() -> None:
    silent = audit.declared().keys() - SAID.keys() - IMPERSONAL
    assert not silent, "add a sentence to portal/security/words.py, or name the event in IMPERSONAL"


def test_no_sentence_is_left_over() -> None:
    assert SAID.keys() - audit.declared().keys() <= TO_COME
    assert audit.declared().keys() >= IMPERSONAL


def test_a_sentence_names_only_what_its_event_carries() -> None:
    for name, keys in audit.declared().items():
        facts = set(re.findall(r"%\((\w+)\)", SAID.get(name, "")))
        assert facts <= keys, f"{name} carries {sorted(keys)}"


def written() -> Iterator[tuple[str, str]]:
    """Yield where an event of a request's timeline is written and how it is called, out of the code of every room."""
    for path in sorted((HOUSE / "portal").rglob("*.py")):
        place = path.relative_to(HOUSE)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for argument in named_in(call, in_room=place.parts[1] == "cases"):
                if not (isinstance(argument, ast.Name) and argument.id in ("event", "name")):  # passed on from a caller
                    yield str(place), said(argument, ".".join(place.with_suffix("").parts))


def named_in(call: ast.Call, *, in_room: bool) -> list[ast.expr]:
    """Return the argument that names an event, where a call writes one."""
    writer = ast.unparse(call.func)
    if writer == "CaseEvent.create":
        return [word.value for word in call.keywords if word.arg == "name"]
    at = (WRITERS | (OF_THE_ROOM if in_room else {})).get(writer)
    return [call.args[at]] if at is not None and len(call.args) > at else []


def said(argument: ast.expr, module: str) -> str:
    """Return the name of an event: a word, the beginning of one with a fact in it, or a constant of a module."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    if isinstance(argument, ast.Subscript):
        return said(argument.value, module)
    if isinstance(argument, ast.JoinedStr):
        return said(argument.values[0], module)
    *owner, name = ast.unparse(argument).split(".")
    found = importlib.import_module(module)
    return str(getattr(getattr(found, owner[0]) if owner else found, name))


def test_every_event_of_a_request_has_a_sentence_or_is_for_staff_alone() -> None:
    found = {(place, name.partition(":")[0]) for place, name in written()}
    assert len({name for _, name in found}) > 25, "nothing was found: has the way to write one changed?"
    silent = {(place, name) for place, name in found if name not in EVENTS and name not in INSIDE}
    assert not silent, "add a sentence to EVENTS in portal/cases/words.py, or name the event in INSIDE"
