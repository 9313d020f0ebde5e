"""Showing who asks, without an account: a code, two facts, in person, or by way of all addresses on file (RULES R2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.accounts.masks import mask
from portal.cases import service
from portal.cases.forms.requests import LostForm, answered, facts_form
from portal.cases.kinds import kind
from portal.cases.models import Case
from portal.cases.service import attempts, codes, facts, identity, on_file
from portal.cases.views.following import mailed_page
from portal.cases.views.room import room
from portal.cases.views.showing import ways
from portal.kernel.problems import NotFound, Problem, TooManyTries
from portal.web.fields import CodeForm, Form
from portal.web.guards import open_to_all
from portal.web.htmx import away, show
from portal.web.words import _, here


@room.route("/requests/<string:reference>/<string:secret>/prove/<string:way>", methods=["GET", "POST"])
@open_to_all
def prove(reference: str, secret: str, way: str) -> Response:
    """Show one way of showing who asks, and take it; opening the page alone changes nothing."""
    case = service.by_secret(reference, secret)
    page = mailed_page(case, secret)
    if case.state != "open" or not identity.missing(case) or kind(case.kind).other:
        return away(page)
    if way not in {one.id for one in ways(case)}:
        raise NotFound
    return _WAYS[way](case, page)


def _code(case: Case, page: str) -> Response:
    form = CodeForm()
    if request.method == "POST" and "send" in request.form:
        codes.send(case)
        return away(f"{page}/prove/code")
    if form.validate_on_submit() and _tried(lambda: codes.enter(case, form.code.data), form.code):
        return away(page)
    known = {"sent": codes.pending(case), "shown": mask("email", case.contact)}
    return _show("code", page, form, **known)


def _facts(case: Case, page: str) -> Response:
    questions = facts.offered()
    names = [one.name for one in questions]
    form = facts_form([(one.name, one.fact.title.in_(here().language), one.fact.kind) for one in questions])
    if form.validate_on_submit() and _tried(
        lambda: on_file.give_facts(case, form["address"].data, answered(form, names)), form["address"]
    ):
        return away(f"{page}/prove/facts")
    fields = [field for field in form if field.name.startswith("fact_")]
    return _show("facts", page, form, fields=fields, last=attempts.newest(case, attempts.FACTS))


def _in_person(case: Case, page: str) -> Response:
    return _show("in_person", page, None, number=identity.number(case), days=identity.COOLING.days)


def _lost_mailbox(case: Case, page: str) -> Response:
    form, last = LostForm(), attempts.newest(case, attempts.LOST)
    if (
        last is None
        and form.validate_on_submit()
        and _tried(lambda: on_file.lose_mailbox(case, form.email.data), form.email)
    ):
        return away(f"{page}/prove/lost-mailbox")
    on = attempts.counts_on(last) if last else None
    return _show("lost_mailbox", page, form, last=last, on=on, days=identity.COOLING.days)


_WAYS: dict[str, Callable[[Case, str], Response]] = {
    "code": _code,
    "facts": _facts,
    "in-person": _in_person,
    "lost-mailbox": _lost_mailbox,
}


def _tried(deed: Callable[[], None], field: Any) -> bool:
    """Do it; a refusal stands beside the field, so that nothing typed is lost. Too many tries are said for the page."""
    try:
        deed()
    except TooManyTries:
        raise
    except Problem as problem:
        field.errors = [_(problem.say) + " " + _(problem.then)]
        return False
    return True


def _show(name: str, url: str, form: Form | None, **known: Any) -> Response:
    more: dict[str, Any] = {"form": form} if form is not None else {}
    status = 422 if form is not None and form.errors else 200
    return show(f"cases/prove_{name}.html", status=status, url=url, **more, **known)
