"""Looks at the data of a person: a page that shows some asks for a reason first, and an admin may hold one back."""

from __future__ import annotations

from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from portal.accounts.staff import looks, members
from portal.kernel import clock, tokens
from portal.kernel.problems import N_, NotFound
from portal.staff.forms.looking import EmbargoForm, ReasonForm
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.guards import crew, page, staff
from portal.web.htmx import alone, away, show
from portal.web.words import _

PAGE = "/staff/looks"

navigation.desk(room, "looks_page", N_("Looks"), order=navigation.HOUSEKEEPING + 5, covers=("embargo",))
navigation.left_out(room, "give_reason", "lift_embargo")


def at(subject_id: int, about: str = "", reason: str = "") -> Response | None:
    """Log that this member looks at the data of a person, once for each request and 30 minutes; None: go on.

    Call it before anything of the person is read, in every view that shows some:

        if (ask := looking.at(case.subject_id, case.reference, "answering")) is not None:
            return ask

    With a `reason` of looks.REASONS it is logged without a question, as on the page of a request. Without one the page
    that asks for it is returned, and leads back here. `about` is the request's reference or the name of the page.
    """
    if looks.has_reason(crew(), subject_id, about):
        return None
    if reason:
        looks.looked(crew(), subject_id, reason, about=about)
        return None
    if alone():
        return away(page())  # the whole page asks, not a card of it
    return _ask(_form(subject_id, about, page()))


@room.post(f"{PAGE}/reason")
@staff("admin", "approver", "staff")
def give_reason() -> Response:
    """Log the look for a reason, and go on to what was wanted."""
    form = ReasonForm()
    sealed = (form.subject.data or "", form.about.data or "", form.onward.data or "")
    if not tokens.same(form.seal.data or "", _seal(*sealed)):
        raise NotFound
    if not form.validate_on_submit():
        return _ask(form)
    subject, about, onward = sealed
    looks.looked(crew(), int(subject), str(form.reason.data), form.words.data, about)
    return away(onward)


@room.get(PAGE)
@staff("admin")
def looks_page() -> Response:
    """List the newest looks, and what is held back now."""
    held = {one.event: one for one in looks.embargoes()}
    facts: dict[str, Any] = {
        "looks": looks.recent(),
        "held": held,
        "held_looks": looks.of_events(list(held)),
        "reasons": looks.SAID,
    }
    names = {member.id: member.name for member in members.everybody()}
    return show("staff/looks.html", names=names, **facts)


@room.route(f"{PAGE}/<int:event>/embargo", methods=["GET", "POST"])
@staff("admin", fresh=True)
def embargo(event: int) -> Response:
    """Ask until when a look is held back and why."""
    look, form = looks.of_event(event), EmbargoForm()
    if form.validate_on_submit() and form.until.day:
        try:
            looks.embargo(crew().number, event, clock.beginning(form.until.day), form.words.data)
        except looks.NoReason:
            form.words.errors = [_("Say why it is held back.")]
        except looks.NotLater as problem:
            form.until.errors = [said(problem)]
        else:
            return away(PAGE)
    return show("staff/embargo.html", form=form, look=look, reasons=looks.SAID, status=422 if form.errors else 200)


@room.post(f"{PAGE}/<int:event>/show")
@staff("admin", fresh=True)
def lift_embargo(event: int) -> Response:
    """Show a look to its person from now on."""
    looks.lift(crew().number, event)
    return away(PAGE)


def _form(subject_id: int, about: str, onward: str) -> ReasonForm:
    sealed = (str(subject_id), about, onward)
    form = ReasonForm(formdata=None, subject=sealed[0], about=about, onward=onward)
    form.seal.data = _seal(*sealed)
    return form


def _ask(form: ReasonForm) -> Response:
    where = url_for("staff.give_reason")
    return show("staff/reason.html", form=form, where=where, status=422 if form.errors else 200)


def _seal(*sealed: str) -> str:
    """Return what shows that this page of ours asked: nobody else's log can be written into by changing a field."""
    return tokens.derived("look", crew().token, *sealed)
