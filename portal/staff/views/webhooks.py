"""Who listens for changes: what each was told, what it answered, and what waits for it."""

from __future__ import annotations

from datetime import datetime, time
from typing import NamedTuple

from flask import url_for
from werkzeug.wrappers import Response

from portal.accounts.staff.sessions import actor
from portal.hooks.models import DELIVERED, DISABLED, ENDED, GIVEN_UP, NOBODY, ON, OVERTAKEN, PAUSED, WAITING, Figures
from portal.hooks.models import HookEndpoint as Endpoint
from portal.hooks.models import HookMessage as Message
from portal.hooks.service import endpoints
from portal.kernel.problems import N_
from portal.sources import registry
from portal.staff.forms.webhooks import SinceForm
from portal.staff.views.door import room
from portal.web import navigation, numbers
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

PAGE = "/staff/webhooks"
STATES = {ON: N_("Listens"), PAUSED: N_("Paused"), DISABLED: N_("Does not answer"), ENDED: N_("Ended")}
OUTCOMES = {
    WAITING: N_("Waits"),
    DELIVERED: N_("Heard"),
    GIVEN_UP: N_("Given up"),
    OVERTAKEN: N_("Overtaken by a later one"),
    NOBODY: N_("Nobody there"),
}
TONES = {DELIVERED: "on", GIVEN_UP: "wrong", WAITING: "soon"}

navigation.desk(room, "webhooks_page", N_("Webhooks"), order=42, covers=("webhook_page",))
navigation.left_out(room, "test_webhook", "pause_webhook", "resume_webhook", "webhook_since", "webhook_again")


class Line(NamedTuple):
    """One endpoint: how it stands in a word with its tone, the system it speaks for, and what waits for it."""

    endpoint: Endpoint
    system: str
    says: str
    tone: str
    waiting: str
    figures: Figures


@room.get(PAGE)
@staff("admin", "approver", "staff")
def webhooks_page() -> Response:
    """List the endpoints."""
    standings = endpoints.standings()
    lines = [_line(one, standings.get(one.id, Figures())) for one in endpoints.everything()]
    return show("staff/webhooks.html", lines=lines)


@room.get(f"{PAGE}/<int:number>")
@staff("admin", "approver", "staff")
def webhook_page(number: int) -> Response:
    """Show one endpoint with what it was told, the newest first."""
    return _show(number, SinceForm())


@room.post(f"{PAGE}/<int:number>/test")
@staff("admin")
def test_webhook(number: int) -> Response:
    """Send a test event."""
    endpoints.test(number, actor(crew().number))
    return _back(number)


@room.post(f"{PAGE}/<int:number>/pause")
@staff("admin")
def pause_webhook(number: int) -> Response:
    """Tell it nothing until it is resumed."""
    endpoints.pause(number, actor(crew().number))
    return _back(number)


@room.post(f"{PAGE}/<int:number>/resume")
@staff("admin")
def resume_webhook(number: int) -> Response:
    """Go on, with all that waits."""
    endpoints.resume(number, actor(crew().number))
    return _back(number)


@room.post(f"{PAGE}/<int:number>/again")
@staff("admin")
def webhook_since(number: int) -> Response:
    """Send everything since a day again."""
    form = SinceForm()
    if not form.validate_on_submit():
        return _show(number, form)
    since = datetime.combine(form.since.day or here().today(), time(), here().zone)
    endpoints.send_again_since(number, since, actor(crew().number))
    return _back(number)


@room.post(f"{PAGE}/<int:number>/messages/<int:message>/again")
@staff("admin")
def webhook_again(number: int, message: int) -> Response:
    """Send one message again."""
    endpoints.send_again(number, message, actor(crew().number))
    return _back(number)


def _back(number: int) -> Response:
    return away(url_for("staff.webhook_page", number=number))


def _show(number: int, form: SinceForm) -> Response:
    found, before = endpoints.load(number), numbers.asked("before") or 0
    told = endpoints.messages(number, before)
    page = told[: endpoints.PAGE]
    older = f"{PAGE}/{number}?before={page[-1].id}" if len(told) > endpoints.PAGE else ""
    return show(
        "staff/webhook.html",
        line=_line(found, endpoints.standings().get(found.id, Figures())),
        form=form,
        messages=page,
        answers={one.id: _answer(one) for one in page},
        outcomes=OUTCOMES,
        tones=TONES,
        older=older,
        may_act=crew().role == "admin",
        is_on=found.state == ON,
        status=422 if form.errors else 200,
    )


def _line(one: Endpoint, figures: Figures) -> Line:
    known = {system.id: system.title.in_(here().language) for system in registry.active().connected()}
    system = known.get(one.source, one.source) if one.source else _("All systems")
    fails = one.state == ON and one.failing_since is not None
    says = _("Does not answer") if fails else _(STATES[one.state])
    tone = {ON: "soon" if fails else "on", PAUSED: "soon"}.get(one.state, "wrong")
    return Line(one, system, says, tone, _waiting(figures), figures)


def _waiting(figures: Figures) -> str:
    if figures.oldest is None:
        return _("Nothing waits.")
    count = here().plural("%(num)s message", "%(num)s messages", figures.waiting)
    return _("Waiting: %(messages)s, the oldest since %(at)s.", messages=count, at=here().moment(figures.oldest))


def _answer(one: Message) -> str:
    """Return what was answered last and how quickly, "" where nothing was sent yet."""
    if one.tried_at is None:
        return ""
    answered = str(one.status) if one.status else one.trouble
    return _("%(answer)s after %(took)s ms", answer=answered, took=one.took)
