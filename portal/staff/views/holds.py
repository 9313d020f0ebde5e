"""All legal holds: what must stay although its person may have it deleted, until when, and who answers for it."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from werkzeug.wrappers import Response

from portal.cases.service import by_reference, handling, moving
from portal.cases.service.queue import known
from portal.kernel.problems import N_, NotFound
from portal.sources import registry
from portal.staff.views.door import room
from portal.subjects import holds
from portal.subjects.models import LegalHold
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import here

navigation.desk(room, "holds_page", N_("Legal holds"), order=45)
navigation.left_out(room, "end_listed")


class Held(NamedTuple):
    """A hold as the list shows it."""

    row: LegalHold
    place: str
    owner: str
    is_of_case: bool  # what two decided about a child's account belongs to none, and nobody ends it alone


@room.get("/staff/holds")
@staff("admin", "approver")
def holds_page() -> Response:
    """List the holds that are not over, the one that ends first on top."""
    names = handling.members()
    found = holds.everywhere()
    cases = known({row.case for row in found})
    rows = [Held(row, _place(row), names.get(row.staff, ""), row.case in cases) for row in found]
    return show("staff/holds.html", rows=rows, today=here().today())


@room.post("/staff/holds/<int:number>/end")
@staff("admin", "approver", fresh=True)
def end_listed(number: int) -> Response:
    """End a hold before its day, also where its person is erased and their request says nothing of them any more."""
    case = by_reference(holds.one(number).case)
    holds.end(number, crew().number)
    moving.note(case, "hold ended", f"staff:{crew().number}", internal=True)
    return away(url_for("staff.holds_page"))


def _place(row: LegalHold) -> str:
    """Return system and table in words, by their names where they are connected no more."""
    try:
        source = registry.active().get(row.source)
    except NotFound:
        return f"{row.source}, {row.table}"
    table = source.manifest.tables.get(row.table)
    return f"{source.title.in_(here().language)}, {table.title.in_(here().language) if table else row.table}"
