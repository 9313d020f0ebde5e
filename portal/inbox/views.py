"""The inbox: what was sent, opened one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from portal.inbox import words
from portal.kernel.problems import N_
from portal.notices import inbox
from portal.web import navigation
from portal.web.guards import Session, me
from portal.web.htmx import away, show
from portal.web.site import site
from portal.web.words import _, here

_NUMBERS = 2**31  # larger ones are no message's, and no integer of PostgreSQL


def in_menu(session: Session) -> str:
    """Return how many messages are new, which every page knows without asking."""
    count = session.memo.get("unread", 0)
    return _("%(count)s new", count=here().number(count)) if count else ""


room = Blueprint("inbox", __name__)
navigation.entry(room, "page", N_("Inbox"), order=15, state=in_menu, covers=("one",))
navigation.left_out(room, "read_all")


@room.get("/inbox")
def page() -> Response:
    """Show what was sent, the newest first."""
    asked = request.args.get("before", 0, type=int)
    before = asked if 0 < asked < _NUMBERS else None
    letters, more = inbox.listed(_account(), here().language, before)
    return show(
        "inbox/page.html",
        letters=letters,
        more=more,
        first=before is None,
        unread=me().memo.get("unread", 0),
        months=site().inbox_months,
        contact=site().security_contact,
        **_words(),
    )


@room.get("/inbox/<int:number>")
def one(number: int) -> Response:
    """Show one message with what it said; from then on it counts as read."""
    letter = inbox.opened(_account(), min(number, _NUMBERS - 1), here().language)
    if letter.unread:
        me().memo["unread"] -= 1
    return show("inbox/one.html", letter=letter, **_words())


@room.post("/inbox/read")
def read_all() -> Response:
    """Count everything as read."""
    inbox.read_all(_account())
    return away(url_for("inbox.page"))


def _words() -> dict[str, Any]:
    return {"channels": words.CHANNELS, "state": words.state, "at_length": words.at_length, "wrong": words.WRONG}


def _account() -> int:
    return me().account_id or 0  # the guard lets only signed-in people in
