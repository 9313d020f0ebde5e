"""A new e-mail or phone: asked for, proven by a code, then on its way into every system."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.accounts import proving
from portal.accounts.addresses import WrongCode
from portal.details import service
from portal.details.forms import ValueForm, value_form
from portal.details.service import PROOF, Detail
from portal.details.views.cards import card
from portal.details.views.room import room
from portal.kernel.problems import Problem, TooManyTries
from portal.security.forms import ProofForm
from portal.web.guards import me, recently_confirmed
from portal.web.htmx import away, show
from portal.web.words import _, here


@room.route("/details/<string:detail>/new", methods=["GET", "POST"])
@recently_confirmed
def move(detail: str) -> Response:
    """Ask for a new address, then send a code to it; one that was proven before is written at once."""
    found = service.one(me().subject_id, detail)
    if found.way != PROOF:
        return away(f"/details/{detail}")
    form = value_form(ValueForm, found.kind, found.name)
    if request.method == "POST" and form.validate():
        try:
            return _ask(found, str(form.value.data))
        except TooManyTries:
            raise
        except Problem as problem:
            form.value.errors = [f"{_(problem.say)} {_(problem.then)}"]
    proven = service.proven(_account(), found)
    status = 422 if form.errors else 200
    return show("details/move.html", card=card(found, in_full=True), form=form, proven=proven, status=status)


def _ask(found: Detail, typed: str) -> Response:
    number = service.ask(_account(), found, typed, here().language)
    if number is not None:
        return away(f"/details/{found.name}/code/{number}")
    row = service.use_proven(_account(), me().subject_id, found, typed, here().language)
    return away(f"/details/corrections/{row.id}")


@room.route("/details/<string:detail>/code/<int:number>", methods=["GET", "POST"])
@recently_confirmed
def move_code(detail: str, number: int) -> Response:
    """Ask for the code that was sent to the new address; with it the address counts."""
    found, proof, form = service.one(me().subject_id, detail), proving.pending(_account(), number), ProofForm()
    if form.validate_on_submit():
        try:
            row = service.prove(_account(), me().subject_id, found, number, str(form.code.data), here().language)
        except WrongCode as problem:
            form.code.errors = [_(problem.say)]
        else:
            return away(f"/details/corrections/{row.id}")
    status = 422 if form.errors else 200
    return show("details/move_code.html", card=card(found, in_full=True), form=form, sent=proof, status=status)


def _account() -> int:
    return me().account_id or 0  # the guard lets only signed-in people in
