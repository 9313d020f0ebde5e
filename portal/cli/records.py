"""`portal erasures replay`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from portal.cli.parsing import declare, group
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Declare it."""
    erasures = group(commands, "erasures", "erase again who came back with a restored backup")
    declare(erasures, "replay", _replay, "compare everybody who was erased with the systems, and erase who came back")


def _replay(_: argparse.Namespace) -> int:
    from portal import start
    from portal.deletion import service as deletion

    start.open_house(from_environment(os.environ))
    replayed = deletion.replay()
    print(replayed)
    return 1 if replayed.silent or replayed.doubtful else 0
