"""The figures for everybody, where the site has switched that on."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.cases.kinds import KINDS
from portal.cases.service import figures
from portal.kernel.problems import NotFound
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.htmx import show
from portal.web.site import site

room = Blueprint("figures", __name__)
navigation.left_out(room, "page")


@room.get("/figures")
@open_to_all
def page() -> Response:
    """Show how many requests there were and how long they took; small counts are not told."""
    if not site().public_figures:
        raise NotFound
    counted = figures.figures()
    return show("cases/figures.html", counted=counted, rows=(*counted.kinds, counted.all), kinds=KINDS, few=figures.FEW)
