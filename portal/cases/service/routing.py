"""Rows that another company decides about: it is asked on the person's behalf, with a clock, and answers for itself.

The page on which it answers has a secret address and needs no account; the person sees who answers by when.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from portal import config
from portal.cases import deadlines
from portal.cases.kinds import kind
from portal.cases.models import Case, Routing
from portal.cases.reasons import REASONS
from portal.cases.service import notifying
from portal.cases.service.deciding import ReasonMissing
from portal.cases.service.moving import note
from portal.cases.service.states import FINAL
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow, SourceUnavailable
from portal.kernel.work import Claim
from portal.notices import messages
from portal.sources import asking, registry
from portal.subjects import service as subjects

ASKED, ANSWERED, SILENT, UNREACHABLE = "asked", "answered", "silent", "unreachable"
ANSWERS = ("done", "part", "nothing", "refused")
EXPLAINED = frozenset({"part", "refused"})  # need a reason (RULES D6)
ROUTED = ("correction", "objection", "restriction", "withdrawal")  # a deletion asks when it begins, a copy on wish
PATIENCE = 10.0  # seconds that one system is waited for

audit.declare("cases.company_asked", "reference", "controller")
audit.declare("cases.company_answered", "reference", "controller", "answer")


def answer_by(asked_for: str, from_now: timedelta = timedelta(0)) -> date:
    """Return by when a company that is asked then about a kind of request has to answer."""
    return deadlines.terms(asked_for, clock.now() + from_now).complete_by


def ask(case: Case, companies: Iterable[str], person: str) -> None:
    """Ask each company once, in the present transaction; `person` is how it may know whom this is about."""
    site, now = config.site(), clock.now()
    due = answer_by(case.kind)
    for company in sorted(set(companies) - {row.controller for row in of(case)}):
        contact = site.contacts.get(company, "")
        reached = bool(contact and person)
        Routing.create(
            case=case,
            controller=company,
            title=site.controllers.get(company, company),
            state=ASKED if reached else UNREACHABLE,
            answer_by=due,
            due_at=now + (clock.end(due) - now) / 2 if reached else None,
        )
        audit.record(
            "cases.company_asked", subject=case.subject_id, actor="worker", reference=case.reference, controller=company
        )
        if reached:
            to, what = messages.Recipient(contact, site.languages[0]), kind(case.kind).title
            url, cause = address(case, company), f"request:{case.reference}:asked:{company}"
            messages.controller_asked(to, cause, case.reference, what, person, due, url)


def of(case: Case) -> list[Routing]:
    """Return the companies that were asked in a case."""
    return list(Routing.select().where(Routing.case == case.id).order_by(Routing.id))


def route(case: Case) -> None:
    """Ask every company that decides about some rows of the person; raises SourceUnavailable where one cannot tell."""
    to = notifying.recipient(case)
    if companies := deciding_about(case.subject_id):
        with atomic():
            ask(case, companies, to.address if to else "")
            _note_routed(case)
    else:
        _note_routed(case)


def route_new() -> None:
    """Ask for the cases that have a person by now; those for whom a system was silent have their turn again."""
    new = Case.routed_at.is_null() & Case.subject.is_null(False) & (Case.kind << ROUTED) & Case.state.not_in(FINAL)
    for case in Case.select().where(new).order_by(Case.id).limit(100):
        try:
            route(case)
        except SourceUnavailable:
            continue


def deciding_about(subject_id: int) -> set[str]:
    """Return the companies, other than those whose systems they are, that decide about rows of a person."""
    sources = registry.active().connected()
    people = subjects.people(subject_id, [source.id for source in sources])
    asked = [(source, asking.begin(source, partial(source.preview, people[source.id]))) for source in sources]
    asking.wait([answer for _, answer in asked], PATIENCE)
    found: set[str] = set()
    for source, answer in asked:
        if not answer.done():
            raise source.unavailable("it did not answer in time")
        lines = answer.result().lines
        found |= {line.controller for line in lines if line.rows and line.controller != source.manifest.controller}
    return found - {""}


def address(case: Case, company: str) -> str:
    """Return the address at which a company answers; no table holds its secret."""
    return f"{config.site().base_url}/companies/{case.reference}/{company}/{_secret(case.reference, company)}"


def by_secret(reference: str, company: str, secret: str) -> Routing:
    """Return what a company was asked; NotFound for a wrong secret and for nothing asked alike."""
    known = tokens.same(secret.lower(), _secret(reference.upper(), company))
    asked = (Case.reference == reference.upper()) & (Routing.controller == company)
    found: Routing | None = Routing.select(Routing, Case).join(Case).where(asked).first() if known else None
    if found is None:
        raise NotFound
    return found


def about(row: Routing) -> str:
    """Return whom a company was asked about: their address, "" once they are erased; the mail has named them."""
    to = notifying.recipient(row.case) if row.case.subject_id else None
    return to.address if to else ""


def reply(row: Routing, answer: str, reason: str = "", words: str = "") -> None:
    """Take a company's answer, once; words are kept only while there is a person whom they can go with.

    Raises NotFound for an unknown answer, ReasonMissing, NotNow where it has answered.
    """
    if answer not in ANSWERS:
        raise NotFound
    if answer in EXPLAINED and (reason not in REASONS or (row.case.subject_id and not words.strip())):
        raise ReasonMissing
    case, explained = row.case, answer in EXPLAINED
    taken = Routing.update(
        state=ANSWERED,
        answered_at=clock.now(),
        answer=answer,
        reason=reason if explained else "",
        words=(words.strip() or None) if case.subject_id else None,
        due_at=None,
    ).where(Routing.id == row.id, Routing.state << [ASKED, SILENT])
    with atomic():
        if not taken.execute():
            raise NotNow
        note(case, "company answered", f"company:{row.controller}"[:32], controller=row.controller, answer=answer)
        keys = {"reference": case.reference, "controller": row.controller, "answer": answer}
        audit.record("cases.company_answered", subject=case.subject_id, actor="company", **keys)
        Case.update(waiting="").where(Case.id == case.id, Case.waiting == "customer").execute()
        if case.subject_id:
            notifying.news(case, f"company:{row.id}")


def watch(claim: Claim[Routing]) -> None:
    """Remind a company halfway; note for all to see when its time is over and it has not answered."""
    row = claim.row
    if row.state != ASKED:
        claim.done()
    elif row.reminded_at is None:
        _remind(claim)
    else:
        with claim.step(state=SILENT, due_at=None):
            note(row.case, "company silent", "worker", controller=row.controller)
            if row.case.subject_id:
                notifying.news(row.case, f"company:{row.id}:silent")


def _remind(claim: Claim[Routing]) -> None:
    row, site = claim.row, config.site()
    with claim.step(reminded_at=clock.now(), due_at=clock.end(row.answer_by)):
        if contact := site.contacts.get(row.controller):
            to = messages.Recipient(contact, site.languages[0])
            reference, cause = row.case.reference, f"request:{row.case.reference}:reminded:{row.controller}"
            url, what = address(row.case, row.controller), kind(row.case.kind).title
            messages.controller_reminded(to, cause, reference, what, row.answer_by, url)


def forget(cases: Iterable[int]) -> None:
    """Forget which companies were asked in these cases."""
    Routing.delete().where(Routing.case << list(cases)).execute()


def _note_routed(case: Case) -> None:
    Case.update(routed_at=clock.now()).where(Case.id == case.id).execute()


def _secret(reference: str, company: str) -> str:
    return tokens.derived("company answers", reference, company)
