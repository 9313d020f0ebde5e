"""What is said in a case: by the person at once, by staff after ten minutes in which they can take it back."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import LONGEST as LONGEST
from portal.cases.models import Case, CaseMessage
from portal.cases.service import notifying
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.kernel.work import Claim

DRAFT, WAITING, SENT = "draft", "waiting", "sent"
UNPROVEN = "mail"  # the author of what came by mail from an address that is not proven
TAKE_BACK = timedelta(minutes=10)


class NothingSaid(Problem):
    """A message without a word in it, or too long; facts: `most`."""

    status, code = 422, "nothing-said"
    say = N_("Write a message of up to %(most)s characters.")
    then = N_("What you wrote is still there.")


def say(case: Case, author: str, text: str) -> CaseMessage:
    """Add what the person, their agent or a company says; staff are no longer waiting for them."""
    with atomic():
        row = _add(case, author, text, SENT, sent_at=clock.now(), due_at=None)
        answered(case)
    return row


def hear(case: Case, text: str) -> CaseMessage:
    """Add what came by mail from somebody unproven, marked as theirs; nothing else of the case changes."""
    return _add(case, UNPROVEN, text, SENT, sent_at=clock.now(), due_at=None)


def answered(case: Case) -> None:
    """Note that staff wait for whoever asks no longer."""
    Case.update(waiting="", snoozed_until=None).where(Case.id == case.id, Case.waiting != "source").execute()


def send(case: Case, staff: int, text: str) -> CaseMessage:
    """Let what staff wrote go out in ten minutes; a draft of theirs is used up."""
    with atomic():
        drop_draft(case, staff)
        return _add(case, f"staff:{staff}", text, WAITING, due_at=clock.now() + TAKE_BACK)


def take_back(case: Case, staff: int, number: int) -> None:
    """Make what staff wrote a draft again; NotNow once it has gone out, NotFound for anybody else's."""
    mine = CaseMessage.get_or_none(
        CaseMessage.id == number, CaseMessage.case == case.id, CaseMessage.author == f"staff:{staff}"
    )
    if mine is None:
        raise NotFound
    with atomic():
        drop_draft(case, staff)
        back = CaseMessage.update(state=DRAFT, due_at=None)
        if not back.where(CaseMessage.id == number, CaseMessage.state == WAITING).execute():
            raise NotNow


def note_inside(case: Case, staff: int, text: str) -> CaseMessage:
    """Keep a note that only staff ever read."""
    return _add(case, f"staff:{staff}", text, SENT, internal=True, sent_at=clock.now(), due_at=None)


def keep_draft(case: Case, staff: int, text: str) -> None:
    """Keep what somebody of the staff is writing; an empty text drops the draft."""
    with atomic():
        drop_draft(case, staff)
        if text.strip():
            _add(case, f"staff:{staff}", text, DRAFT, due_at=None)


def draft(case: Case, staff: int) -> str:
    """Return what somebody of the staff has begun to write, "" if nothing."""
    row = CaseMessage.get_or_none(_draft_of(case, staff))
    return row.body if row else ""


def drop_draft(case: Case, staff: int) -> None:
    """Forget a draft."""
    CaseMessage.delete().where(_draft_of(case, staff)).execute()


def _draft_of(case: Case, staff: int) -> object:
    return (CaseMessage.case == case.id) & (CaseMessage.author == f"staff:{staff}") & (CaseMessage.state == DRAFT)


def said(case: Case) -> list[CaseMessage]:
    """Return the thread as the person sees it, the oldest first."""
    seen = (CaseMessage.case == case.id) & (CaseMessage.state == SENT) & ~CaseMessage.internal
    return list(CaseMessage.select().where(seen).order_by(CaseMessage.sent_at, CaseMessage.id))


def deliver(claim: Claim[CaseMessage]) -> None:
    """Let a message of staff out once its ten minutes are over, and tell the person that there is news."""
    row = claim.row
    if row.state != WAITING:
        claim.done()
        return
    now = clock.now()
    with claim.step(state=SENT, sent_at=now, due_at=None):
        notifying.news(row.case, f"message:{row.id}")


def _add(case: Case, author: str, text: str, state: str, **rest: object) -> CaseMessage:
    if not text.strip() or len(text) > LONGEST:
        raise NothingSaid(most=LONGEST)
    row: CaseMessage = CaseMessage.create(case=case, author=author, body=text.strip(), state=state, **rest)
    return row
