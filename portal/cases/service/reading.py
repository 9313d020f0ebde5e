"""Reading cases: only one's own, or with the secret that was mailed."""

from __future__ import annotations

from portal import config
from portal.cases.models import Case, CaseEvent
from portal.kernel import tokens
from portal.kernel.problems import NotFound


def load(reference: str, subject_id: int) -> Case:
    """Return a person's own case; NotFound for anybody else's, which a stranger cannot tell from none."""
    case = Case.get_or_none(Case.reference == reference, Case.subject == subject_id)
    if case is None:
        raise NotFound
    return case


def by_secret(reference: str, secret: str) -> Case:
    """Return the case of a mailed address; NotFound for a wrong secret and for no case alike."""
    if not tokens.same(secret.lower(), _secret(reference.upper())):
        raise NotFound
    return by_reference(reference.upper())


def by_reference(reference: str) -> Case:
    """Return any case, for a desk or a worker; NotFound where there is none."""
    case = Case.get_or_none(Case.reference == reference)
    if case is None:
        raise NotFound
    return case


def secret_url(case: Case) -> str:
    """Return the address at which a case can be followed without an account."""
    return f"{config.site().base_url}/requests/{case.reference}/{_secret(case.reference)}"


def _secret(reference: str) -> str:
    return tokens.derived("request", reference)


def of_subject(subject_id: int) -> list[Case]:
    """Return a person's cases, the newest first."""
    return list(Case.select().where(Case.subject == subject_id).order_by(Case.id.desc()))


def timeline(case: Case) -> list[CaseEvent]:
    """Return what happened in a case as the person may see it, the oldest first."""
    seen = (CaseEvent.case == case) & ~CaseEvent.internal
    return list(CaseEvent.select().where(seen).order_by(CaseEvent.at, CaseEvent.id))
