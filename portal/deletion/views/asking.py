"""What a deletion would do, and its answers to check: of the account, or of what can go alone."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.accounts import service as accounts
from portal.deletion import service
from portal.deletion.views.room import room
from portal.deletion.views.words import sentence
from portal.kernel import clock
from portal.sources import registry
from portal.web.guards import me, recently_confirmed
from portal.web.htmx import away, show
from portal.web.site import site
from portal.web.words import here


class Choice(NamedTuple):
    """A system in the list of what can go alone: its kinds of data with how many records there are, and its address."""

    title: str
    url: str
    kinds: list[tuple[str, int, str]]


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
    return show(
        "deletion/parts.html",
        choices=choices,
        silent=outlook.silent,
        is_counted=outlook.is_counted,
        days=site().part_grace_days,
    )


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
        "sentence": sentence,
        "days": scope.grace.days,
        "with_it": [table.title.in_(language) for table in tables],
        "collecting": _collecting(scope),
        "handed": service.hand_overs(me().subject_id),
    }


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
