"""Where a company that decides about rows of its own answers a request: a secret address, no account."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.cases.forms.companies import ANSWERS, CompanyForm
from portal.cases.kinds import kind
from portal.cases.models import Routing
from portal.cases.reasons import REASONS
from portal.cases.service import routing
from portal.cases.service.deciding import ReasonMissing
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.htmx import away, show
from portal.web.words import _

room = Blueprint("companies", __name__)
navigation.left_out(room, "answer")


@room.route("/companies/<string:reference>/<string:company>/<string:secret>", methods=["GET", "POST"])
@open_to_all
def answer(reference: str, company: str, secret: str) -> Response:
    """Show what is asked of a company, and take its answer."""
    row = routing.by_secret(reference, company, secret)
    form = CompanyForm(named=bool(row.case.subject_id))
    if row.answered_at is not None or not form.is_submitted():
        return _show(row, form)
    if not form.validate():
        return _show(row, form, 422)
    words = form.words.data if "words" in form else ""
    try:
        routing.reply(row, str(form.answer.data), form.reason.data or "", words or "")
    except ReasonMissing:
        form.reason.errors = [_("Choose a reason, and say it in words, so that the person understands it.")]
        return _show(row, form, 422)
    return away(routing.address(row.case, company))


def _show(row: Routing, form: CompanyForm, status: int = 200) -> Response:
    return show(
        "cases/company.html",
        status=status,
        row=row,
        what=kind(row.case.kind),
        person=routing.about(row),
        form=form,
        outcome=ANSWERS.get(row.answer, ""),
        why=REASONS.get(row.reason, ""),
        late=row.state == routing.SILENT,
    )
