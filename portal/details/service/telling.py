"""The other companies that have received a value: who they are, and that they are told (GDPR 19)."""

from __future__ import annotations

from typing import Any

from portal import config
from portal.details.models import Correction
from portal.details.service.asking import parts
from portal.details.service.values import WRITTEN
from portal.kernel import clock
from portal.kernel.db import written
from portal.notices import messages
from portal.sources import registry
from portal.subjects import service as subjects

TOLD, BY_HAND = "told", "by hand"


def recipients(row: Correction) -> list[dict[str, Any]]:
    """Return the companies beside ours that have rows of the person where the value stood, and how they are told."""
    site, names = config.site(), dict[str, None]()
    for source_id in dict.fromkeys(part.source for part in parts(row) if part.state == WRITTEN):
        source = registry.active().get(source_id)
        lines = source.preview(subjects.person(row.subject_id, source_id)).lines
        names |= dict.fromkeys(line.controller for line in lines if line.rows and line.controller)
        names.pop(source.manifest.controller, None)
    at = written(clock.now())
    return [{"name": name, "how": TOLD if name in site.contacts else BY_HAND, "at": at} for name in names]


def tell(row: Correction, told: list[dict[str, Any]], cause: str) -> None:
    """Write to each of them, inside a transaction; one cause gives one message to each."""
    for name, address in _addresses(told).items():
        to = messages.Recipient(address, config.site().languages[0])
        title = row.title.get(to.language) or row.title["en"]
        messages.correction_told(to, f"{cause}:{name}", _reference(row), _who(row), title)


def _addresses(told: list[dict[str, Any]]) -> dict[str, str]:
    contacts = config.site().contacts
    return {entry["name"]: contacts[entry["name"]] for entry in told if entry["how"] == TOLD}


def _reference(row: Correction) -> str:
    return row.case.reference if row.case is not None else f"C-{row.id}"


def _who(row: Correction) -> str:
    """Return by what the company knows the person: an address that they have proven."""
    return next((proof.value for proof in subjects.proofs(row.subject_id) if proof.kind == "email"), "")
