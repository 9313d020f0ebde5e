"""`portal dkim-key`: the key that mail is signed with, and its record; `portal intake`: one mail from a mail server."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.parsing import declare
from portal.cli.processes import ready
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands

_LATER = 75  # EX_TEMPFAIL of sysexits.h


def add(commands: Commands) -> None:
    """Declare them."""
    key = declare(commands, "dkim-key", _key, "make a key that signs mail, or read one; print its record for the DNS")
    key.add_argument(
        "file", metavar="FILE", type=Path, help="the key, for PORTAL_DKIM_KEY_FILE; made if it is not there"
    )
    key.add_argument("--domain", required=True, help="as mail.dkim_domain in site.toml: the part of From behind the @")
    key.add_argument("--selector", required=True, help="as mail.dkim_selector: a name for this key, such as portal2026")
    taken = declare(commands, "intake", _intake, "take in one mail from standard input, as a mail server pipes it")
    taken.add_argument("recipient", metavar="RECIPIENT", nargs="?", default="", help="the address it came to")


def _intake(options: argparse.Namespace) -> int:
    """End with 0 whatever became of it, and with 75 where it should be delivered again later (EX_TEMPFAIL)."""
    from portal import start
    from portal.cases.service import by_mail
    from portal.notices.intake.reading import LARGEST

    try:
        settings = from_environment(os.environ)
        ready(settings)
        start.open_house(settings)
        print(by_mail.take_in(sys.stdin.buffer.read(LARGEST), options.recipient))
    except Exception as problem:  # whatever it is, the mail server keeps the mail
        print(type(problem).__name__, file=sys.stderr)
        return _LATER
    return 0


def _key(options: argparse.Namespace) -> int:
    from portal.notices import keys

    if not options.file.exists():
        keys.make(options.file)
    print(keys.record(options.file, options.domain, options.selector))
    return 0
