"""Appeals: of the holder, at the address in the mail about the decision, and of the reporter, at that of their case."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from portal.cases import deadlines
from portal.cases.models import Case
from portal.cases.service.thread import NothingSaid
from portal.children.forms.following import AppealForm
from portal.children.models import Ruling
from portal.children.service import appeals, carrying, following, outcome, reporting, rulings
from portal.children.service.outcome import Told
from portal.children.views.following import path_of
from portal.children.views.room import room
from portal.consents.words import local
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.htmx import away, show
from portal.web.words import _

navigation.left_out(room, "decision", "appeal")


@room.route("/children/decisions/<string:number>/<string:secret>", methods=["GET", "POST"])
@open_to_all
def decision(number: str, secret: str) -> Response:
    """Say to the holder of an account what was decided, in words for a child, and take an appeal without papers."""
    row, form = appeals.by_secret(number, secret), AppealForm()
    if form.validate_on_submit():
        try:
            appeals.by_holder(row, str(form.words.data or ""))
            return away(urlsplit(carrying.url(row)).path)
        except NothingSaid as problem:
            form.words.errors = [_(problem.say, **problem.facts) + " " + _(problem.then)]
    return show("children/decision.html", form=form, row=row, status=422 if form.errors else 200, **_of_holder(row))


@room.route("/children/cases/<string:reference>/<string:secret>/appeal", methods=["GET", "POST"])
@open_to_all
def appeal(reference: str, secret: str) -> Response:
    """Take an appeal of a reporter; it is the same page whatever was decided."""
    case, form = following.by_secret(reference, secret), AppealForm()
    told = _told(case)
    if form.validate_on_submit():
        try:
            appeals.by_reporter(case, str(form.words.data or ""))
            return away(path_of(case) + "/appeal")
        except NothingSaid as problem:
            form.words.errors = [_(problem.say, **problem.facts) + " " + _(problem.then)]
    hashed = reporting.of_case(case).reporter_hash
    made = appeals.of_ruling(rulings.decided(case)[0], appeals.REPORTER, hashed)
    known: dict[str, Any] = {"case": case, "url": path_of(case), "told": told, "made": made}
    over = clock.today() > told.appeal_until
    return show("children/appeal.html", form=form, over=over, status=422 if form.errors else 200, **known)


def _told(case: Case) -> Told:
    told = outcome.of(case)
    if told is None or not rulings.decided(case):
        raise NotFound
    return told


def _of_holder(row: Ruling) -> dict[str, Any]:
    until: date = row.appeal_until
    made = appeals.of_ruling(row, appeals.HOLDER)
    answered = made.decided_at if made and made.state == appeals.UPHELD else None
    return {
        "url": urlsplit(carrying.url(row)).path,
        "made": made,
        "lasts": carrying.lasts_until(row, clock.day_of(answered)) if answered else until,
        "over": clock.today() > until,
        "certificate": urlsplit(carrying.certificate_of(row)).path,
        "blocked_until": carrying.blocked_until(row) if row.outcome == rulings.DELETE else None,
        "authority": local(dict(deadlines.authority(row.case.country).name)),
    }
