"""Where systems say otherwise than people chose: how many, since when, in order by now or staying."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from werkzeug.wrappers import Response

from portal.accounts.staff.sessions import actor
from portal.consents import words
from portal.consents.models import Reconciliation
from portal.consents.service import drifting
from portal.consents.service.drifting import Figures
from portal.consents.service.names import RESTRICTION
from portal.kernel.problems import N_
from portal.sources import registry
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

PAGE = "/staff/drift"

navigation.desk(room, "drift_page", N_("Differences"), order=43)
navigation.left_out(room, "compare_now")


class Line(NamedTuple):
    """What differs of one purpose in one system, with the numbers of a few people."""

    system: str
    purpose: str
    figures: Figures
    examples: list[int]


class Compared(NamedTuple):
    """When a system was compared, and what that came to."""

    source: str
    system: str
    says: str
    hint: str


@room.get(PAGE)
@staff("admin", "approver", "staff")
def drift_page() -> Response:
    """Show what was found, and when each system was compared."""
    titles = {source.id: source.title.in_(here().language) for source in registry.active().connected()}
    lines = [_line(one, titles) for one in drifting.figures()]
    compared = [_compared(one, titles) for one in drifting.comparisons() if one.source in titles]
    return show("staff/drift.html", lines=lines, compared=compared, may_act=crew().role == "admin")


@room.post(f"{PAGE}/<string:source>")
@staff("admin")
def compare_now(source: str) -> Response:
    """Compare a system now instead of at night."""
    drifting.look_now(registry.active().get(source).id, actor(crew().number))
    return away(url_for("staff.drift_page"))


def _line(one: Figures, titles: dict[str, str]) -> Line:
    purpose = _("Restriction") if one.purpose == RESTRICTION else words.titled(one.purpose)
    few = drifting.examples(one.source, one.purpose) if one.yes else []
    return Line(titles.get(one.source, one.source), purpose, one, few)


def _compared(one: Reconciliation, titles: dict[str, str]) -> Compared:
    title = titles[one.source]
    if one.trouble:
        return Compared(one.source, title, _("Could not be compared"), one.trouble)
    if one.ended_at is None:
        return Compared(one.source, title, _("Not yet"), _("It is compared at night."))
    counted = here().plural("%(num)s setting", "%(num)s settings", one.rows)
    hint = _("%(counted)s at %(at)s.", counted=counted, at=here().moment(one.ended_at))
    return Compared(one.source, title, _("Compared"), hint)
