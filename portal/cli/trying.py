"""`portal try`: one person in one system, and their erasure rehearsed."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from portal.cli.identifying import email, phone
from portal.cli.parsing import Trouble, counted, declare
from portal.config import ConfigProblem, from_environment

if TYPE_CHECKING:
    from collections.abc import Generator

    from portal.cli.parsing import Commands
    from portal.sources.base import Identifier, Person, Preview, Rehearsed, Snapshot, Source

SHOWN, WIDEST = 5, 60  # rows of a table, characters of a value


def add(commands: Commands) -> None:
    """Declare it."""
    parser = declare(
        commands, "try", _try, "show what a manifest finds of a person, and rehearse the erasure; nothing is changed"
    )
    parser.add_argument("source", metavar="SOURCE", help="the id of a system, as its manifest has it")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", metavar="X", help="the person's e-mail address")
    who.add_argument("--phone", metavar="X", help="the person's phone number with its calling code, as +84912345678")


def _try(options: argparse.Namespace) -> int:
    from portal import start
    from portal.sources import registry

    start.open_house(from_environment(os.environ))
    known = {source.id: source for source in registry.active().connected()}
    if options.source not in known:
        raise ConfigProblem(f"no system is called {options.source}; there are: {', '.join(known)}")
    source = known[options.source]
    person = _person(source, email(options.email) if options.email else phone(options.phone))
    preview = source.preview(person)
    if not any(line.rows for line in preview.lines):
        raise Trouble(f"{source.id} holds nothing of this person")
    _say_plan(preview)
    rehearsed = source.rehearse(person)
    _say_rows(source, person)
    return _describe(source) if rehearsed is None else _say_rehearsed(rehearsed)


def _person(source: Source, identifier: Identifier) -> Person:
    """Say whom the identifier finds and return them; where it finds several people, it names none of them."""
    from portal.sources.base import Person

    keys, table = tuple(source.find(identifier)), source.manifest.subject.table
    print(f"{source.id}: {len(keys)} in {table} by {identifier.kind}" + "".join(f"\n  key {_key(key)}" for key in keys))
    if len(keys) > 1:
        print("Several people share this: the portal erases none of them before each is claimed by a proof of its own.")
        print("What follows is all of them together, without what is found by the address alone.")
    return Person(keys, (identifier,) if len(keys) < 2 else ())


def _say_plan(preview: Preview) -> None:
    print("\nWhat is held, and what becomes of it")
    for line in preview.lines:
        until = f", until {line.until}" if line.until else ""
        print(f"  {line.rows:>9,}  {line.table}: {line.action}{until}")
    for blocker in preview.blockers:
        print(f"  {blocker.kind}: {blocker.table}: {_plain(blocker.say.filled('en', blocker.facts))}")


def _say_rows(source: Source, person: Person) -> None:
    """Show the first rows of each table; values go to a terminal only, never into a file or a log."""
    if not sys.stdout.isatty():
        print("\nRows are shown on a terminal only.")
        return
    print(f"\nRows, the first {SHOWN} of each table")
    with source.snapshot(person) as snapshot:
        for table, count in snapshot.counts.items():
            if count:
                print(f"  {table}, {count:,} in all")
            for row in _first_rows(snapshot, table) if count else ():
                print("    " + " | ".join(f"{_plain(name)}: {_value(value)}" for name, value in row.items()))


def _first_rows(snapshot: Snapshot, table: str) -> list[dict[str, Any]]:
    with closing(cast("Generator[dict[str, Any], None, None]", snapshot.rows(table))) as rows:
        return list(islice(rows, SHOWN))


def _say_rehearsed(rehearsed: Rehearsed) -> int:
    print("\nThe erasure, rehearsed and rolled back")
    for statement in rehearsed.statements:
        rows = "refused" if statement.rows is None else counted(statement.rows)
        print(f"  {rows:>12} {statement.seconds * 1000:>9.1f} ms  {statement.text}")
    changed = sum(statement.rows or 0 for statement in rehearsed.statements)
    seconds = sum(statement.seconds for statement in rehearsed.statements)
    print(f"  {counted(changed)} in {len(rehearsed.statements)} statements, {seconds * 1000:.1f} ms")
    for table, count in rehearsed.remaining.items():
        print(f"  left: {counted(count)} of {table} that should be gone or changed")
    if rehearsed.refused:
        print(f"  refused: {_plain(rehearsed.refused)}")
    elif not rehearsed.remaining:
        print("  Read again: nothing would be left.")
    print("Nothing was changed.")
    return 1 if rehearsed.refused or rehearsed.remaining else 0


def _describe(source: Source) -> int:
    """Say what a system that is no database tells of itself."""
    findings = source.check()
    print("\nIts own description" + ("" if findings else " fits the manifest."))
    for finding in findings:
        print(f"  {finding}")
    looked = source.proof == "texts"
    print(f"After an erasure its texts are {'' if looked else 'not '}looked through for the person.")
    print("A rehearsal is not possible: this system erases by itself and has no transaction to roll back.")
    print("Nothing was changed.")
    return 1 if any(finding.level == "error" for finding in findings) else 0


def _key(key: tuple[str | int, ...]) -> str:
    return ", ".join(_plain(str(part)) for part in key)


def _value(value: Any) -> str:
    from portal.sources import values

    if isinstance(value, bytes | bytearray | memoryview):
        return f"({len(value):,} bytes)"
    text = _plain(values.text(value))
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _plain(text: str) -> str:
    """Return text that a terminal shows and never obeys."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
