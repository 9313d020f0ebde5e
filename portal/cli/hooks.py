"""`portal webhooks`: who listens for changes."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from typing import TYPE_CHECKING

from portal.cli.keys import opened
from portal.cli.parsing import Trouble, declare, group
from portal.config import ConfigProblem

if TYPE_CHECKING:
    from portal.cli.parsing import Commands
    from portal.hooks.models import HookEndpoint

ACTOR = "operator"
_DATE = "a moment, as 2026-11-28T10:00+07:00"


def add(commands: Commands) -> None:
    """Declare them."""
    hooks = group(commands, "webhooks", "systems that are told of each change")
    added = declare(hooks, "add", _add, "add an endpoint, or change the one of this name; prints a secret that it made")
    added.add_argument("name", metavar="NAME", help="what the endpoint is called")
    added.add_argument("url", metavar="URL", help="an https address")
    added.add_argument("--system", default="", help="the connected system that it speaks for; else it hears of all")
    added.add_argument("--event", action="append", default=[], help="a kind of event; may be given several times")
    added.add_argument("--secret", metavar="env:NAME", default="", help="the variable that holds its secret: whsec_…")
    declare(hooks, "list", _list, "list the endpoints with their state and what waits for them")
    for name, command, help_ in (
        ("test", _test, "send a test event"),
        ("rotate", _rotate, "make a new secret and print it; the old one signs too for a day"),
        ("pause", _pause, "tell an endpoint nothing, and keep what it has not heard"),
        ("resume", _resume, "go on with an endpoint that was paused or disabled"),
        ("remove", _remove, "forget an endpoint and all that it was told"),
    ):
        declare(hooks, name, command, help_).add_argument("name", metavar="NAME")
    replay = declare(hooks, "replay", _replay, "send everything since a moment again, in order, under the same ids")
    replay.add_argument("name", metavar="NAME")
    replay.add_argument("--since", required=True, metavar="MOMENT", help=_DATE)


def _add(options: argparse.Namespace) -> int:
    opened()
    from portal.hooks.service import endpoints, kinds
    from portal.sources import registry

    connected = [source.id for source in registry.active().connected()]
    if options.system and options.system not in connected:
        raise Trouble(f"no system {options.system} is connected. Connected are: {', '.join(connected)}")
    secret = _secret(options.secret)
    is_new = options.name not in {one.name for one in endpoints.everything()}
    try:
        made = endpoints.add(options.name, options.url, source=options.system, events=options.event, secret=secret)
    except kinds.UnknownKind as problem:
        raise Trouble(f"{problem} is no kind of event. Kinds: {', '.join(kinds.KINDS)}") from None
    if is_new and not secret:
        print(made.secret)
    return 0


def _secret(given: str) -> str:
    if not given:
        return ""
    name = given.removeprefix("env:")
    if name == given or name not in os.environ:
        raise ConfigProblem("--secret: write env:NAME, the variable that holds it, so that no list of processes does")
    return os.environ[name]


def _list(_: argparse.Namespace) -> int:
    opened()
    from portal.hooks.models import Figures
    from portal.hooks.service import endpoints

    standings = endpoints.standings()
    for one in endpoints.everything():
        figures = standings.get(one.id, Figures())
        heard = f"{one.heard_at:%Y-%m-%d %H:%M}" if one.heard_at else "never heard"
        since = f" since {figures.oldest:%Y-%m-%d %H:%M}" if figures.oldest else ""
        waits = f"{figures.waiting} waiting{since}, {figures.given_up} given up"
        print(f"{one.state:<9} {heard:<17} {one.name}: {one.url} ({one.source or 'all systems'}) {waits}")
    return 0


def _test(options: argparse.Namespace) -> int:
    from portal.hooks.service import endpoints

    endpoints.test(_named(options).id, ACTOR)
    return 0


def _rotate(options: argparse.Namespace) -> int:
    from portal.hooks.service import endpoints

    print(endpoints.rotate(_named(options).id).secret)
    return 0


def _pause(options: argparse.Namespace) -> int:
    from portal.hooks.service import endpoints

    endpoints.pause(_named(options).id, ACTOR)
    return 0


def _resume(options: argparse.Namespace) -> int:
    from portal.hooks.service import endpoints

    endpoints.resume(_named(options).id, ACTOR)
    return 0


def _remove(options: argparse.Namespace) -> int:
    from portal.hooks.service import endpoints

    endpoints.remove(_named(options).id)
    return 0


def _replay(options: argparse.Namespace) -> int:
    from portal.hooks.service import endpoints

    try:
        since = datetime.fromisoformat(options.since)
    except ValueError:
        raise ConfigProblem(f"--since: write {_DATE}") from None
    if since.tzinfo is None:
        raise ConfigProblem(f"--since: write {_DATE}, with its offset from UTC")
    count = endpoints.send_again_since(_named(options).id, since, ACTOR)
    print(f"{count} messages are sent again")
    return 0


def _named(options: argparse.Namespace) -> HookEndpoint:
    opened()
    from portal.hooks.service import endpoints
    from portal.kernel.problems import NotFound

    try:
        return endpoints.named(options.name)
    except NotFound:
        raise Trouble("no endpoint has this name") from None
