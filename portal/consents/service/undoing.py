"""Letting choices count again that a request took back in somebody's name without them."""

from __future__ import annotations

from typing import Any

from portal.consents.models import ConsentEvent, held
from portal.consents.service.judging import of_case
from portal.consents.service.ledger import Made, record_all
from portal.consents.service.names import is_reserved, parted
from portal.consents.service.projection import REQUEST, project_own, standing
from portal.kernel.db import atomic


def give_back(subject_id: int, reference: str) -> None:
    """Record again, as it was made, each choice that a request has ended and nobody has made anew since.

    Wording, notice and language are those under which the person chose, so the proof of a consent stays whole (RULES
    C3). What nobody had chosen before stays off: nothing is allowed that was never agreed to.
    """
    with atomic():
        held(subject_id)  # whoever chooses at this moment comes after
        taken = [name for name in of_case(standing(subject_id), reference) if not is_reserved(name)]
        for name in taken:
            for before in _before(subject_id, name, reference):
                _again(before)


def _before(subject_id: int, name: str, reference: str) -> list[ConsentEvent]:
    """Return the events that held before a request: the choice for all systems, then those for one alone."""
    ours = (ConsentEvent.notice == REQUEST) & (ConsentEvent.notice_version == reference)
    mine = (ConsentEvent.subject == subject_id) & ~ours & ConsentEvent.origin.is_null()
    about = (ConsentEvent.purpose == name) | ConsentEvent.purpose.startswith(f"{name}@")
    found: dict[str, list[Any]] = {}
    for event in ConsentEvent.select().where(mine, about).order_by(ConsentEvent.id):
        project_own(found, event.purpose, [event.state, event.id, event.at.isoformat(), event])
    return sorted((event for *_, event in found.values()), key=lambda event: parted(event.purpose)[1])


def _again(event: ConsentEvent) -> None:
    purpose_id, source_id = parted(event.purpose)
    record_all(
        event.subject_id,
        [Made(purpose_id, event.state, event.wording, source_id)],
        notice=event.notice,
        notice_version=event.notice_version,
        language=event.language,
        channel=event.channel,
    )
