"""Reading cases: only one's own, or with the secret that was mailed."""

from __future__ import annotations

from typing import Any

from portal import config
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent
from portal.kernel import crypto, tokens
from portal.kernel.problems import N_, DeadLink, NotFound
from portal.subjects import service as subjects


class LostLink(DeadLink):
    """The mailed address of a request opens none."""

    way = ("/requests/links", N_("Have the link sent again"))


def load(reference: str, subject_id: int) -> Case:
    """Return a person's own case; NotFound for anybody else's, which a stranger cannot tell from none."""
    case = Case.get_or_none(Case.reference == reference, Case.subject == subject_id)
    if case is None:
        raise NotFound
    return case


def own(reference: str, subject_id: int) -> Case:
    """Return a case of somebody signed in: theirs, or one that was asked from an address that they have proven."""
    case = Case.get_or_none(Case.reference == reference, _mine(subject_id))
    if case is None:
        raise NotFound
    return case


def all_of(subject_id: int, limit: int = 200) -> list[Case]:
    """Return every case of somebody signed in, those under way first, then the newest."""
    found = Case.select().where(_mine(subject_id)).order_by(Case.closed_at.is_null(False), Case.id.desc())
    return list(found.limit(limit))


def _mine(subject_id: int) -> Any:
    hashes = [
        hashed
        for proof in subjects.proofs(subject_id)
        if proof.kind == "email"
        for hashed in crypto.keyed_hashes("email", proof.value)
    ]
    return (Case.subject == subject_id) | (Case.contact_hash << hashes)


def page(subject_id: int, before: int, limit: int) -> list[Case]:
    """Return a person's cases, the newest first, those older than number `before`; 0 begins with the newest."""
    mine = Case.subject == subject_id
    older = mine & (Case.id < before) if before else mine
    return list(Case.select().where(older).order_by(Case.id.desc()).limit(limit))


def begun(cases: list[Case]) -> set[int]:
    """Return the numbers of those cases that a room has begun to carry out, so that they have a page there."""
    names = CaseEvent.name << ["download started", "deletion scheduled"]
    found = CaseEvent.select(CaseEvent.case).where(CaseEvent.case << [case.id for case in cases], names)
    return {event.case_id for event in found}


def by_secret(reference: str, secret: str) -> Case:
    """Return the case of a mailed address; LostLink for a wrong secret and for no case alike."""
    known = tokens.same(secret.lower(), _secret(reference.upper()))
    case: Case | None = Case.get_or_none(Case.reference == reference.upper()) if known else None
    if case is None:
        raise LostLink
    return case


def by_reference(reference: str) -> Case:
    """Return any case, for a desk or a worker; NotFound where there is none."""
    case = Case.get_or_none(Case.reference == reference)
    if case is None:
        raise NotFound
    return case


def secret_url(case: Case) -> str:
    """Return the address at which a case can be followed without an account."""
    return f"{config.site().base_url}/{kind(case.kind).place}/{case.reference}/{_secret(case.reference)}"


def _secret(reference: str) -> str:
    return tokens.derived("request", reference)


def of_subject(subject_id: int) -> list[Case]:
    """Return a person's cases, the newest first."""
    return list(Case.select().where(Case.subject == subject_id).order_by(Case.id.desc()))


def timeline(case: Case) -> list[CaseEvent]:
    """Return what happened in a case as the person may see it, the oldest first."""
    seen = (CaseEvent.case == case) & ~CaseEvent.internal
    return list(CaseEvent.select().where(seen).order_by(CaseEvent.at, CaseEvent.id))
