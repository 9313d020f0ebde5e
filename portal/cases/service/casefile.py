"""Everything about one case in one document, for the authority that asks how it was handled (RULES R7, D6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal import config
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent, CaseMessage, Decision, Routing, Verification
from portal.cases.service import identity, routing
from portal.cases.service.reading import by_reference
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.web.words import Words

audit.declare("cases.file_made", "reference")


def case_file(reference: str, staff: int, words: Words) -> dict[str, Any]:
    """Return a case as JSON holds it, moments and days in ISO 8601; making it is logged. NotFound where there is none.

    What staff noted for themselves is left out, and so is whom it is about: the reference is how the authority asks.
    """
    case = by_reference(reference)
    with atomic():
        audit.record("cases.file_made", subject=case.subject_id, actor=f"staff:{staff}", reference=reference)
    return {
        "made_at": _written(clock.now()),
        "controller": config.site().company,
        "request": _facts(case, words),
        "identity": [_proof(one) for one in identity.proofs(case)],
        "timeline": [_event(one) for one in _of(CaseEvent, case) if not one.internal],
        "messages": [_message(one) for one in _of(CaseMessage, case) if one.state == "sent" and not one.internal],
        "decisions": [_decision(one) for one in _of(Decision, case) if one.state == "decided"],
        "companies": [_company(one) for one in routing.of(case)],
    }


def _facts(case: Case, words: Words) -> dict[str, Any]:
    names = ("acknowledge_by", "acknowledged_at", "complete_by", "legal_maximum", "extended_at", "closed_at")
    return {
        "reference": case.reference,
        "kind": case.kind,
        "title": words.say(kind(case.kind).title),
        "state": case.state,
        "channel": case.channel,
        "acting": case.acting,
        "country": case.country,
        "law": case.profile,
        "own_law": case.own_profile,
        "received_at": _written(case.received_at),
        **{name: _written(getattr(case, name)) for name in names},
    }


def _proof(one: Verification) -> dict[str, Any]:
    return {
        "method": one.method,
        "at": _written(one.at),
        "counts_from": _written(one.counts_from),
        "by": _role(one.by),
    }


def _event(event: CaseEvent) -> dict[str, Any]:
    facts = {name: value for name, value in event.facts.items() if name != "ground"}
    return {"at": _written(event.at), "event": event.name, "by": _role(event.actor), "facts": facts}


def _message(row: CaseMessage) -> dict[str, Any]:
    return {"at": _written(row.sent_at), "from": _role(row.author), "text": row.body}


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "outcome": row.outcome,
        "reason": row.reason,
        "words": row.words or "",
        "proposed_at": _written(row.proposed_at),
        "decided_at": _written(row.decided_at),
        "by_two": row.decided_by != row.proposed_by,
    }


def _company(row: Routing) -> dict[str, Any]:
    return {
        "company": row.title,
        "asked_at": _written(row.asked_at),
        "answer_by": _written(row.answer_by),
        "answered_at": _written(row.answered_at),
        "answer": row.answer,
        "reason": row.reason,
    }


def _of(model: Any, case: Case) -> list[Any]:
    return list(model.select().where(model.case == case.id).order_by(model.id))


def _role(actor: str) -> str:
    """Return who acted without saying which member of the staff it was."""
    return actor.partition(":")[0]


def _written(when: datetime | date | None) -> str | None:
    return None if when is None else when.isoformat()
