"""All legal holds: what must stay although its person may have it deleted, until when, and who answers for it."""

from __future__ import annotations

from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.cases.service import handling
from portal.kernel.problems import N_, NotFound
from portal.sources import registry
from portal.staff.views.door import room
from portal.subjects import holds
from portal.subjects.models import LegalHold
from portal.web import navigation
from portal.web.guards import staff
from portal.web.htmx import show
from portal.web.words import here

navigation.desk(room, "holds_page", N_("Legal holds"), order=45)


class Held(NamedTuple):
    """A hold as the list shows it."""

    row: LegalHold
    place: str
    owner: str


@room.get("/staff/holds")
@staff("admin", "approver")
def holds_page() -> Response:
    """List the holds that are not over, the one that ends first on top."""
    names = handling.members()
    rows = [Held(row, _place(row), names.get(row.staff, "")) for row in holds.everywhere()]
    return show("staff/holds.html", rows=rows, today=here().today())


def _place(row: LegalHold) -> str:
    """Return system and table in words, by their names where they are connected no more."""
    try:
        source = registry.active().get(row.source)
    except NotFound:
        return f"{row.source}, {row.table}"
    table = source.manifest.tables.get(row.table)
    return f"{source.title.in_(here().language)}, {table.title.in_(here().language) if table else row.table}"
