"""Whose data a case is about: found, matched, looked at masked; and what carrying the case out would do."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.accounts.addresses import NotAnAddress, NotAPhone
from portal.cases.models import Case
from portal.cases.service import desk, matching, searching
from portal.deletion import service as deletion
from portal.download import service as downloads
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.sources.base import Identifier
from portal.staff.forms.looking import SearchForm
from portal.staff.views.case import CASE, back, load, reason_first
from portal.staff.views.door import room
from portal.subjects import holdings, readable
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import show
from portal.web.words import _, here

DELETES = ("deletion", "partial_deletion", "deceased")

navigation.left_out(room, "match", "unmatch")


@room.route(f"{CASE}/person", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def look_for(reference: str) -> Response:
    """Look for an address in every system, and show masked what each knows."""
    found, form, answers = load(reference), SearchForm(), list[matching.Answer]()
    if form.validate_on_submit() and (asked := _address(form)):
        answers = matching.look_for(found, asked, crew().number)
    return show(
        "staff/case/look_for.html",
        case=found,
        form=form,
        answers=answers,
        contact=desk.contact(found),
        some=any(answer.found for answer in answers),
        status=422 if form.errors else 200,
    )


@room.post(f"{CASE}/match")
@staff("admin", "approver", "staff", fresh=True)
def match(reference: str) -> Response:
    """Match a case with the holder of an address that some system knows."""
    found = load(reference)
    matching.match(found, searching.address(request.form.get("address", "")), crew().number)
    return back(found, "#person")


@room.post(f"{CASE}/unmatch")
@staff("admin", "approver", "staff", fresh=True)
def unmatch(reference: str) -> Response:
    """Take a match with the wrong person back, with the copy that was prepared of their data."""
    found = load(reference)
    downloads.forget_preparation(found)
    matching.unmatch(found, crew().number)
    return back(found, "#person")


@room.get(f"{CASE}/rehearsal")
@staff("admin", "approver", "staff")
def rehearse(reference: str) -> Response:
    """Show what carrying a case out would do now, from live systems; nothing is changed."""
    found = load(reference)
    subject = _subject(found)
    if asked := reason_first(found):
        return asked
    if found.kind in DELETES:
        return show("staff/case/rehearsal.html", case=found, outlook=deletion.glance(subject), offers=None)
    return show("staff/case/rehearsal.html", case=found, outlook=None, offers=downloads.offers(subject))


@room.get(f"{CASE}/data")
@staff("admin", "approver", "staff")
def case_rows(reference: str) -> Response:
    """Show in which tables of which systems the person's records are."""
    found = load(reference)
    if asked := reason_first(found):
        return asked
    systems = holdings.everywhere(_subject(found))
    return show("staff/case/data.html", case=found, systems=systems)


@room.get(f"{CASE}/data/<string:source>/<string:table>")
@staff("admin", "approver", "staff")
def case_table(reference: str, source: str, table: str) -> Response:
    """Show records, the newest first, with bank accounts and the like masked."""
    found = load(reference)
    return reason_first(found) or _rows(found, source, table, in_full=False)


@room.post(f"{CASE}/data/<string:source>/<string:table>/reveal")
@staff("admin", "approver", "staff", fresh=True)
def case_reveal(reference: str, source: str, table: str) -> Response:
    """Show the same records with nothing masked, and log it (RULES S1)."""
    found = load(reference)
    if asked := reason_first(found):
        return asked
    answer = _rows(found, source, table, in_full=True)
    desk.note_reveal(found, source, table, crew().number)
    return answer


def _rows(found: Case, source_id: str, table_name: str, in_full: bool) -> Response:
    page = holdings.rows(_subject(found), source_id, table_name, request.args.get("after", "")[:400])
    told = readable.facts_of(page, registry.active().get(source_id), table_name, here(), in_full)
    place = f"/staff/requests/{found.reference}/data/{source_id}/{table_name}"
    return show("staff/case/rows.html", **told, case=found, place=place)


def _subject(found: Case) -> int:
    """Return whose data a case is about; NotFound where nobody is matched yet."""
    if not found.subject_id:
        raise NotFound
    return found.subject_id


def _address(form: SearchForm) -> Identifier | None:
    try:
        return searching.address(form.address.data or "")
    except (NotAnAddress, NotAPhone) as problem:
        form.address.errors = [_(problem.say)]
        return None
