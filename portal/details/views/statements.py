"""What a person wants said beside their data."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.details import service
from portal.details.forms import StatementForm
from portal.details.service import WrongStatement
from portal.details.views.room import room
from portal.web.guards import me
from portal.web.htmx import away, show
from portal.web.words import _


@room.route("/details/statement", methods=["GET", "POST"])
def statement() -> Response:
    """Ask for a statement and keep it."""
    form = StatementForm()
    if request.method == "POST" and form.validate():
        try:
            service.add_statement(me().subject_id, str(form.text.data))
        except WrongStatement as problem:
            form.text.errors = [_(problem.say)]
        else:
            return away("/details#statements")
    status = 422 if form.errors else 200
    return show("details/statement.html", form=form, status=status)


@room.post("/details/statement/<int:number>/drop")
def drop_statement(number: int) -> Response:
    """Take a statement away."""
    service.drop_statement(me().subject_id, number)
    return away("/details#statements")
