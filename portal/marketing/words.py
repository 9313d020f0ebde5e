"""What is switched, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from portal.consents.service import Choice
from portal.consents.words import found_at, local, stopped, when
from portal.kernel import clock
from portal.kernel.problems import N_
from portal.marketing.service import EVERYTHING, ON, Pair, within
from portal.web.words import _, here

SINCE = {"on": N_("%(what)s: on since %(at)s."), "off": N_("%(what)s: off since %(at)s.")}


def said(pair: Pair, choice: Choice) -> str:
    """Return topic, channel and state of a choice that was made, and until when something may still be under way."""
    since = _(SINCE[choice.state], what=local(pair.purpose.title), at=_at(choice))
    return f"{since} {under_way([pair], choice)}".strip()


def latest(newest: Pair, made: Sequence[Pair], standing: Mapping[str, Choice]) -> str:
    """Return what was switched last, by the least that names it all: one pair, or what one tap switched off."""
    choice = standing[newest.id]
    together = {pair.id for pair in made if standing[pair.id].at == choice.at}
    if choice.state == ON or len(together) == 1:
        return said(newest, choice)
    for scope in (newest.topic.id, newest.channel.id, EVERYTHING):
        pairs = within(scope)
        names = {pair.id for pair in pairs}
        if together <= names <= {pair.id for pair in made if standing[pair.id].state != ON}:
            return all_off(scope, pairs, choice)
    return said(newest, choice)


def all_off(scope: str, pairs: Sequence[Pair], choice: Choice) -> str:
    """Return what one tap switched off."""
    off = _("%(what)s: all off since %(at)s.", what=named(scope, pairs[0]), at=_at(choice))
    return f"{off} {under_way(pairs, choice)}".strip()


def named(scope: str, pair: Pair) -> str:
    """Return what a scope is called; any pair in it knows."""
    if scope == EVERYTHING:
        return _("Everything")
    return local(pair.topic.title if scope == pair.topic.id else pair.channel.title)


def hint(standing: Mapping[str, Choice], pair: Pair) -> str:
    """Return what stands below a switch, "" before a choice: since when, and why what is on does not count now."""
    choice = standing[pair.id]
    if not choice.event:
        return ""
    if not choice.made:
        return found_at(choice, pair.id)
    since = _("Since %(at)s.", at=_at(choice))
    why = stopped(standing, pair.id) if choice.state == ON else ""
    return f"{since} {why} {under_way([pair], choice)}".replace("  ", " ").strip()


def under_way(pairs: Sequence[Pair], choice: Choice) -> str:
    """Return until which day a message that was sent off before may still arrive; "" when that is over."""
    days = timedelta(days=max(pair.channel.days for pair in pairs))
    if choice.state == ON or choice.at is None or choice.at + days < clock.now():
        return ""
    return _("What is already on its way may still arrive until %(day)s.", day=here().day(choice.at + days))


def _at(choice: Choice) -> str:
    return when(here(), choice.at) if choice.at else ""
