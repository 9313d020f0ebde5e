"""What the groups of commands share: how one is declared, and how one says that it was refused."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


class Trouble(Exception):
    """Something was found, or could not be done; the message is one line for the operator, the exit code is 1."""


def declare(
    commands: Commands, name: str, command: Callable[[argparse.Namespace], int], help_: str
) -> argparse.ArgumentParser:
    """Add a command and return its parser."""
    parser = commands.add_parser(name, help=help_, description=help_[:1].upper() + help_[1:] + ".")
    parser.set_defaults(command=command)
    return parser


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what reads an argument that is a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"write a whole number from {least} to {most}")
        return int(text)

    return read


def counted(rows: int) -> str:
    """Return a number of rows in words."""
    return f"{rows:,} row" + "s" * (rows != 1)


def group(commands: Commands, name: str, help_: str) -> Commands:
    """Add a command that has commands of its own."""
    parser = commands.add_parser(name, help=help_, description=help_[:1].upper() + help_[1:] + ".")
    return parser.add_subparsers(required=True, metavar="command")
