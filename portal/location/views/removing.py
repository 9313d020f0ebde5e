"""The list of places, and deleting one, a span or all: counted first, then confirmed, then a page on how far it is."""

from __future__ import annotations

from datetime import date

from flask import request
from werkzeug.wrappers import Response

from portal.consents.words import when
from portal.location import service
from portal.location.forms import SpanForm
from portal.location.models import Removal, RemovalPart
from portal.location.views.room import room, titles
from portal.sources import registry
from portal.sources.manifest import Text
from portal.web.guards import me, recently_confirmed
from portal.web.htmx import away, show
from portal.web.words import _, here


@room.route("/location/points", methods=["GET", "POST"])
@recently_confirmed
def points() -> Response:
    """Show the places one by one; a place that is to go is asked about once more."""
    if request.method == "POST":
        token = request.form.get("place", "")
        if "sure" in request.form:
            return _under_way(service.remove_one(me().subject_id, token))
        said = _("The place of %(at)s goes.", at=here().moment(service.moment_of(me().subject_id, token)))
        return _check(said, 1, [], {"place": token}, "/location/points")
    after = request.args.get("after", "")
    listed = service.listed(me().subject_id, after)
    silent, closed = titles(listed.silent), titles(listed.closed)
    return show("location/points.html", listed=listed, after=after, silent=silent, closed=closed)


@room.route("/location/delete", methods=["GET", "POST"])
@recently_confirmed
def delete() -> Response:
    """Ask what is to go, count it, and delete it once that is confirmed."""
    if request.method != "POST":
        return show("location/delete.html", form=SpanForm(formdata=None))
    if "all" in request.form:
        return _all()
    form = SpanForm()
    if not form.validate():
        return show("location/delete.html", form=form, status=422)
    first, last = form.since.day, form.until.day
    span = service.days(first, last)
    if "sure" in request.form:
        return _under_way(service.remove(me().subject_id, span))
    count, silent = service.count(me().subject_id, span)
    return _check(_going(count, first, last), count, silent, {"since": form.since.data, "until": form.until.data})


def _going(count: int, first: date | None, last: date | None) -> str:
    """Return in a sentence how many places go, and of which days."""
    words = here()
    places = words.plural("%(num)s place", "%(num)s places", count)
    if first and last:
        days = {"first": words.day(first), "last": words.day(last)}
        return _("%(places)s from %(first)s to %(last)s go.", places=places, **days)
    if first:
        return _("%(places)s since %(first)s go.", places=places, first=words.day(first))
    return _("%(places)s up to %(last)s go.", places=places, last=words.day(last)) if last else ""


@room.get("/location/removals/<int:number>")
def removal(number: int) -> Response:
    """Show how far a deletion of places is, system by system."""
    row = service.load(me().subject_id, number)
    parts = service.parts(row)
    return show(
        "location/removal.html",
        "location/_removal.html",
        said=_("Everything is deleted.") if row.done_at else "",
        removal=row,
        rows=[_row(row, part) for part in parts],
        every=0 if row.done_at else 20 if row.attempts else 2,
    )


def _all() -> Response:
    if "sure" in request.form:
        return _under_way(service.remove_all(me().subject_id))
    count, silent = service.count(me().subject_id, service.days(None, None))
    places = here().plural("%(num)s place", "%(num)s places", count)
    said = _("All your history goes: %(places)s. Places from before now are never taken in again.", places=places)
    return _check(said, count, silent, {"all": "yes"})


def _check(
    said: str, count: int, silent: list[Text], kept: dict[str, str], action: str = "/location/delete"
) -> Response:
    names, closed = titles(silent), [] if "place" in kept else titles(service.closed(me().subject_id))
    return show("location/check.html", goes=said, count=count, silent=names, closed=closed, action=action, kept=kept)


def _under_way(number: int) -> Response:
    return away(f"/location/removals/{number}")


def _row(removal: Removal, part: RemovalPart) -> tuple[str, str, str, str]:
    """Return a system's name, what happened there, and that in a word with its tone."""
    words = here()
    known = {source.id: source.title.in_(words.language) for source in registry.active().connected()}
    title, asked = known.get(part.source, part.title), when(words, removal.asked_at)
    if part.done_at:
        found = words.plural("%(num)s place deleted", "%(num)s places deleted", part.found or 0)
        at = when(words, part.done_at)
        hint = _("%(found)s. Asked at %(asked)s, done at %(at)s.", found=found, asked=asked, at=at)
        return title, hint, _("Deleted"), "on"
    if removal.attempts:
        hint = _("Asked at %(asked)s. It does not answer at the moment, and we keep trying.", asked=asked)
        return title, hint, _("Not answering"), "wrong"
    return title, _("Asked at %(asked)s.", asked=asked), _("Not yet"), "soon"
