"""What systems keep of where somebody was: by week, and how long. It is asked for live, so the page brings it later."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.location import service
from portal.location.service import Overview
from portal.location.views.room import room, titles
from portal.location.words import PHONE
from portal.web.guards import me
from portal.web.htmx import alone, away, show
from portal.web.plots import Bar, bars
from portal.web.words import _, here


@room.get("/location/history")
def history() -> Response:
    """Show how many places there are, week by week, and how long they are kept."""
    return _show("")


@room.post("/location/keep")
def keep() -> Response:
    """Set how long places are kept, or undo that until the night."""
    if "undo" in request.form:
        service.undo(me().subject_id, here().language)
        said = _("Undone. What you had chosen before holds again.")
    else:
        service.keep(me().subject_id, request.form.get("keep", ""), here().language)
        said = _("Saved.")
    consents.look_anew(me())
    return _show(said) if alone() else away("/location/history")


class Option(NamedTuple):
    """One length of time to choose."""

    value: str
    says: str
    chosen: bool


def _show(said: str) -> Response:
    overview, chosen = service.overview(me().subject_id), service.chosen(consents.present(me()))
    row = service.keeping_of(me().subject_id)
    return show(
        "location/history.html",
        "location/_history.html",
        said=said,
        overview=overview,
        phones=[_phone(overview, place) for place in range(len(overview.phones))],
        silent=titles(overview.silent),
        closed=titles(overview.closed),
        plot=_plot(overview),
        recent=sum(count for _week, count in overview.weeks),
        options=[Option(state, _option(state, overview.older[state]), state == chosen) for state in overview.older],
        going=overview.older.get(chosen, 0),
        night=row.due_at if row else None,
        undo=bool(row and row.before),
        before=_length(row.before) if row and row.before else "",
        removals=service.under_way(me().subject_id),
    )


def _phone(overview: Overview, place: int) -> str:
    phone, words = overview.phones[place], here()
    facts = {"app": phone.app.in_(words.language), "state": _(PHONE.get(phone.reported.state, phone.reported.state))}
    if phone.reported.at is None:
        return _("%(app)s was told “%(state)s” by it.", **facts)
    return _("On %(day)s it told %(app)s “%(state)s”.", day=words.day(phone.reported.at), **facts)


def _plot(overview: Overview) -> Markup:
    words, weeks = here(), overview.weeks
    monday, most = max(weeks, key=lambda week: week[1])
    title = _(
        "Places by week since %(first)s. Most were in the week of %(day)s: %(most)s.",
        first=words.day(weeks[0][0]),
        day=words.day(monday),
        most=words.number(most),
    )
    return bars(title, [Bar(count, words.short_day(day)) for day, count in weeks], words.number(most))


def _option(state: str, older: int) -> str:
    """Return a length of time, and how many places go when it is chosen."""
    if not older:
        return _length(state)
    goes = here().plural("%(num)s place goes", "%(num)s places go", older)
    return _("%(length)s (%(goes)s)", length=_length(state), goes=goes)


def _length(state: str) -> str:
    return (
        here().plural("%(num)s month", "%(num)s months", int(state)) if state.isdecimal() else _("Until I delete them")
    )
