"""How a reporter shows that they are the parent, and what they are shown then; nothing here says who has an account."""

from __future__ import annotations

from urllib.parse import quote

from flask import request
from werkzeug.wrappers import Response

from portal.cases.cleaning import BadFile
from portal.cases.models import Case
from portal.cases.service import evidence as kept
from portal.children.forms.following import ProofForm
from portal.children.models import Ruling
from portal.children.service import following, outcome, parenthood, release, reporting
from portal.children.views.following import path_of
from portal.children.views.room import room
from portal.kernel.problems import NotFound
from portal.sources.base import Page
from portal.subjects.readable import Cell, records
from portal.web import navigation
from portal.web.files import takes_files
from portal.web.guards import CONFIRM, SIGN_IN, is_fresh, me, open_to_all
from portal.web.htmx import away, show
from portal.web.words import _, here

PLACE = "/children/cases/<string:reference>/<string:secret>"
FILES = kept.MOST * kept.LARGEST + 1024 * 1024  # bytes that the form may bring

navigation.left_out(room, "parent", "parent_form", "parent_account", "released")


@room.route(f"{PLACE}/parent", methods=["GET", "POST"])
@open_to_all
def parent(reference: str, secret: str) -> Response:
    """Let a reporter choose how they show that they are the parent: two ways at least, one without camera or paper."""
    case = following.by_secret(reference, secret)
    report = reporting.of_case(case)
    if request.method == "POST":
        method = request.form.get("method", "")
        row = parenthood.ask(case, method)
        more = {"signed_form": "/parent/form", parenthood.OWN_ACCOUNT: "/parent/account"}
        return away(path_of(case) + more.get(row.method, "/parent"))
    checks = [(parenthood.METHODS[one.method], one) for one in parenthood.of_report(report)]
    ways = [(name, parenthood.METHODS[name]) for name in parenthood.offered(report)]
    verified, url = parenthood.is_verified(report), path_of(case)
    return show("children/parent.html", url=url, ways=ways, checks=checks, verified=verified)


@room.route(f"{PLACE}/parent/form", methods=["GET", "POST"])
@takes_files(FILES)
@open_to_all
def parent_form(reference: str, secret: str) -> Response:
    """Take a photo or a scan of a signed form; nothing else is asked for."""
    case, form = following.by_secret(reference, secret), ProofForm()
    if request.method == "POST":
        form.there = parenthood.tried(case, "signed_form")
    if form.is_submitted() and form.validate():
        try:
            parenthood.hand_in(case, "signed_form", form.clean)
        except BadFile as problem:  # others came meanwhile
            form.files.errors = [_(problem.say)]
        else:
            return away(path_of(case) + "/parent")
    url, status = path_of(case) + "/parent", 422 if form.errors else 200
    return show("children/signed_form.html", case=case, form=form, url=url, status=status)


@room.route(f"{PLACE}/parent/account", methods=["GET", "POST"])
@open_to_all
def parent_account(reference: str, secret: str) -> Response:
    """Note that the reporter signed in with the address of the report, and that what we hold shows a grown-up."""
    case, wrong = following.by_secret(reference, secret), ""
    if me().account_id is None or not is_fresh(me()):  # only now: a made-up address is told nothing here
        door = SIGN_IN if me().account_id is None else CONFIRM
        return away(f"{door}?next={quote(path_of(case) + '/parent/account', safe='/')}")
    if request.method == "POST":
        try:
            parenthood.by_own_account(case, me().subject_id)
            return away(path_of(case) + "/parent")
        except parenthood.NoOwnAccount as problem:
            wrong = _(problem.say) + " " + _(problem.then)
    url, status = path_of(case) + "/parent", 422 if wrong else 200
    return show("children/own_account.html", url=url, wrong=wrong, status=status)


@room.get(f"{PLACE}/released/<string:number>")
@open_to_all
def released(reference: str, secret: str, number: str) -> Response:
    """Show a verified parent what two of the staff released, for some days; each look is logged."""
    case = following.by_secret(reference, secret)
    row = _released(case, number)
    parts = [_part(part, page) for part, page in release.shown(row)]
    return show("children/released.html", url=path_of(case), parts=parts, until=row.at + release.SHOWN_FOR)


def _part(part: release.Category, page: Page) -> tuple[str, str, list[list[Cell]]]:
    """Return system, category and records in words."""
    words = here()
    titles = (part.source.title.in_(words.language), part.table.title.in_(words.language))
    return *titles, records(page, part.table, words, in_full=False)


def _released(case: Case, number: str) -> Ruling:
    told = outcome.of(case)
    if told is None or not told.full or number not in map(str, told.released):
        raise NotFound
    found: Ruling = Ruling.get_by_id(int(number))
    return found
