"""What a case wants corrected, old and new side by side, with the evidence that came for it."""

from __future__ import annotations

from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.cases.service import desk
from portal.cases.service import evidence as kept
from portal.details import service as details
from portal.details.models import Correction
from portal.sources import registry
from portal.staff.views.case import CASE, load, reason_first
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.files import attachment
from portal.web.guards import crew, staff
from portal.web.htmx import show
from portal.web.words import here

navigation.left_out(room, "case_correction", "case_evidence")


class Change(NamedTuple):
    """One detail in one system: what stands there and what is to stand there."""

    title: str
    system: str
    old: str
    new: str


@room.get(f"{CASE}/correction")
@staff("admin", "approver", "staff")
def case_correction(reference: str) -> Response:
    """Show old and new in full; each look at financial and official numbers is logged (RULES S1, S2)."""
    found = load(reference)
    if asked := reason_first(found):
        return asked
    rows = details.of_case(found)
    for row in (row for row in rows if row.sensitive):
        desk.note_reveal(found, "portal", row.detail, crew().number)
    changes = [change for row in rows for change in _changes(row)]
    said = details.statements(found.subject_id) if found.subject_id else []
    return show("staff/case/correction.html", case=found, changes=changes, files=kept.of(found), statements=said)


@room.get(f"{CASE}/evidence/<int:number>")
@staff("admin", "approver", "staff")
def case_evidence(reference: str, number: int) -> Response:
    """Hand out a file that came with a request, as an attachment; it is logged."""
    found = load(reference)
    if asked := reason_first(found):
        return asked
    row, chunks = kept.hand_out(found, number, f"staff:{crew().number}")
    return attachment(row.name, row.media_type, chunks)


def _changes(row: Correction) -> list[Change]:
    language = here().language
    titles = {source.id: source.title.in_(language) for source in registry.active().connected()}
    title = row.title.get(language) or row.detail
    return [Change(title, titles.get(part.source, part.source), part.old or "", row.new) for part in details.parts(row)]
