"""A report about a child's account: written down without looking anybody up, then proven by a code (RULES K1, K2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.accounts.addresses import normal
from portal.cases import service as cases
from portal.cases.models import Attempt, Case, Verification
from portal.cases.service import codes, thread
from portal.children import bands
from portal.children.models import Report, ReportedAccount
from portal.children.naming import ADDRESSES, LONGEST_KEPT, REACHES, RELATIONS, WISHES, named_well
from portal.children.service.states import PROVEN, UNPROVEN
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.kernel.work import wake_table

KIND = "child"
PER_ADDRESS, PER_NETWORK, PER_TARGET = "5/day", "20/hour", "10/day"
CODES_PER_ADDRESS = "6/hour"  # as many as of signing in

audit.declare("children.reported", "reference")


class KeptTooLong(Problem):
    """A day until which data is kept safe that is not ahead, or more than a year away."""

    status, code = 422, "kept-too-long"
    say = N_("Choose a day after today and within one year.")
    then = N_("You can ask for more time later.")


@dataclass(frozen=True)
class Draft:
    """What a reporter says: `named` maps words of NAMED to what was typed; `email` is where they are answered."""

    relation: str
    named: Mapping[str, str]
    country: str
    birth_year: int
    birth_month: int
    email: str
    wishes: tuple[str, ...]
    reach: str = "email"
    phone: str = ""
    keep_until: date | None = None
    words: str = ""
    own: bool = field(default=False, compare=False)


def file(draft: Draft, network: str, language: str) -> Case:
    """Open the case of a report and send a code to its address; nobody is looked up (RULES R3, K2).

    Raises NotAnAddress, NotAPhone, NoAccountNamed, KeptTooLong, TooManyTries, NotFound for a word that is none.
    """
    address, named = normal("email", draft.email), named_well(draft.named)
    phone = normal("phone", draft.phone) if draft.phone else ""
    _check(draft)
    limits.hit(PER_NETWORK, "child report by network", network)
    limits.hit(PER_ADDRESS, "child report by address", address)
    with atomic():
        case = cases.open_without_account(KIND, address, language, country=draft.country, told=False)
        name(_write(case, draft, phone, network), named)
        if draft.words.strip():
            thread.say(case, "person", draft.words)
        codes.send(case)
    return case


def _write(case: Case, draft: Draft, phone: str, network: str) -> Report:
    report: Report = Report.create(
        case=case,
        reporter_hash=case.contact_hash,
        relation=draft.relation,
        reach=draft.reach if phone else "email",
        phone=phone or None,
        wishes=sorted(set(draft.wishes), key=WISHES.index),
        keep_until=draft.keep_until if "keep" in draft.wishes else None,
        birth_year=draft.birth_year,
        birth_month=draft.birth_month,
        age_limit=bands.limit_of(draft.country, clock.today()),
        network_hash=crypto.keyed_hash("network", network),
        due_at=None,
    )
    return report


def name(report: Report, named: Mapping[str, str]) -> None:
    """Add what a report calls the account, as `named_well` gave it; what is known already is passed over."""
    for kind, value in named.items():
        hashed = crypto.keyed_hash(kind, _compared(kind, value))
        if (
            not ReportedAccount.select()
            .where(ReportedAccount.report == report, ReportedAccount.hash == hashed)
            .exists()
        ):
            ReportedAccount.create(report=report, kind=kind, value=value, hash=hashed)


def send_again(case: Case) -> None:
    """Send another code; raises NotNow, TooManyTries.

    Counted by address as well: other requests show the way to a code in the mailbox alone, a report shows it at once.
    """
    limits.hit(CODES_PER_ADDRESS, "child report code by address", case.contact or case.reference)
    codes.send(case)


def enter(case: Case, code: str) -> None:
    """Prove the reporter's address with the code; raises WrongCode. Work on the report begins after that."""
    codes.enter(case, code)
    proven(case)


def proven(case: Case) -> None:
    """Note that whoever reported was recognised, acknowledge the case and let a worker look into it; harmless twice.

    More than PER_TARGET reports on one account in a day are only kept: nobody floods staff or the holder.
    """
    with atomic():
        mine = (Report.case == case.id) & (Report.state == UNPROVEN)
        now = clock.now()
        if not Report.update(state=PROVEN, proven_at=now, due_at=now).where(mine).execute():
            return
        audit.record("children.reported", reference=case.reference)
        cases.acknowledge(case, actor="worker")
        wake_table(Report)


def catch_up() -> None:
    """Take up reports whose reporter was recognised in another way, or in a process that died right after."""
    known = Verification.select(Verification.case)
    late = Report.select().where(Report.state == UNPROVEN, Report.case << known)
    for report in late.limit(100):
        proven(report.case)


def of_case(case: Case) -> Report:
    """Return the report of a case; NotFound for a case of another kind."""
    found: Report | None = Report.get_or_none(Report.case == case.id)
    if found is None:
        raise NotFound
    return found


def named_in(report: Report) -> list[ReportedAccount]:
    """Return what a report calls the account."""
    return list(ReportedAccount.select().where(ReportedAccount.report == report).order_by(ReportedAccount.id))


def ticket(case: Case) -> str:
    """Return the secret of the page that asks for the code; it opens nothing else of the case."""
    return tokens.derived("child report", case.reference)


def by_ticket(reference: str, secret: str) -> Case:
    """Return the case whose code is to be entered; NotFound for a wrong secret and for no case alike."""
    if not tokens.same(secret.lower(), tokens.derived("child report", reference.upper())):
        raise NotFound
    return cases.by_reference(reference.upper())


def is_proven(case: Case) -> bool:
    """Tell whether the reporter's address has answered."""
    return of_case(case).state != UNPROVEN


def pending(case: Case) -> Attempt | None:
    """Return the code that can be entered now."""
    return codes.pending(case)


def _check(draft: Draft) -> None:
    known = draft.relation in RELATIONS and draft.reach in REACHES and set(draft.wishes) <= set(WISHES)
    if not known or not draft.wishes:
        raise NotFound
    if "keep" in draft.wishes:
        today = clock.today()
        if draft.keep_until is None or not today < draft.keep_until <= today + LONGEST_KEPT:
            raise KeptTooLong


def _compared(kind: str, value: str) -> str:
    return value if kind in ADDRESSES else value.casefold()
