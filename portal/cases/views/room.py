"""The room's place in the portal."""

from __future__ import annotations

from flask import Blueprint

from portal.kernel.problems import N_
from portal.web import navigation
from portal.web.guards import Session
from portal.web.words import _

room = Blueprint("cases", __name__)


def _open(session: Session) -> str:
    count = session.memo.get("requests")
    return _("%(count)s open", count=count) if count else ""


navigation.entry(room, "listing", N_("Your requests"), order=75, state=_open, covers=("choose", "ask", "one"))
navigation.footer(room, "contact", N_("Contact and complaints"), order=50)
navigation.footer(room, "choose", N_("Make a request"), order=45)
navigation.left_out(room, "by_mail", "confirm", "prove", "named", "sent", "links", "notice", "papers", "papers_by_mail")
