"""Taking in what came by phone, by post or in person: its clock began when it truly came (RULES R8)."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import date, time, timedelta

from portal.accounts.addresses import normal
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent, CaseMessage
from portal.cases.service import identity, notifying, opening, thread
from portal.cases.service.handling import mark_test
from portal.cases.service.moving import note
from portal.kernel import clock, crypto, limits
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem, TooManyTries

CHANNELS = {"phone": N_("By phone"), "post": N_("By post"), "in_person": N_("In person")}
OLDEST = timedelta(days=366)
SOON, ONCE = timedelta(minutes=10), "1/10 minute"
MANY = 50  # that one member takes in of one kind within SOON, at most


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


def take_in(wish: Wish, staff: int) -> tuple[Case, bool]:
    """Open the case with its true date, and tell whether it is new.

    What one member enters twice in the same words within SOON is one request: a button pressed twice, or a page gone
    back to. Raises InTheFuture, NotAnAddress, NotFound for a kind there is not.
    """
    kind(wish.kind)
    if not clock.today() - OLDEST <= wish.received <= clock.today():
        raise InTheFuture
    wish = replace(wish, email=normal("email", wish.email) if wish.email else "", words=wish.words.strip())
    with atomic():
        try:
            limits.hit(ONCE, "intake", repr((staff, *astuple(wish))))  # whoever presses second waits for the first
        except TooManyTries:
            return _taken_in(wish, staff), False
        return _open(wish, staff), True


def may_give_address(case: Case) -> bool:
    """Tell whether staff may write down where whoever asks is written to: in what they took in, where no mail arrives.

    And only before anybody is found or has shown who they are, for the address is what a code is sent to.
    """
    waits = case.has_no_hour and case.state == "open" and not case.subject_id and not identity.proofs(case)
    return waits and bool(notifying.unreached(case))


def give_address(case: Case, typed: str, staff: int) -> None:
    """Write down the address, and tell whoever reads mail there that the request has arrived; NotAnAddress, NotNow."""
    address = normal("email", typed)
    if not may_give_address(case):
        raise NotNow
    known = {"contact": address, "contact_hash": crypto.keyed_hash("email", address), "acknowledged_at": None}
    with atomic():
        if not Case.update(known).where(Case.id == case.id, Case.state == "open").execute():
            raise NotNow
        note(case, notifying.ADDRESS_GIVEN, f"staff:{staff}", internal=True)
        opening.acknowledge(Case.get_by_id(case.id), actor="worker")


def _open(wish: Wish, staff: int) -> Case:
    noon = clock.beginning(wish.received, time(12))
    came = {"channel": wish.channel, "actor": f"staff:{staff}", "received_at": min(noon, clock.now())}
    case = opening.open_without_account(wish.kind, wish.email, wish.language, acting=wish.acting, **came)  # type: ignore[arg-type]
    if wish.words:
        thread.note_inside(case, staff, wish.words)
    if wish.is_test:
        mark_test(case, True, staff)
    return case


def _taken_in(wish: Wish, staff: int) -> Case:
    """Return the case that a member has just taken in with such words: the newest of its kind and way that has them."""
    by_them = (CaseEvent.name == "received") & (CaseEvent.actor == f"staff:{staff}")
    alike = Case.select().join(CaseEvent).where(by_them, Case.kind == wish.kind, Case.channel == wish.channel)
    newest = list(alike.order_by(Case.id.desc()).limit(MANY))
    return next((case for case in newest if _says(case, wish, staff)), newest[0])


def _says(case: Case, wish: Wish, staff: int) -> bool:
    notes = CaseMessage.select().where(CaseMessage.case == case.id, CaseMessage.author == f"staff:{staff}")
    first = notes.order_by(CaseMessage.id).first()
    day = clock.day_of(case.received_at)
    said = ((case.contact or ""), case.acting, day, case.is_test, first.body if first else "")
    return said == (wish.email, wish.acting, wish.received, wish.is_test, wish.words)
