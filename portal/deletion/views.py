"""Delete account: what will happen, check, and one page per state; the public pages that need no account."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import service as accounts
from portal.accounts.forms import AddressForm
from portal.accounts.views import SESSION
from portal.deletion import service
from portal.kernel import clock
from portal.kernel.problems import N_
from portal.sources import registry
from portal.sources.base import Blocker
from portal.web import cookies, navigation
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import away, show
from portal.web.site import site
from portal.web.words import _, here

room = Blueprint("deletion", __name__)
navigation.entry(room, "page", N_("Delete account"), order=70, covers=("check", "state"))
navigation.footer(room, "public", N_("Delete an account"), order=40)
navigation.left_out(room, "cancel", "cancel_by_mail", "certificate")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[ T])")


@room.get("/deletion")
def page() -> Response:
    """Show what a deletion would do, counted now; or the one that is under way."""
    if (under_way := service.unfinished(me().subject_id)) is not None:
        return away(url_for("deletion.state", reference=under_way.case.reference))
    return show(
        "deletion/page.html", outlook=service.outlook(me().subject_id), sentence=_sentence, days=site().grace_days
    )


@room.route("/deletion/check", methods=["GET", "POST"])
@recently_confirmed
def check() -> Response:
    """Show the answers to check; with the button pressed, schedule the deletion."""
    if (under_way := service.unfinished(me().subject_id)) is not None:
        return away(url_for("deletion.state", reference=under_way.case.reference))
    if request.method == "POST":
        return away(url_for("deletion.state", reference=service.schedule(me().subject_id, here().language, me().token)))
    outlook = service.outlook(me().subject_id)
    if outlook.blockers("stop"):
        return away(url_for("deletion.page"))
    return show(
        "deletion/check.html",
        outlook=outlook,
        sentence=_sentence,
        on=clock.now() + timedelta(days=site().grace_days),
        recipient=accounts.recipient(me().account_id or 0),
        told=[source.title.in_(here().language) for source in registry.active().connected()],
    )


@room.get("/deletion/<string:reference>")
def state(reference: str) -> Response:
    """Show how a deletion stands."""
    deletion = service.load(reference, me().subject_id)
    match deletion.state:
        case "scheduled":
            late = deletion.scheduled_for <= clock.now()
            return show("deletion/scheduled.html", deletion=deletion, case=deletion.case, late=late)
        case "paused":
            stops = service.outlook(deletion.subject).blockers("stop")
            return show("deletion/paused.html", deletion=deletion, case=deletion.case, stops=stops, sentence=_sentence)
        case "cancelled":
            return show("deletion/kept.html", case=deletion.case)
    return _show_progress(service.progress(deletion))


@room.post("/deletion/<string:reference>/cancel")
def cancel(reference: str) -> Response:
    """Keep the account after all."""
    service.cancel(service.load(reference, me().subject_id))
    return away(url_for("deletion.state", reference=reference))


@room.route("/deletion/cancel/<string:token>", methods=["GET", "POST"])
@open_to_all
def cancel_by_mail(token: str) -> Response:
    """Show what the link in the mail would do; only the button does it, for programs open links too (RULES E5)."""
    deletion, status = service.by_token(token), 200
    if request.method == "POST":
        try:
            service.cancel(deletion)
        except service.TooLate:
            deletion, status = service.by_token(token), 409
        else:
            return away(url_for("deletion.cancel_by_mail", token=token))
    pages = {"scheduled": "keep", "paused": "keep", "cancelled": "kept"}
    page = f"deletion/{pages.get(deletion.state, 'too_late')}.html"
    return show(page, deletion=deletion, case=deletion.case, status=status)


@room.get("/certificates/<string:reference>/<string:secret>")
@open_to_all
def certificate(reference: str, secret: str) -> Response:
    """Show how far an erasure is, and its certificate once it is proven; to whoever has the address."""
    return _show_progress(service.certificate(reference, secret))


@room.get("/delete-account")
@open_to_all
def public() -> Response:
    """Tell anybody how an account is deleted, what goes and what stays, and begin (RULES E1, E3)."""
    promises = service.promises(here().language)
    return show(
        "deletion/public.html", promises=promises, days=site().grace_days, most=service.most_days(), start=AddressForm()
    )


@room.after_app_request
def forget_browser(response: Response) -> Response:
    """Let a browser whose session is gone, for its account was erased, forget what it kept of us (RULES E7)."""
    if request.method != "GET" or request.endpoint == "asset" or response.status_code >= 500 or me().account_id:
        return response
    session = cookies.got(SESSION)
    if session and service.is_gone(session):
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        cookies.drop(response, SESSION)
    return response


def _show_progress(progress: service.Progress) -> Response:
    if progress.issued_at is None:
        return show("deletion/progress.html", "deletion/_progress.html", progress=progress)
    said = _("Everything is deleted.")
    return show("deletion/certificate.html", "deletion/_progress.html", progress=progress, said=said)


def _sentence(blocker: Blocker) -> str:
    """Return a blocker's sentence with its dates and numbers written as the language writes them."""
    return blocker.say.filled(here().language, {name: _fact(fact) for name, fact in blocker.facts.items()})


def _fact(fact: str | int) -> str:
    if isinstance(fact, int):
        return here().number(fact)
    return here().day(date.fromisoformat(fact[:10])) if _DAY.match(fact) else fact
