"""`portal api-key`: keys by which programs ask."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from portal.cli.parsing import Trouble, declare, group
from portal.cli.processes import ready
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Declare them."""
    keys = group(commands, "api-key", "keys of the programs that ask before they use data")
    added = declare(keys, "add", _add, "make a key and print it, once: only its digest is stored")
    added.add_argument("name", metavar="NAME", help="what the program is called")
    added.add_argument(
        "--scope", action="append", required=True, help="what it may ask for; may be given several times"
    )
    added.add_argument("--rate", type=int, default=0, help="calls a minute; else 60000")
    declare(keys, "list", _list, "list the keys with their scopes, state and last use")
    declare(keys, "disable", _disable, "let a key open nothing any more").add_argument("name", metavar="NAME")


def _add(options: argparse.Namespace) -> int:
    opened()
    from portal.api.service import keys

    try:
        print(keys.add(options.name, options.scope, options.rate or keys.RATE))
    except keys.BadKey as problem:
        known = ", ".join((*keys.SCOPES, f"{keys.VOUCHES}SYSTEM"))
        raise Trouble(f"{problem.say} Scopes: {known}") from None
    return 0


def _list(_: argparse.Namespace) -> int:
    opened()
    from portal.api.service import keys

    for key in keys.everything():
        used = f"{key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never used"
        state = "disabled" if key.disabled_at else "in use"
        print(f"{state:<9} {used:<17} {key.rate:>7}/min {key.name}: {' '.join(key.scopes)}")
    return 0


def _disable(options: argparse.Namespace) -> int:
    opened()
    from portal.api.service import keys
    from portal.kernel.problems import NotFound

    try:
        keys.disable(options.name)
    except NotFound:
        raise Trouble("no key in use has this name") from None
    return 0


def opened() -> None:
    """Open the house for a command that speaks to services, once its tables are up to date."""
    from portal import start

    settings = from_environment(os.environ)
    ready(settings)
    start.open_house(settings)
