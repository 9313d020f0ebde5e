"""The inbox: what was sent, opened one by one, and the browsers that are told of news."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from portal.accounts import sessions
from portal.inbox import words
from portal.kernel.problems import N_, Problem
from portal.notices import inbox, push
from portal.notices.push import vapid
from portal.web import navigation, numbers
from portal.web.devices import device
from portal.web.embed import embedded
from portal.web.guards import Session, me, open_to_all
from portal.web.htmx import away, show
from portal.web.shipped import shipped
from portal.web.site import site
from portal.web.words import _, here


def in_menu(session: Session) -> str:
    """Return how many messages are new, which every page knows without asking."""
    count = session.memo.get("unread", 0)
    return _("%(count)s new", count=here().number(count)) if count else ""


room = Blueprint("inbox", __name__)
navigation.entry(room, "page", N_("Inbox"), order=15, state=in_menu, covers=("one",))
navigation.left_out(room, "read_all", "renew", "subscribe", "unsubscribe", "worker")


@room.get("/inbox")
def page() -> Response:
    """Show what was sent, the newest first."""
    return _page()


def _page(wrong: str = "") -> Response:
    before = numbers.asked("before")
    letters, more = inbox.listed(_account(), here().language, before)
    return show(
        "inbox/page.html",
        letters=letters,
        more=more,
        first=before is None,
        unread=me().memo.get("unread", 0),
        months=site().inbox_months,
        contact=site().security_contact,
        wrong_push=wrong,
        status=422 if wrong else 200,
        **_words(),
        **_browsers(),
    )


@room.get("/inbox/<int:number>")
def one(number: int) -> Response:
    """Show one message with what it said; from then on it counts as read."""
    letter = inbox.opened(_account(), number, here().language)
    if letter.unread:
        me().memo["unread"] -= 1
    return show("inbox/one.html", letter=letter, linked=words.linked(letter.text, site().base_url), **_words())


@room.post("/inbox/read")
def read_all() -> Response:
    """Count everything as read."""
    inbox.read_all(_account())
    return away(url_for("inbox.page"))


@room.post("/inbox/browsers")
def subscribe() -> Response:
    """Let this browser be told of news; what it brings comes from its Push API."""
    here_now = sessions.browser_of(me().token) or (0, "")
    try:
        push.subscribe(_account(), here_now, device(), here().language, request.form.to_dict())
    except push.NotAPushAddress as problem:
        return _page(_say(problem))
    return away(url_for("inbox.page", _anchor="browsers"))


@room.post("/inbox/browsers/renew")
def renew() -> Response:
    """Take the new address of this browser from its service worker, which reads no page."""
    push.renew(_account(), sessions.browser_of(me().token) or (0, ""), request.form.to_dict())
    return FlaskResponse(status=204)


@room.post("/inbox/browsers/<int:number>/remove")
def unsubscribe(number: int) -> Response:
    """Tell a browser no more."""
    push.remove(_account(), number)
    return away(url_for("inbox.page", _anchor="browsers"))


@room.get("/push-worker.js")
@open_to_all
def worker() -> FlaskResponse:
    """Give out the service worker; it lies at the root, for it may act for nothing above where it lies."""
    return FlaskResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> bytes:
    return (shipped("static") / "js" / "push-worker.js").read_bytes()


def _browsers() -> dict[str, Any]:
    """Return which browsers are told; inside an app none can be asked, for no webview has the Push API."""
    if embedded():
        return {"told": [], "here_now": 0, "push_key": ""}
    told = push.listed(_account())
    number, browser = sessions.browser_of(me().token) or (0, "")
    here_now = next((one.id for one in told if one.session == number or (browser and one.browser_hash == browser)), 0)
    return {"told": told, "here_now": here_now, "push_key": vapid.public_key()}


def _say(problem: Problem) -> str:
    return f"{_(problem.say)} {_(problem.then)}"


def _words() -> dict[str, Any]:
    return {"channels": words.CHANNELS, "state": words.state, "at_length": words.at_length, "wrong": words.WRONG}


def _account() -> int:
    return me().account_id or 0  # the guard lets only signed-in people in
