"""What staff see of a case beyond what the person sees, and how they write in it."""

from __future__ import annotations

import html
import tomllib
from functools import cache
from importlib import resources

from portal.accounts.masks import mask_email
from portal.cases.models import Case, CaseEvent, CaseMessage
from portal.cases.service import identity, presence, thread
from portal.cases.service.moving import note
from portal.kernel import audit, clean, limits
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow

# What somebody of the staff can attest. Facts, codes and agents' confirmations come from the person alone.
ATTESTED = ("in person", "documents seen", "lost mailbox")
TRIES = "10/hour"  # of numbers in one case

audit.declare("cases.attested", "reference", "method")
audit.declare("cases.revealed", "reference", "source", "table")


def events(case: Case) -> list[CaseEvent]:
    """Return all that happened in a case, also what only staff see, the oldest first."""
    return list(CaseEvent.select().where(CaseEvent.case == case.id).order_by(CaseEvent.at, CaseEvent.id))


def messages(case: Case) -> list[CaseMessage]:
    """Return what was said, what goes out soon, and the notes of staff, the oldest first; nobody's drafts."""
    shown = (CaseMessage.case == case.id) & (CaseMessage.state << [thread.SENT, thread.WAITING])
    return list(CaseMessage.select().where(shown).order_by(CaseMessage.at, CaseMessage.id))


def send(case: Case, staff: int, text: str) -> None:
    """Let what staff wrote go out in ten minutes, without any markup; raises NothingSaid."""
    with atomic():
        thread.send(case, staff, plain(text))
        presence.left(case, staff)


def note_inside(case: Case, staff: int, text: str) -> None:
    """Keep a note that only staff read; raises NothingSaid."""
    thread.note_inside(case, staff, plain(text))


def keep_draft(case: Case, staff: int, text: str) -> None:
    """Keep what somebody is writing, and that they are; raises NothingSaid where it is too long."""
    with atomic():
        thread.keep_draft(case, staff, text)
        presence.here(case, staff)


def plain(text: str) -> str:
    """Return text without tags, as it is read: what looks like markup loses it, and a < stays a <."""
    return html.unescape(clean.text(text))


def attest(case: Case, method: str, staff: int, number: str = "") -> None:
    """Note how somebody of the staff recognised whoever asks; what rests on no address counts after seven days.

    Whoever came in person said the `number` of the request, which its page alone shows: raises WrongNumber, and
    TooManyTries for whoever tries numbers.
    """
    if method not in ATTESTED:
        raise NotFound
    if case.state != "open":
        raise NotNow
    if method == identity.IN_PERSON:
        limits.hit(TRIES, "number said in person", case.reference)
        identity.compare(case, number)
    with atomic():
        identity.prove(case, method, f"staff:{staff}")
        note(case, "attested", f"staff:{staff}", method=method)
        keys = {"reference": case.reference, "method": method}
        audit.record("cases.attested", subject=case.subject_id, actor=f"staff:{staff}", **keys)


def note_reveal(case: Case, source: str, table: str, staff: int) -> None:
    """Log that masked values were shown to somebody of the staff (RULES S1)."""
    with atomic():
        keys = {"reference": case.reference, "source": source, "table": table}
        audit.record("cases.revealed", subject=case.subject_id, actor=f"staff:{staff}", **keys)


def contact(case: Case) -> str:
    """Return the address that whoever asked has given, masked; "" where there is none."""
    return mask_email(case.contact) if case.contact else ""


@cache
def _rules() -> dict[str, dict[str, list[str]]]:
    text = (resources.files("portal.cases") / "data" / "help.toml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return loaded


def rules(case: Case, language: str) -> list[str]:
    """Return what staff have to know of the laws that apply to a case (RULES S5): those of all, and of its own."""
    names = ["all", *dict.fromkeys(name for name in (case.profile, case.own_profile) if name)]
    if case.kind == "complaint":
        names.append("complaint")
    found = [_rules()[name] for name in names if name in _rules()]
    return [line for told in found for line in told.get(language) or next(iter(told.values()))]
