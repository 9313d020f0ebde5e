"""`portal keys`: the keys under which values lie encrypted, and how an old one is replaced."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from portal.cli.parsing import declare, group
from portal.cli.processes import ready
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands
    from portal.kernel.rotation import Key


def add(commands: Commands) -> None:
    """Declare them."""
    keys = group(commands, "keys", "replace the keys under which values lie encrypted")
    declare(keys, "new", _new, "print a new key, for PORTAL_ENCRYPTION_KEYS or PORTAL_HASH_KEYS")
    declare(keys, "list", _list, "list the encryption keys with how much is under each, and which may go")
    declare(keys, "rotate", _rotate, "bring all that is encrypted under the first key, while the portal goes on")


def _new(_: argparse.Namespace) -> int:
    from portal.kernel import crypto

    print(crypto.new_ring_key())
    return 0


def _list(_: argparse.Namespace) -> int:
    _open()
    from portal.kernel import rotation

    keys = rotation.standing()
    for number, key in enumerate(keys):
        print(_line(key, newest=number == 0))
    return 0 if all(key.is_known for key in keys) else 1


def _rotate(_: argparse.Namespace) -> int:
    _open()
    from portal.kernel import rotation

    unreadable = 0
    for moved in rotation.rotate():
        unreadable += moved.unreadable
        if moved.values or moved.unreadable:
            missed = f", {_values(moved.unreadable)} that no key opens" if moved.unreadable else ""
            print(f"{moved.table}: {_values(moved.values)}{missed}")
    for number, key in enumerate(rotation.standing()):
        print(_line(key, newest=number == 0))
    return 1 if unreadable else 0


def _line(key: Key, *, newest: bool) -> str:
    held = f"{key.name}  {_values(key.values)}"
    if newest:
        return f"{held}, the newest: it seals"
    if not key.is_known:
        return f"{held} that cannot be read: put this key back into PORTAL_ENCRYPTION_KEYS"
    if key.may_go_at:
        return f"{held}, may go on {key.may_go_at:%d %B %Y}: until then links in mails need it"
    return f"{held}, has to stay: run portal keys rotate"


def _values(number: int) -> str:
    return f"{number:,} value" + "s" * (number != 1)


def _open() -> None:
    import portal.app
    import portal.worker  # noqa: F401 - importing every room is what declares its tables
    from portal import start

    settings = from_environment(os.environ)
    ready(settings)
    start.open_house(settings)
