"""Leaving lists from a mail, without signing in: in force at once, confirmed at once, and never the other way round.

Whoever has a mail can take its reader off a list; a mail may be passed on, so it lets nobody put them on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from portal import config
from portal.accounts import service as accounts
from portal.accounts.persons import known_number
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.kernel import clock, limits
from portal.kernel.db import atomic
from portal.kernel.problems import N_, DeadLink
from portal.marketing.service import OFF, Pair
from portal.notices import messages, preferences
from portal.policies import service as policies
from portal.subjects import service as subjects

PER_ADDRESS = "60/hour"
CHANNEL = "mail"


class NoList(DeadLink):
    """The way off a list, or to what may be sent, opens none; whoever wants no more mail finds the switches."""

    way = ("/marketing", N_("Sign in and choose what you get"))


def preferred(token: str) -> int:
    """Return the data subject whose mail an address came with; NoList for one that was made up, or who is gone."""
    subject = known_number(preferences.opened(token))
    if subject is None:
        raise NoList
    return subject


def leave(subject_id: int, pairs: Sequence[Pair], language: str, token: str) -> dict[str, Choice]:
    """Switch off those of these pairs that are not off, and confirm it by mail (RULES M1, M9); return the standing.

    Doing it again is harmless. Raises TooManyTries where one address is called on and on.
    """
    limits.hit(PER_ADDRESS, "unsubscribe", token)
    with atomic():
        standing = consents.standing(subject_id)
        left = [pair for pair in pairs if not standing[pair.id].made or standing[pair.id].state != OFF]
        if left:
            made = policies.choose_all(subject_id, {pair.id: OFF for pair in left}, language, channel=CHANNEL)
            _confirm(subject_id, left, min(made.values()))
    return dict(consents.standing(subject_id))


def _confirm(subject_id: int, left: Sequence[Pair], event: int) -> None:
    account = subjects.account_of(subject_id)
    to = accounts.recipient(account) if account is not None else None
    if to is None:
        return
    site, at = config.site(), clock.now()
    days = timedelta(days=max(pair.channel.days for pair in left))
    titles = [pair.purpose.title.get(to.language) or next(iter(pair.purpose.title.values())) for pair in left]
    until = clock.day_of(at + days)
    messages.opted_out(to, f"opted out:{event}", ", ".join(titles), at, until, f"{site.base_url}/marketing")
