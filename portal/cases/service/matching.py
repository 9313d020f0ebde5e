"""Finding whose data a case is about that came without an account: looked for everywhere, shown masked, logged.

A match is no proof. A code that was answered at one address says nothing about the holder of another, so it stops
counting when the case is matched with an address that is not the one it was asked from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.accounts.masks import mask_name
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent, Decision, Routing, Verification
from portal.cases.service import deciding, effects, searching
from portal.cases.service.identity import METHODS
from portal.cases.service.moving import note
from portal.kernel import audit, crypto
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem, SourceUnavailable
from portal.sources import registry
from portal.sources.base import Identifier, Person, Source
from portal.subjects import service as subjects

BY_ADDRESS = ("code", "facts", "person confirmed")  # ways that prove the address of the case and nobody else
MATCHED, UNMATCHED = "matched", "unmatched"
MOST = 5  # records of one system that are shown

audit.declare("cases.looked_for", "reference", "kind")
audit.declare("cases.matched", "reference")
audit.declare("cases.unmatched", "reference")


class NobodyThere(Problem):
    """No system knows the address."""

    status, code = 409, "nobody-there"
    say = N_("No system knows this address, so there is nobody to match the request with.")
    then = N_("Ask the person for the address that they use with us, or refuse because nothing was found.")


@dataclass(frozen=True)
class Found:
    """One record of a system, as much of it as tells people apart: the name masked, and since when it is there."""

    name: str
    since: date | None


@dataclass(frozen=True)
class Answer:
    """What one system says to an address: `silent` where it did not answer; `more` than are shown."""

    source: Source
    found: tuple[Found, ...] = ()
    more: int = 0
    silent: bool = False


def look_for(case: Case, asked: Identifier, staff: int) -> list[Answer]:
    """Ask every system for an address and return what each knows, masked; the look is logged (RULES S2)."""
    with atomic():
        keys = {"reference": case.reference, "kind": asked.kind}
        audit.record("cases.looked_for", subject=searching.subject_of(asked), actor=f"staff:{staff}", **keys)
    return [_answer(source, asked) for source in registry.active().connected()]


def match(case: Case, asked: Identifier, staff: int) -> None:
    """Make a case one about the holder of an address that some system knows; NobodyThere, NotNow once decided."""
    if case.state != "open" or case.subject_id or kind(case.kind).other:
        raise NotNow
    if not any(answer.found for answer in (_answer(source, asked) for source in registry.active().connected())):
        raise NobodyThere
    own = bool(case.contact_hash) and case.contact_hash in crypto.keyed_hashes(asked.kind, asked.value)
    with atomic():
        subject, made = subjects.verified(asked)
        mine = (Case.id == case.id) & (Case.state == "open") & Case.subject.is_null()
        if not Case.update(subject=subject).where(mine).execute():
            raise NotNow
        if not own:
            by_address = (Verification.case == case.id) & (Verification.method << BY_ADDRESS)
            Verification.update(proof=0).where(by_address).execute()
        note(case, MATCHED, f"staff:{staff}", internal=True, own_address=own, made=made)
        audit.record("cases.matched", subject=subject, actor=f"staff:{staff}", reference=case.reference)
    case.subject_id = subject


def may_unmatch(case: Case) -> bool:
    """Tell whether a case is about whom staff matched it with, so that they can take that back; it is still open."""
    return case.state == "open" and case.subject_id is not None and _by_staff(case) is not None


def unmatch(case: Case, staff: int) -> None:
    """Take a match back that named the wrong person; NotNow where the case found its person by their own proof.

    Whatever rested on it goes: what was stopped for that person, what was proposed, what staff attested with that
    person before them, companies that were asked about them. A proof of the address counts for its own holder again.
    """
    matched = _by_staff(case)
    if not may_unmatch(case) or matched is None:
        raise NotNow
    wrong = case.subject_id
    with atomic():
        effects.undone(case)
        same = (Case.id == case.id) & (Case.state == "open") & (Case.subject == wrong)
        if not Case.update(subject=None, routed_at=None).where(same).execute():
            raise NotNow
        _proofs_as_before(case, matched)
        proposed = (Decision.case == case.id) & (Decision.state == deciding.PROPOSED)
        Decision.update(state=deciding.WITHDRAWN).where(proposed).execute()
        Routing.delete().where(Routing.case == case.id, Routing.answered_at.is_null()).execute()
        note(case, UNMATCHED, f"staff:{staff}", internal=True)
        audit.record("cases.unmatched", subject=wrong, actor=f"staff:{staff}", reference=case.reference)
        if matched.facts.get("made") and not Case.select().where(Case.subject == wrong).exists():
            subjects.forget(wrong)
    case.subject = None


def _proofs_as_before(case: Case, matched: CaseEvent) -> None:
    """Count a proof of the address again, and no more what staff attested with the wrong person before them."""
    mine = Verification.case == case.id
    for row in Verification.select().where(mine, Verification.method << BY_ADDRESS, Verification.proof == 0):
        Verification.update(proof=int(METHODS[row.method])).where(Verification.id == row.id).execute()
    attested = (Verification.at >= matched.at) & Verification.by.startswith("staff:")
    Verification.update(proof=0).where(mine, attested).execute()


def _by_staff(case: Case) -> CaseEvent | None:
    """Return the match by staff that counts now."""
    about = (CaseEvent.case == case.id) & (CaseEvent.name << [MATCHED, UNMATCHED])
    newest: CaseEvent | None = CaseEvent.select().where(about).order_by(CaseEvent.id.desc()).first()
    return newest if newest is not None and newest.name == MATCHED else None


def _answer(source: Source, asked: Identifier) -> Answer:
    try:
        keys = source.find(asked)
        found = tuple(_found(source, key) for key in keys[:MOST])
    except SourceUnavailable:
        return Answer(source, silent=True)
    return Answer(source, found, more=max(0, len(keys) - MOST))


def _found(source: Source, key: Any) -> Found:
    about = source.manifest.subject
    with source.snapshot(Person((key,))) as snapshot:
        row = next(iter(snapshot.rows(about.table)), {})
    since = row.get(about.since) if about.since else None
    return Found(mask_name(str(row.get(about.name) or "")) if about.name else "", _day(since))


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) or value is None else date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
