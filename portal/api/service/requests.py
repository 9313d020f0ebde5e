"""A person's own requests as an app shows them, in the words of the Data Rights Protocol (RULES R5, D1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal import config
from portal.api.service import pages
from portal.cases import kinds
from portal.cases import service as cases

Told = dict[str, Any]
STATUSES = ["open", "in_progress", "fulfilled", "denied", "revoked", "expired"]
_LIST = "requests of "


def listed(subject_id: int, cursor: str | None, limit: int) -> Told:
    """Return one page of a person's requests, the newest first, and the cursor to the next; raises BadCursor."""
    before = pages.opened(f"{_LIST}{subject_id}", cursor)
    found = cases.page(subject_id, before, limit + 1)
    page, after = pages.cut(f"{_LIST}{subject_id}", found, limit, lambda case: case.id)
    return {"requests": [_told(case) for case in page], "next": after}


def status(subject_id: int, reference: str) -> Told:
    """Return how a person's own request stands; NotFound for anybody else's."""
    case = cases.load(reference.upper(), subject_id)
    reasons = [event.facts["reason"] for event in cases.timeline(case) if event.facts.get("reason")]
    told = _told(case)
    return {**told, "reason": reasons[-1] if reasons and told["status"] == "denied" else None}


def _told(case: Any) -> Told:
    return {
        "request_id": case.reference,
        "kind": case.kind,
        "title": kinds.kind(case.kind).title,
        "status": "in_progress" if case.state == "approved" else case.state,
        "received_at": _written(case.received_at),
        "acknowledge_by": _written(case.acknowledge_by),
        "expected_by": _written(case.complete_by),
        "legal_maximum": _written(case.legal_maximum),
        "law": case.profile,
        "waiting_for": case.waiting or None,
        "closed_at": _written(case.closed_at),
        "page": f"{config.site().base_url}/requests/{case.reference}",
    }


def _written(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None
