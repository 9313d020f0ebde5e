"""Delete account: what will happen, check, and one page per state; the public pages that need no account."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import service as accounts
from portal.accounts.forms import AddressForm
from portal.accounts.views import SESSION, network, with_attempt
from portal.deletion import service
from portal.kernel import clock
from portal.kernel.problems import N_, NotFound
from portal.sources import registry
from portal.sources.base import Affected, Blocker
from portal.web import cookies, navigation
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import away, show
from portal.web.present import known
from portal.web.site import site
from portal.web.words import _, here

room = Blueprint("deletion", __name__)
navigation.entry(room, "page", N_("Delete account"), order=70, covers=("parts", "check", "state"))
navigation.footer(room, "public", N_("Delete an account"), order=40)
navigation.left_out(room, "hand_over", "cancel", "cancel_by_mail", "certificate")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[ T])")


class Choice(NamedTuple):
    """A system in the list of what can go alone: its kinds of data with how many records there are, and its address."""

    title: str
    url: str
    kinds: list[tuple[str, int, str]]


class Kept(NamedTuple):
    """Records that stay because staff placed a legal hold on them: which, in which system, until when and why."""

    records: str
    system: str
    until: date
    reason: str


@room.get("/deletion")
def page() -> Response:
    """Show what a deletion would do, counted now; or the one that is under way."""
    scope = _scope()
    if (under_way := service.unfinished(me().subject_id, scope)) is not None:
        return away(url_for("deletion.state", reference=under_way.case.reference))
    outlook = service.glance(me().subject_id, scope)
    parts = service.parts(me().subject_id) if scope.is_account else []
    going = [(part, service.scope_of(part).title_in(here().language)) for part in parts]
    return show("deletion/page.html", **_about(scope, outlook), going=going, answer_by=service.answer_by(scope.grace))


@room.get("/deletion/parts")
def parts() -> Response:
    """Show what can be deleted alone: a system, or one kind of data there; the account stays."""
    if (under_way := service.unfinished(me().subject_id)) is not None:
        return away(url_for("deletion.state", reference=under_way.case.reference))
    outlook = service.glance(me().subject_id)
    choices = [_choice(system) for system in outlook.holding()]
    return show("deletion/parts.html", choices=choices, silent=outlook.silent, is_counted=outlook.is_counted)


@room.route("/deletion/check", methods=["GET", "POST"])
@recently_confirmed
def check() -> Response:
    """Show the answers to check; with the button pressed, schedule the deletion."""
    scope = _scope()
    if (under_way := service.unfinished(me().subject_id, scope)) is not None:
        return away(url_for("deletion.state", reference=under_way.case.reference))
    if request.method == "POST":
        reference = service.schedule(me().subject_id, here().language, scope, me().token)
        return away(url_for("deletion.state", reference=reference))
    outlook = service.glance(me().subject_id, scope)
    if outlook.blockers("stop"):
        return away(_url(scope.system, scope.category))
    return show(
        "deletion/check.html",
        **_about(scope, outlook),
        on=clock.now() + scope.grace,
        recipient=accounts.recipient(me().account_id or 0),
        told=[source.title.in_(here().language) for source in scope.sources() if source.id != registry.OWN],
    )


@room.post("/deletion/hand-over")
def hand_over() -> Response:
    """Ask staff to hand over what touches other people."""
    scope = _scope()
    service.hand_over(me().subject_id, scope, request.form.get("place", ""))
    return away(_url(scope.system, scope.category))


@room.get("/deletion/<string:reference>")
def state(reference: str) -> Response:
    """Show how a deletion stands."""
    deletion = service.load(reference, me().subject_id)
    scope = service.scope_of(deletion)
    known: dict[str, Any] = {"deletion": deletion, "case": deletion.case, "what": scope.title_in(here().language)}
    match deletion.state:
        case "scheduled":
            late, kept = deletion.scheduled_for <= clock.now(), _kept(deletion.subject, scope)
            return show("deletion/scheduled.html", **known, late=late, kept=kept)
        case "paused":
            stops = service.outlook(deletion.subject, scope).blockers("stop")
            return show("deletion/paused.html", **known, stops=stops, sentence=_sentence)
        case "cancelled":
            return show("deletion/kept.html", **known)
    return _show_progress(service.progress(deletion))


@room.post("/deletion/<string:reference>/cancel")
def cancel(reference: str) -> Response:
    """Keep what was to go after all."""
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
    what = service.scope_of(deletion).title_in(here().language)
    return show(page, deletion=deletion, case=deletion.case, what=what, status=status)


@room.get("/certificates/<string:reference>/<string:secret>")
@open_to_all
def certificate(reference: str, secret: str) -> Response:
    """Show how far an erasure is, and its certificate once it is proven; to whoever has the address."""
    return _show_progress(service.certificate(reference, secret))


@room.route("/delete-account", methods=["GET", "POST"])
@open_to_all
def public() -> Response:
    """Tell anybody how an account is deleted, what goes and what stays, and begin with a code (RULES E1 to E3, R3)."""
    form = AddressForm()
    if form.validate_on_submit():
        onward = url_for("deletion.parts" if "part" in request.form else "deletion.page")
        try:
            token = accounts.ask_code(form.email.data, network(), here().language, onward)
        except accounts.NotAnAddress as problem:
            form.email.errors = [_(problem.say)]
        else:
            return with_attempt(away(url_for("accounts.sign_in_code")), token)
    return show(
        "deletion/public.html",
        status=422 if form.errors else 200,
        form=form,
        promises=service.promises(here().language),
        days=site().grace_days,
        part_days=site().part_grace_days,
        most=service.most_days(),
    )


@room.after_app_request
def forget_browser(response: Response) -> Response:
    """Let a browser whose session is gone, for its account was erased, forget what it kept of us (RULES E7)."""
    now = known()
    if now.session is None or now.session.account_id or now.request.method != "GET" or response.status_code >= 500:
        return response
    session = cookies.got(SESSION)
    if session and service.is_gone(session):
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        cookies.drop(response, SESSION)
    return response


def _show_progress(progress: service.Progress) -> Response:
    known: dict[str, Any] = {"progress": progress, "what": progress.what_in(here().language), "sentence": _sentence}
    if progress.issued_at is None:
        return show("deletion/progress.html", "deletion/_progress.html", **known)
    known["released"] = [
        (hold.source, _title(hold), hold.ended_at) for hold in service.released_holds(progress.reference)
    ]
    said = _("Everything is deleted.")
    return show("deletion/certificate.html", "deletion/_progress.html", **known, said=said)


def _scope() -> service.Scope:
    return service.scope(request.values.get("system", ""), request.values.get("category", ""))


def _about(scope: service.Scope, outlook: service.Outlook) -> dict[str, Any]:
    """Return what the pages before a deletion have in common."""
    language, system = here().language, registry.active().get(scope.system or registry.OWN)
    tables = [system.manifest.tables[name] for name in scope.with_it()]
    return {
        "scope": scope,
        "what": scope.title_in(language),
        "query": _query(scope.system, scope.category),
        "outlook": outlook,
        "sentence": _sentence,
        "days": scope.grace.days,
        "with_it": [table.title.in_(language) for table in tables],
        "collecting": _collecting(scope),
        "handed": service.hand_overs(me().subject_id),
    }


def _kept(subject_id: int, scope: service.Scope) -> list[Kept]:
    """Return what a legal hold keeps of what is to go, by the names of its records."""
    return [
        Kept(
            source.manifest.tables[hold.table].title.in_(here().language),
            source.title.in_(here().language),
            hold.until,
            hold.reason,
        )
        for hold, source in service.held_back(subject_id, scope)
        if hold.table in source.manifest.tables
    ]


def _title(hold: Any) -> str:
    """Return what a hold was on, by its name where that is connected no more."""
    try:
        table = registry.active().get(hold.source).manifest.tables.get(hold.table)
    except NotFound:
        table = None
    return str(table.title.in_(here().language) if table else hold.table)


def _collecting(scope: service.Scope) -> str:
    """Return the page on which new data of this kind is switched off, "" where it is none of those."""
    if not scope.category:
        return ""
    purposes = registry.active().get(scope.system).manifest.tables[scope.category].purposes
    rooms = {"location.": "/location", "marketing.": "/marketing"}
    return next((rooms[start] for start in rooms for purpose in purposes if purpose.startswith(start)), "")


def _query(system: str, category: str = "") -> str:
    """Return what an address says of a part, with its question mark; "" for the account."""
    named = {"system": system, "category": category}
    return "?" + urlencode({name: value for name, value in named.items() if value}) if system else ""


def _url(system: str, category: str = "") -> str:
    return url_for("deletion.page") + _query(system, category)


def _choice(system: service.System) -> Choice:
    source, language = registry.active().get(system.id), here().language

    kinds = [
        (line.title_in(language), line.rows, _url(system.id, line.table))
        for line in system.lines
        if service.can_go(source, line.table)
    ]
    return Choice(source.title.in_(language), _url(system.id), kinds)


def _sentence(found: Blocker | Affected) -> str:
    """Return a sentence with its dates, numbers and sums written as the language writes them."""
    facts = {name: _fact(fact, found.money.get(name, "")) for name, fact in found.facts.items()}
    return found.say.filled(here().language, facts)


def _fact(fact: str | int, currency: str) -> str:
    if currency:
        return here().sum_in_words(fact, currency)
    if isinstance(fact, int):
        return here().number(fact)
    return here().day(date.fromisoformat(fact[:10])) if _DAY.match(fact) else fact
