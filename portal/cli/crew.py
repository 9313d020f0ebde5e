"""`portal staff`: the first admin, and help for whoever cannot get in."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from portal.cli.parsing import Trouble, declare, group
from portal.cli.processes import ready
from portal.config import ConfigProblem, from_environment
from portal.kernel.roles import ROLES

if TYPE_CHECKING:
    from portal.accounts.staff.models import StaffAccount
    from portal.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Declare them."""
    staff = group(commands, "staff", "add members of the staff, and help them in")
    added = declare(staff, "add", _add, "add a member; prints and mails the address where they set up sign-in")
    added.add_argument("email", metavar="EMAIL")
    added.add_argument("--role", choices=ROLES, required=True)
    added.add_argument("--name", default="", help="what the other members call them; else the address up to its @")
    added.add_argument("--language", default="", help="of their mails; else the first of the site")
    declare(staff, "list", _list, "list the members with role and state")
    for name, command, help_ in (
        ("disable", _disable, "close a member's account and end their sessions"),
        ("reset", _reset, "take a member's second factor away; prints and mails where they set up another"),
    ):
        declare(staff, name, command, help_).add_argument("email", metavar="EMAIL")


def _add(options: argparse.Namespace) -> int:
    _open()
    from portal import config
    from portal.accounts.staff import members

    if options.language and options.language not in config.site().languages:
        raise ConfigProblem(f"--language: the site speaks {', '.join(config.site().languages)}")
    name = options.name or options.email.partition("@")[0]
    _member, url = members.add("operator", options.email, name, options.role, options.language)
    print(url)
    return 0


def _list(_: argparse.Namespace) -> int:
    _open()
    from portal.accounts.staff import members

    for member in members.everybody():
        print(f"{member.role:<9} {_state(member):<12} {member.email}  {member.name}")
    return 0


def _state(member: StaffAccount) -> str:
    return "closed" if member.disabled_at else "ready" if member.confirmed_at else "not set up"


def _disable(options: argparse.Namespace) -> int:
    member = _found(options.email)
    from portal.accounts.staff import members

    members.disable(None, member.id)
    return 0


def _reset(options: argparse.Namespace) -> int:
    member = _found(options.email)
    from portal.accounts.staff import members

    if member.disabled_at:
        raise Trouble("this account is closed; an admin opens it again")
    print(members.reset(None, member.id))
    return 0


def _found(email: str) -> StaffAccount:
    _open()
    from portal.accounts.staff import members
    from portal.kernel.problems import NotFound

    try:
        return members.by_email(email)
    except NotFound:
        raise Trouble("no member of the staff has this address") from None


def _open() -> None:
    from portal import start

    settings = from_environment(os.environ)
    ready(settings)
    start.open_house(settings)
