"""Every request of somebody signed in, each with one line of state and one date."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from werkzeug.wrappers import Response

from portal.cases import service
from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import identity
from portal.cases.views.room import room
from portal.cases.words import standing
from portal.web.guards import me
from portal.web.htmx import show
from portal.web.words import _, here

# Where a request has a page of its own, once a room has begun to carry it out.
PAGES = {"download": "/download/{}", "deletion": "/deletion/{}", "partial_deletion": "/deletion/{}"}


class Line(NamedTuple):
    """A request in the list."""

    url: str
    title: str
    hint: str
    state: str
    tone: str


@room.get("/requests")
def listing() -> Response:
    """Show all requests, those under way first."""
    cases = service.all_of(me().subject_id)
    begun, unproven = service.begun(cases), identity.unproven(cases)
    lines = [_line(case, case.id in begun, case.id in unproven) for case in cases]
    under_way = [line for line, case in zip(lines, cases, strict=True) if case.closed_at is None]
    over = [line for line, case in zip(lines, cases, strict=True) if case.closed_at is not None]
    return show("cases/listing.html", under_way=under_way, over=over)


def own_page(case: Case, begun: bool) -> str:
    """Return the address of a request: of its own room where that has begun, else of this one."""
    if begun and case.kind in PAGES:
        return PAGES[case.kind].format(case.reference)
    return url_for("cases.one", reference=case.reference)


def _line(case: Case, begun: bool, unproven: bool) -> Line:
    now = standing(case, unproven=unproven)
    when = _(now.when, day=here().day(now.day))
    hint = _("%(when)s. Reference %(reference)s", when=when, reference=case.reference)
    return Line(own_page(case, begun), _(kind(case.kind).title), hint, _(now.state), now.tone)
