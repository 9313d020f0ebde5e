"""Telling whoever asked what is new in their case: the reference and an address, never what was said (RULES R9)."""

from __future__ import annotations

from portal import config
from portal.accounts import service as accounts
from portal.cases import deadlines
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent
from portal.cases.service import identity
from portal.cases.service.reading import secret_url
from portal.notices import bounces, messages
from portal.notices.models import Bounce
from portal.subjects import service as subjects

REOPENED, REVIEW_ASKED = "reopened", "review asked"  # what begins the dates of a case anew
ADDRESS_GIVEN = "address given"


def recipient(case: Case) -> messages.Recipient | None:
    """Return where word of a case goes: to the address that whoever asked has given, else to the account.

    They may ask for somebody else, or have lost the mailbox that is on file.
    """
    if case.contact:
        return messages.Recipient(case.contact, case.language or config.site().languages[0], country=case.country)
    account = subjects.account_of(case.subject_id) if case.subject_id else None
    return accounts.recipient(account) if account else None


def returned(case: Case) -> Bounce | None:
    """Return that mail about a case comes back, None where it does not as far as we know."""
    to = recipient(case)
    return bounces.of("email", to.address) if to else None


def unreached(case: Case) -> str:
    """Return why no mail about a case arrives: "nobody" where no address is known, "returned" for no such mailbox."""
    to = recipient(case)
    if to is None:
        return "nobody"
    known = bounces.of("email", to.address)
    return "returned" if known and known.lasting else ""


def page_url(case: Case) -> str:
    """Return where the case is followed: signed in where it came from an account, else at its secret address."""
    return secret_url(case) if case.contact else f"{config.site().base_url}/requests/{case.reference}"


def received(case: Case) -> None:
    """Say that a request has arrived, with its dates and whether it still needs a proof.

    Said again once it is opened again, or has got an address where it had none that mail reached.
    """
    if to := recipient(case):
        asked, again = kind(case.kind), CaseEvent.case == case.id
        times = CaseEvent.select().where(again, CaseEvent.name << [REOPENED, REVIEW_ASKED, ADDRESS_GIVEN]).count()
        cause = f"request:{case.reference}:received{f':{times}' if times else ''}"
        prove = asked.needs > identity.proof(case)
        messages.request_received(to, cause, case.reference, asked.title, case.complete_by, prove, page_url(case))


def news(case: Case, cause: str) -> None:
    """Say that there is something new in a case; `cause` tells one piece of news from another."""
    if to := recipient(case):
        messages.request_news(to, f"request:{case.reference}:{cause}", case.reference, page_url(case))


def decided(case: Case, number: int, outcome: str) -> None:
    """Say that a case was decided; a refusal names the authority to complain to."""
    if to := recipient(case):
        authority, cause = deadlines.authority(case.country).name, f"request:{case.reference}:decided:{number}"
        named = authority.get(to.language) or next(iter(authority.values()))
        messages.request_decided(to, cause, case.reference, outcome, named, page_url(case))
