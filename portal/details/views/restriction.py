"""What it means that an account is restricted, since when and why, and how the person ends it."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.cases import service as cases
from portal.cases.service import effects
from portal.consents import service as consents
from portal.consents.service import RESTRICTION, STOPS
from portal.consents.words import lines
from portal.details.views.room import room
from portal.web.guards import me
from portal.web.htmx import away, show


@room.route("/details/restriction", methods=["GET", "POST"])
def restriction() -> Response:
    """Show the restriction, and end it when the person says so."""
    standing = consents.present(me())
    choice = standing.get(RESTRICTION)
    stopped = choice if choice and choice.state in STOPS else None
    if request.method == "POST":
        if stopped:
            effects.end(cases.load(stopped.case, me().subject_id))
            consents.look_anew(me())
        return away("/details/restriction")
    passed = consents.present_passed(me(), standing, [RESTRICTION])[RESTRICTION] if choice else []
    return show(
        "details/restriction.html",
        "details/_restriction.html",
        stopped=stopped,
        systems=lines(passed),
        every=consents.patience(passed),
    )
