"""Out of an app: go on in a browser, by an address that is mailed and opens once."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.accounts import service
from portal.accounts.apps import mailing
from portal.accounts.apps.handing import Visit
from portal.accounts.masks import mask_email
from portal.accounts.views.signing_in import account, room, with_session
from portal.web import navigation
from portal.web.devices import device, mark
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.site import came_from, local
from portal.web.visitor import place

navigation.left_out(room, "go_on", "go_on_sent", "go_on_here")


@room.route("/continue", methods=["GET", "POST"])
def go_on() -> Response:
    """Offer to mail an address that opens the page from which somebody came."""
    to = service.recipient(account())
    if request.method == "POST":
        mailing.send_on(account(), local(request.form.get("page"), "/overview"))
        return away("/continue/sent")
    came = came_from()
    page = "/overview" if came == "/" or came.startswith("/continue") else came.partition("?")[0]
    return show("accounts/go_on.html", came=page, address=to.address if to else "")


@room.get("/continue/sent")
def go_on_sent() -> Response:
    """Say that the address is on its way."""
    to = service.recipient(account())
    return show("accounts/go_on_sent.html", address=to.address if to else "")


@room.route("/continue/<string:token>", methods=["GET", "POST"])
@open_to_all
def go_on_here(token: str) -> Response:
    """Ask whether to go on in this browser; only the button does it, for programs open links too."""
    if request.method == "GET":
        return show("accounts/go_on_here.html", address=mask_email(mailing.mailed_to(token)), known=me().account_id)
    taken = mailing.follow(token, Visit(me().token, me().account_id, device(), place(), foreign=False, mark=mark()))
    if me().account_id not in (None, taken.account):
        service.sign_out(me().token)
    return with_session(away(taken.onward), taken.token)
