"""The room's place in the portal."""

from __future__ import annotations

from flask import Blueprint

from portal.consents import service as consents
from portal.consents.service.names import HOLD
from portal.kernel.problems import N_
from portal.web import navigation
from portal.web.guards import Session
from portal.web.navigation import Banner
from portal.web.words import _

room = Blueprint("children", __name__)
navigation.footer(room, "report", N_("Report a child's account"), order=55)
navigation.left_out(room, "code", "one", "lost", "helpers", "hold", "own_hold", "lift")


def held(session: Session) -> Banner | None:
    """Say on every page that the account is held, and where to answer."""
    if not any(name.startswith(HOLD) for name in consents.present_stops(session)):
        return None
    text = _(
        "Somebody told us that it may be a child's. No advertising is sent and nothing is shared until that is clear."
    )
    return Banner(_("Your account is held"), text, "/children/hold", _("See it and answer"))


navigation.banner(room, held)
