"""What is kept back: records under a legal hold, and what a copy leaves out because it is about other people."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from portal.cases.models import Case
from portal.cases.service import handling, moving
from portal.download import redaction
from portal.download import service as downloads
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.staff.forms.requests import HoldForm
from portal.staff.views.case import CASE, back, load, reason_first
from portal.staff.views.door import room
from portal.subjects import holdings, holds, readable
from portal.web import navigation
from portal.web.fields import choice
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

navigation.left_out(room, "end_hold", "release_copy")


class Category(NamedTuple):
    """One table of a copy: how many records, whether it is left out; where its records are, how many of them are."""

    place: str
    title: str
    rows: int | None
    withheld: bool
    path: str
    records: int


@room.route(f"{CASE}/holds", methods=["GET", "POST"])
@staff("admin", "approver", fresh=True)
def hold(reference: str) -> Response:
    """Show the legal holds on a person's records, and place one."""
    found, form = load(reference), HoldForm()
    if not found.subject_id:
        raise NotFound
    form.place.choices = [choice("", _("Choose")), *_places()]
    if form.validate_on_submit():
        try:
            source, _dot, table = (form.place.data or "").partition(".")
            until, reason, key = form.until.day or date.min, form.reason.data, form.key.data
            holds.place(found.subject_id, found.reference, (source, table), until, reason, crew().number, key)
        except holds.BadHold as problem:
            form.until.errors = [_(problem.say)]
        except NotFound:
            form.place.errors = [_("Choose one of the answers.")]
        else:
            moving.note(found, "hold placed", f"staff:{crew().number}", internal=True)
            return back(found, "#kept")
    titles = dict((one.value, one.label) for one in _places())
    rows = [(one, titles.get(f"{one.source}.{one.table}", one.table)) for one in holds.of_subject(found.subject_id)]
    names = handling.members()
    return show(
        "staff/case/holds.html", case=found, form=form, holds=rows, names=names, status=422 if form.errors else 200
    )


@room.post(f"{CASE}/holds/<int:number>/end")
@staff("admin", "approver", fresh=True)
def end_hold(reference: str, number: int) -> Response:
    """End a hold on this person's records before its day."""
    found = load(reference)
    if not found.subject_id or number not in [one.id for one in holds.of_subject(found.subject_id)]:
        raise NotFound
    holds.end(number, crew().number)
    moving.note(found, "hold ended", f"staff:{crew().number}", internal=True)
    return back(found, "#handling")


@room.route(f"{CASE}/copy", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def prepare_copy(reference: str) -> Response:
    """Show what a copy would hold, and say what is left out of it because it is about other people."""
    found = _to_release(reference)
    if asked := reason_first(found):
        return asked
    if request.method == "POST":
        downloads.prepare(found, request.form.getlist("withheld"), crew().number)
        return back(found, "#copy")
    return show("staff/case/copy.html", case=found, me=crew().number, names=handling.members(), **_summary(found))


@room.route(f"{CASE}/copy/<string:source>/<string:table>", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def copy_records(reference: str, source: str, table: str) -> Response:
    """Show the records of a table, and say which of them are left out of the copy."""
    found = _to_release(reference)
    if asked := reason_first(found):
        return asked
    if request.method == "POST":
        shown, chosen = request.form.getlist("shown"), request.form.getlist("withheld")
        downloads.withhold_records(found, (source, table), shown, chosen, crew().number)
        onward = request.form.get("after", "")[:400]
        place = url_for("staff.copy_records", reference=found.reference, source=source, table=table)
        return away(f"{place}?after={quote(onward)}") if onward else back(found, "/copy")
    return show("staff/case/copy_records.html", case=found, **_records(found, source, table))


@room.post(f"{CASE}/copy/release")
@staff("admin", "approver", fresh=True)
def release_copy(reference: str) -> Response:
    """Let a copy be made that a colleague has prepared."""
    found = load(reference)
    downloads.release(found, request.form.get("prepared", ""), crew().number)
    return back(found, "#copy")


def _to_release(reference: str) -> Case:
    """Return a request for a copy that two of the staff look through; NotFound for any other."""
    found = load(reference)
    if not found.subject_id or not downloads.needs_release(found):
        raise NotFound
    return found


def _records(found: Case, source_id: str, table_name: str) -> dict[str, Any]:
    """Return a page of records, each with its mark and whether it is left out."""
    page = holdings.rows(found.subject_id, source_id, table_name, request.args.get("after", "")[:400])
    source = registry.active().get(source_id)
    table, release = source.manifest.tables[table_name], downloads.release_of(found)
    left = set((release.records if release else {}).get(source_id, {}).get(table_name, ()))
    marks = [redaction.marks(source_id, table, row) for row in page.rows]
    known = [(next((one for one in each if one in left), each[0]), not left.isdisjoint(each)) for each in marks]
    told = readable.facts_of(page, source, table_name, here(), in_full=False)
    records = [(mark, out, record) for (mark, out), record in zip(known, told["records"], strict=True)]
    return {**told, "release": release, "records": records}


def _summary(found: Case) -> dict[str, Any]:
    release = downloads.release_of(found)
    left, single = (release.withheld, release.records) if release else ({}, {})
    systems = []
    for offer in downloads.offers(found.subject_id):
        tables = [
            Category(
                f"{offer.source.id}.{table.name}",
                table.title.in_(here().language),
                None if offer.counts is None else offer.counts.get(table.name, 0),
                table.name in left.get(offer.source.id, ()),
                f"{offer.source.id}/{table.name}",
                len(single.get(offer.source.id, {}).get(table.name, ())),
            )
            for table in offer.tables
        ]
        systems.append((offer.source.title.in_(here().language), tables))
    return {"release": release, "systems": systems}


def _places() -> list[SelectChoice]:
    return [
        choice(f"{source.id}.{table.name}", f"{source.title.in_(here().language)}: {table.title.in_(here().language)}")
        for source in registry.active().connected()
        for table in source.manifest.tables.values()
    ]
