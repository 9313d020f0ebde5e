"""In from an app, back in when its session was lost, and out into a browser (RULES W1, W2)."""

from __future__ import annotations

from urllib.parse import quote

from flask import request
from werkzeug.wrappers import Response

from portal.accounts import service
from portal.accounts.apps import handing
from portal.accounts.apps.handing import Taken, Visit
from portal.accounts.masks import mask_email
from portal.accounts.views.signing_in import network, room, with_attempt, with_session
from portal.kernel.problems import Problem
from portal.sources import registry
from portal.web import embed, language, navigation
from portal.web.devices import device
from portal.web.embed import inside
from portal.web.guards import machine_post, me, open_to_all
from portal.web.htmx import away, show
from portal.web.present import known
from portal.web.site import local, origin, site
from portal.web.visitor import place
from portal.web.words import _, here, of

ARRIVED = "/handoff/arrived"

navigation.left_out(room, "handoff", "handoff_answer", "handoff_first", "handoff_arrived", "handoff_lost")


@room.post("/handoff")
@machine_post  # a webview posts it with no page of ours before; `take` asks the person where that matters
def handoff() -> Response:
    """Use the code that an app was given for its person; it counts in the body alone (RULES §18 line 23)."""
    try:
        return _arrive(handing.take(request.form.get("code", ""), _visit(), network()))
    except handing.Over as problem:
        return _over(problem)


@room.post("/handoff/answer")
@open_to_all
def handoff_answer() -> Response:
    """Change to the other account, once its person has said so."""
    try:
        return _arrive(handing.answer(request.form.get("answer", ""), _visit()))
    except handing.Over as problem:
        return _over(problem)


@room.post("/handoff/first")
@open_to_all
def handoff_first() -> Response:
    """Make the app's account and that of an address one by a code, or leave them apart."""
    token = request.form.get("answer", "")
    try:
        if request.form.get("way") == "apart":
            return _arrive(handing.alone(token, _visit()))
        return with_attempt(away("/sign-in/code"), handing.join(token, network(), here().language))
    except handing.Over as problem:
        return _over(problem)


@room.get(ARRIVED)
@open_to_all
def handoff_arrived() -> Response:
    """Go on where the app wanted to, or say that it keeps no cookies: without them nobody stays signed in."""
    onward = local(request.args.get("next"), "/overview")
    if me().account_id is not None:
        return away(onward)
    return show("accounts/handoff_unkept.html", status=403)


@room.get("/handoff/lost")
@open_to_all
def handoff_lost() -> Response:
    """Ask the app to let its person in again; where it does not listen, a code by mail does."""
    onward = local(request.args.get("next"), "/overview")
    return show("accounts/handoff_lost.html", onward=onward, over=None)


def _over(problem: Problem) -> Response:
    said = f"{_(problem.say)} {_(problem.then)}"
    return show("accounts/handoff_lost.html", onward="/overview", over=said, status=problem.status)


def _arrive(taken: Taken) -> Response:
    """Answer in the look and the language that the app asked for."""
    look = embed.read(taken.look)
    known().inside = look or inside()
    if taken.language in site().languages:
        known().words = of(taken.language, site().timezone)
    response = _answer(taken)
    if look:
        embed.draw_inside(response, look.written)
    language.remember(response)
    return response


def _answer(taken: Taken) -> Response:
    match taken.outcome:
        case handing.ASKING:
            asked = handing.question(taken.token)
            return show("accounts/handoff_ask.html", answer=taken.token, theirs=_shown(asked.email), mine=_mine())
        case handing.FIRST:
            asked = handing.question(taken.token)
            title = registry.active().get(asked.source).title.in_(here().language)
            return show("accounts/handoff_first.html", answer=taken.token, address=_shown(asked.email), app=title)
        case handing.CODE:
            return with_attempt(_into(taken.onward), taken.token)
    if me().account_id not in (None, taken.account):
        service.sign_out(me().token)
    response = with_session(_into(f"{ARRIVED}?next={quote(taken.onward, safe='/')}"), taken.token)
    if taken.attempt:
        with_attempt(response, taken.attempt)
    return response


def _into(url: str) -> Response:
    """Go to a page in the look of the app, also where no cookie will say it."""
    look = inside()
    return away(embed.carried(url, look) if look else url)


def _visit() -> Visit:
    return Visit(me().token, me().account_id, device(), place(), _is_foreign())


def _is_foreign() -> bool:
    """Tell whether another site made this browser post: an app that loads an address has no site."""
    if (relation := request.headers.get("Sec-Fetch-Site")) is not None:
        return relation not in {"none", "same-origin"}
    sender = request.headers.get("Origin")
    return sender is not None and sender != origin(site().base_url)


def _mine() -> str:
    """Return, masked, who is signed in here now; "" where nobody is, or nobody with an address."""
    account = me().account_id
    to = None if account is None else service.recipient(account)
    return _shown(to.address if to else "")


def _shown(email: str) -> str:
    return mask_email(email) if email else ""
