"""What an event of the ledger is told as to systems that listen (`hooks`); what somebody said to a policy is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.consents.service.names import (
    HOLD,
    OBJECTION,
    POLICY,
    REFUSAL,
    RESTRICTION,
    STOPS,
    is_reserved,
    parted,
    touched,
)
from portal.hooks import service as hooks
from portal.hooks.service import kinds
from portal.kernel import clock

_KINDS = {OBJECTION: kinds.OBJECTION, HOLD: kinds.HOLD, REFUSAL: kinds.REFUSAL}


def told(events: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> list[hooks.Told]:
    """Return what events are told as; each has record, purpose, state, moment; `numbers`: by purpose."""
    heard = [event for event in events if not event["purpose"].startswith(POLICY)]
    return [
        one(event["record"], numbers[event["purpose"]], event["purpose"], event["state"], event["at"])
        for event in heard
    ]


def one(record: str, number: int, name: str, state: str, at: str) -> hooks.Told:
    """Return what one event is told as, to those whom it concerns."""
    systems = [source.id for source in touched(name)]
    if not is_reserved(name):
        purpose_id, source_id = parted(name)
        return hooks.of_ledger(kinds.CHOICE, record, number, purpose_id, source_id, systems, state=state, at=at)
    kind, about = _stop(name)
    return hooks.of_ledger(kind, record, number, about, "", systems, state=state, stops=state in STOPS, at=at)


def _stop(name: str) -> tuple[str, str]:
    """Return the kind of what says no, and what it says no to: "" for everything."""
    if name == RESTRICTION:
        return kinds.RESTRICTION, ""
    head = name[: name.index(".") + 1]
    return _KINDS[head], name[len(head) :]


def holding(name: str, state: str, number: int) -> hooks.Told:
    """Return what a system shall have of a purpose, as it is told again when it was found to have something else."""
    at = clock.now().isoformat()
    if name == RESTRICTION:
        return hooks.of_ledger(kinds.RESTRICTION, "", number, "", "", [], state=state, stops=state == "on", at=at)
    return hooks.of_ledger(kinds.CHOICE, "", number, name, "", [], state=state, at=at)
