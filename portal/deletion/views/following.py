"""One page per state of a deletion, for who asked for it and for who has its address."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.deletion import service
from portal.deletion.views.room import room
from portal.deletion.views.words import sentence
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.words import _, here


class Kept(NamedTuple):
    """Records that stay because staff placed a legal hold on them: which, in which system, until when and why."""

    records: str
    system: str
    until: date
    reason: str


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
            return show("deletion/paused.html", **known, stops=stops, sentence=sentence)
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


def _show_progress(progress: service.Progress) -> Response:
    known: dict[str, Any] = {"progress": progress, "what": progress.what_in(here().language), "sentence": sentence}
    if progress.issued_at is None:
        return show("deletion/progress.html", "deletion/_progress.html", **known)
    known["released"] = [
        (hold.source, _title(hold), hold.ended_at) for hold in service.released_holds(progress.reference)
    ]
    said = _("Everything is deleted.")
    return show("deletion/certificate.html", "deletion/_progress.html", **known, said=said)


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
