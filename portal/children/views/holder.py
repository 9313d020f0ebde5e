"""The pages of the holder of an account that is held: from a mail without a proof, and signed in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.cases.service.thread import NothingSaid
from portal.children.forms.following import AnswerForm
from portal.children.models import ChildHold
from portal.children.service import answering, holding
from portal.children.views.room import room
from portal.kernel.problems import NotFound
from portal.web.guards import me, open_to_all, recently_confirmed
from portal.web.htmx import away, show
from portal.web.words import _


@room.route("/children/holds/<string:reference>/<string:secret>", methods=["GET", "POST"])
@open_to_all
def hold(reference: str, secret: str) -> Response:
    """Say what is held, in words for a child, and take an answer; nobody has to show who they are."""
    found = answering.by_secret(reference, secret)
    return _page(found, urlsplit(holding.url(found)).path, signed_in=False)


@room.route("/children/hold", methods=["GET", "POST"])
def own_hold() -> Response:
    """Say to somebody signed in what is held of their account; whoever is grown up by what we hold may lift it."""
    found = holding.of(me().subject_id)
    if found is None:
        return show("children/not_held.html")
    return _page(found, url_for("children.own_hold"), signed_in=True)


@room.post("/children/hold/lift")
@recently_confirmed
def lift() -> Response:
    """Lift a hold alone, after confirming that it is you."""
    with suppress(NotFound):  # lifted a moment ago: the page says so
        holding.lift_alone(me().subject_id)
    return away(url_for("children.own_hold"))


def _page(found: ChildHold, url: str, *, signed_in: bool) -> Response:
    form = AnswerForm()
    if form.is_submitted() and form.validate():
        try:
            answering.answer(found, str(form.kind.data), str(form.body.data or ""))
            return away(url)
        except NothingSaid as problem:
            form.body.errors = [_(problem.say, **problem.facts) + " " + _(problem.then)]
    known: dict[str, Any] = {
        "hold": found,
        "url": url,
        "answers": answering.answers(found),
        "signed_in": signed_in,
        "may_lift": signed_in and bool(holding.signs(found)) and not holding.is_ruled(found.subject_id),
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return show("children/hold.html", form=form, status=status, **known)
