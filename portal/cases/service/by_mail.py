"""Answers by mail: into the thread of the request whose address they came to, by its token alone (RFC 3834).

A mail proves little: whoever writes from another address than the one that is answered to is heard and changes nothing.
"""

from __future__ import annotations

from portal.cases.kinds import kind
from portal.cases.models import LONGEST, Case
from portal.cases.service import notifying, thread
from portal.cases.service.moving import note
from portal.cases.service.states import FINAL
from portal.kernel import clock, limits
from portal.kernel.db import atomic
from portal.kernel.problems import TooManyTries
from portal.notices import answers, bounces, messages
from portal.notices.intake import arrivals, reading
from portal.notices.intake.reading import Arrived
from portal.notices.models import Message
from portal.subjects import service as subjects

PER_CASE = "30/hour"
# What became of a mail: the log counts these words and says nothing else of it.
FILED, UNPROVEN, LATE, RETURNED = "filed", "unproven", "late", "returned"
AUTOMATIC, EMPTY, NOBODY, AGAIN, TOO_MANY = "automatic", "empty", "nobody", "again", "too many"
PLACE = "requests"


def take_in(raw: bytes, recipient: str = "") -> str:
    """Take in one mail as its bytes; return in a word what became of it. The same mail again changes nothing."""
    mail = reading.read(raw, recipient)
    outcome, case = _judge(mail)
    if case is not None and outcome in (FILED, UNPROVEN):
        try:
            limits.hit(PER_CASE, "answers by mail", case.reference)
        except TooManyTries:
            outcome = TOO_MANY
    with atomic():
        if not arrivals.is_first(mail.digest, outcome):
            return AGAIN
        _follow(outcome, mail, case)
    return outcome


def _judge(mail: Arrived) -> tuple[str, Case | None]:
    if mail.place is None:
        return NOBODY, None
    if mail.place.kind == answers.RETURN:
        return (RETURNED if mail.status else AUTOMATIC), None
    if mail.is_automatic:
        return AUTOMATIC, None
    case = Case.get_or_none(Case.reference == mail.place.name)
    if case is None or notifying.recipient(case) is None:
        return NOBODY, None
    if case.state in FINAL and kind(case.kind).place == PLACE:
        return LATE, case
    if not mail.text:
        return EMPTY, case
    return (FILED if mail.sender in _addresses(case) else UNPROVEN), case


def _follow(outcome: str, mail: Arrived, case: Case | None) -> None:
    if outcome == RETURNED and mail.place:
        if message := Message.get_or_none(Message.id == int(mail.place.name)):
            bounces.note(message, mail.status)
    elif case is not None and outcome == LATE:
        if to := notifying.recipient(case):  # never to whoever wrote
            cause = f"request:{case.reference}:late:{clock.now():%Y-%m-%d}"
            messages.answer_late(to, cause, case.reference, notifying.page_url(case))
    elif case is not None and outcome in (FILED, UNPROVEN):
        _file(case, mail, proven=outcome == FILED)


def _file(case: Case, mail: Arrived, *, proven: bool) -> None:
    text, author = mail.text[:LONGEST], "person" if case.acting == "self" else "agent"
    if proven:
        thread.say(case, author, text)
    else:
        thread.hear(case, text)
    if mail.files:
        note(case, "files not taken", author if proven else thread.UNPROVEN, count=mail.files)


def _addresses(case: Case) -> set[str]:
    """Return the addresses whose holder a request's mails go to: the one given for it, else those that are proven."""
    if case.contact:
        return {case.contact.lower()}
    proven = subjects.proofs(case.subject_id) if case.subject_id else ()
    return {proof.value.lower() for proof in proven if proof.kind == "email"}
