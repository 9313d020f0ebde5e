"""Figures of a year, the record of processing activities, and the file of one case for the authority."""

from __future__ import annotations

import json

from flask import Response as Download
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.cases.kinds import KINDS
from portal.cases.service import casefile, figures
from portal.download.about import processing_record
from portal.kernel.problems import N_
from portal.sources import registry
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import show
from portal.web.plots import Bar, bars
from portal.web.site import site
from portal.web.words import _, here

navigation.desk(room, "figures_page", N_("Figures"), order=60, covers=("record",))
navigation.left_out(room, "figures_csv", "record_json", "case_file", "case_file_json")


@room.get("/staff/figures")
@staff("admin", "approver", "staff")
def figures_page() -> Response:
    """Show what arrived, what was completed and refused, and how long it took."""
    counted = figures.figures()
    return show("staff/figures.html", counted=counted, kinds=KINDS, plot=plot(counted), public=site().public_figures)


@room.get("/staff/figures.csv")
@staff("admin", "approver", "staff")
def figures_csv() -> Response:
    """Hand the figures out as CSV."""
    return _file(figures.as_csv(figures.figures()), "text/csv; charset=utf-8", "requests.csv")


@room.get("/staff/processing-record")
@staff("admin", "approver")
def record() -> Response:
    """Show the record of processing activities."""
    return show("staff/record.html", record=_record())


@room.get("/staff/processing-record.json")
@staff("admin", "approver")
def record_json() -> Response:
    """Hand it out as JSON."""
    return _json(_record(), "processing-record.json")


@room.get("/staff/requests/<string:reference>/file")
@staff("admin", "approver")
def case_file(reference: str) -> Response:
    """Show the file of a case, to be printed for the authority."""
    return show("staff/file.html", file=casefile.case_file(reference, crew().number, here()), reference=reference)


@room.get("/staff/requests/<string:reference>/file.json")
@staff("admin", "approver")
def case_file_json(reference: str) -> Response:
    """Hand it out as JSON."""
    return _json(casefile.case_file(reference, crew().number, here()), f"{reference}.json")


def plot(counted: figures.Figures) -> Markup:
    """Draw how many requests arrived in each month."""
    words, months = here(), counted.months
    most = max(months, key=lambda month: month.received)
    title = _(
        "Requests received by month since %(first)s. Most were in the month of %(day)s: %(most)s.",
        first=words.day(months[0].first),
        day=words.day(most.first),
        most=words.number(most.received),
    )
    drawn = [Bar(month.received, words.short_day(month.first)) for month in months]
    return bars(title, drawn, words.number(most.received))


def _record() -> dict[str, object]:
    return processing_record(site(), registry.active().all(), here())


def _json(document: object, name: str) -> Response:
    return _file(json.dumps(document, ensure_ascii=False, indent=1), "application/json", name)


def _file(text: str, kind: str, name: str) -> Response:
    return Download(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
