"""Sending papers with a request for somebody else: from a session, or by the address that was mailed."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.cases import service
from portal.cases.cleaning import BadFile
from portal.cases.forms.documents import MOST_BYTES, DocumentsForm
from portal.cases.models import Case
from portal.cases.service import documents, evidence
from portal.cases.views.following import mailed_page
from portal.cases.views.room import room
from portal.kernel.problems import NotFound
from portal.web.files import takes_files
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.words import _


@room.route("/requests/<string:reference>/papers", methods=["GET", "POST"])
@takes_files(MOST_BYTES)
def papers(reference: str) -> Response:
    """Take papers of somebody signed in who asks for somebody else."""
    case = service.own(reference, me().subject_id)
    if case.subject_id == me().subject_id:  # whom it is about sees no papers of whoever asks
        raise NotFound
    return _answer(case, url_for("cases.one", reference=case.reference))


@room.route("/requests/<string:reference>/<string:secret>/papers", methods=["GET", "POST"])
@open_to_all
@takes_files(MOST_BYTES)
def papers_by_mail(reference: str, secret: str) -> Response:
    """Take papers of whoever has the mailed address of a request."""
    case = service.by_secret(reference, secret)
    return _answer(case, mailed_page(case, secret))


def _answer(case: Case, page: str) -> Response:
    if not documents.may_send(case):
        raise NotFound
    form = DocumentsForm()
    form.there = evidence.count(case)
    if request.method == "POST" and (number := request.form.get("drop", "")).isdecimal() and len(number) < 10:
        evidence.drop(case, int(number))
        return away(f"{page}/papers")
    if form.is_submitted():
        documents.tried(case)
    if form.validate_on_submit():
        try:
            documents.send(case, form.clean)
        except BadFile as problem:
            form.files.errors = [_(problem.say)]
        else:
            return away(f"{page}/papers")
    status = 422 if form.errors else 200
    return show("cases/papers.html", url=page, form=form, files=evidence.of(case), status=status)
