"""`portal import consents|suppressions|acceptances FILE`: what was recorded elsewhere, with its own dates."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.cli.parsing import declare, group
from portal.cli.processes import ready
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.importing.taking import Said, Tally
    from portal.cli.parsing import Commands

_KINDS = {
    "consents": "what people agreed to or refused, with the day on which they did",
    "suppressions": "addresses that must be left out; a no here wins over any yes",
    "acceptances": "which version of a policy people accepted or declined",
}
_EVERY = 5.0  # seconds between two words about how far it is


def add(commands: Commands) -> None:
    """Declare them."""
    imports = group(commands, "import", "take in what was recorded elsewhere; docs/imports.md has the columns")
    for kind, help_ in _KINDS.items():
        parser = declare(imports, kind, _import, help_)
        parser.set_defaults(kind=kind)
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV in UTF-8, or a JSON object a line (.ndjson)")
        parser.add_argument(
            "--source", metavar="NAME", default="", help="where it was recorded, for rows that say none"
        )
        parser.add_argument("--dry-run", action="store_true", help="do all of it and take it back")
        parser.add_argument("--all-or-nothing", action="store_true", help="take nothing in if a single row is refused")
        parser.add_argument("--json", action="store_true", help="a JSON line for each row refused, and one at the end")


def _import(options: argparse.Namespace) -> int:
    """Open the house and carry it out."""
    from portal import start

    settings = from_environment(os.environ)
    ready(settings)
    start.open_house(settings)
    return carry_out(options)


def carry_out(options: argparse.Namespace) -> int:
    """Go through the file in a house that is open, and say what came of it; 1 where a row was refused.

    What was taken in stays if it is interrupted, and is found to be there by the next run.
    """
    from portal.cli.importing.taking import Tally
    from portal.kernel import audit

    told = _Told(options)
    if options.all_or_nothing:
        for _ in _sound(options, told, Tally()):
            pass
        if told.refused:
            told.end(Tally(rows=told.rows, refused=told.refused), took=False)
            return 1
    tally = _take_in(options, told)
    if not options.dry_run:
        keys = {"added": tally.known + tally.kept, "rows": tally.rows, "refused": tally.refused}
        audit.record("consents.import_ended", actor="operator", kind=options.kind, digest=_digest(options.file), **keys)
    told.end(tally, took=not options.dry_run)
    return 1 if tally.refused else 0


def _take_in(options: argparse.Namespace, told: _Told) -> Tally:
    from portal.cli.importing.taking import PORTION, Tally, portions, take

    tally = Tally()
    told.begin()
    for portion in portions(_sound(options, told, tally), PORTION):
        take(portion, tally, dry=options.dry_run)
        told.progress(tally)
    return tally


def _sound(options: argparse.Namespace, told: _Told, tally: Tally) -> Iterator[Said]:
    """Yield what can be taken in, and say of each other row why not."""
    from portal.cli.importing.files import rows
    from portal.cli.importing.shapes import KINDS, Bad, meant
    from portal.cli.importing.taking import Said

    kind = KINDS[options.kind]
    for row in rows(options.file, kind.columns, kind.needed):
        tally.rows += 1
        try:
            if row.wrong:
                raise Bad(row.wrong)
            yield Said(*meant(kind, row.values, options.source))
        except Bad as bad:
            tally.refused += 1
            told.refuse(row.line, str(bad))
    told.rows = tally.rows


class _Told:
    """What the operator reads: each refusal as it comes, how far it is, and the end."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options, self._next = options, time.monotonic() + _EVERY
        self.rows = self.refused = 0
        self._again = False

    def begin(self) -> None:
        """Begin with taking in: what a first look has refused was said."""
        self._again = self.rows > 0

    def refuse(self, line: int, why: str) -> None:
        """Say why a row is refused."""
        self.refused += 1
        if self._again:
            return
        if self._options.json:
            print(json.dumps({"line": line, "refused": why}, ensure_ascii=False))
        else:
            print(f"line {line}: {why}", file=sys.stderr)

    def progress(self, tally: Tally) -> None:
        """Say how far it is, now and then."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            print(f"{tally.rows:,} rows read, {tally.refused:,} refused", file=sys.stderr)

    def end(self, tally: Tally, *, took: bool) -> None:
        """Say what came of it."""
        outcome: dict[str, Any] = {"kind": self._options.kind, "taken_in": took, **asdict(tally)}
        if self._options.json:
            print(json.dumps(outcome))
            return
        brought = f"{tally.known:,} new for people known here, {tally.kept:,} kept until their people come"
        print(f"{tally.rows:,} rows: {brought}, {tally.already:,} there already; {tally.refused:,} rows refused")
        if not took:
            print("Nothing was taken in.")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
