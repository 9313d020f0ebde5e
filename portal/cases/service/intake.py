"""Taking in what came by phone, by post or in person: its clock began when it truly came (RULES R8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import config
from portal.accounts.addresses import normal
from portal.cases.deadlines import today
from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import opening, thread
from portal.cases.service.handling import mark_test
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, Problem

CHANNELS = {"phone": N_("By phone"), "post": N_("By post"), "in_person": N_("In person")}
OLDEST = timedelta(days=366)


class InTheFuture(Problem):
    """A day on which nothing can have come: ahead, or more than a year ago."""

    status, code = 422, "day-received"
    say = N_("This day lies ahead, or more than a year back. Enter the day on which the request truly came.")
    then = N_("The dates of the request count from it.")


@dataclass(frozen=True)
class Wish:
    """What was asked for, how and when it came, by whom and in whose name; `words` is what they said."""

    kind: str
    channel: str
    received: date
    email: str
    language: str
    acting: str
    words: str
    is_test: bool = False


def take_in(wish: Wish, staff: int) -> Case:
    """Open the case with its true date; raises InTheFuture, NotAnAddress, NotFound for a kind there is not."""
    kind(wish.kind)
    if not today() - OLDEST <= wish.received <= today():
        raise InTheFuture
    address, actor = normal("email", wish.email) if wish.email else "", f"staff:{staff}"
    noon = datetime.combine(wish.received, time(12), ZoneInfo(config.site().timezone))
    came = {"channel": wish.channel, "actor": actor, "received_at": min(noon, clock.now())}
    with atomic():
        case = opening.open_without_account(wish.kind, address, wish.language, acting=wish.acting, **came)  # type: ignore[arg-type]
        if wish.words:
            thread.note_inside(case, staff, wish.words)
        if wish.is_test:
            mark_test(case, True, staff)
    return case
