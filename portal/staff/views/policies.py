"""Policies: drafts in every language, and publishing in two steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from portal import config
from portal.kernel import clock
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.policies import service
from portal.staff.forms.publishing import DraftForm, PolicyForm, ScheduleForm
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.fields import read_day
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here, name_of

STATES = {
    "draft": N_("Draft"),
    "scheduled": N_("Scheduled"),
    "in_force": N_("In force"),
    "retired": N_("Retired"),
    "withdrawn": N_("Withdrawn"),
}
TONES = {"draft": "soon", "scheduled": "soon", "in_force": "on"}
navigation.desk(
    room,
    "policies_page",
    N_("Policies"),
    order=52,
    covers=("new_policy", "policy_page", "policy_text", "policy_preview", "schedule_policy", "end_policy"),
)
navigation.left_out(room, "publish_policy")


@room.get("/staff/policies")
@staff("admin", "approver", "staff")
def policies_page() -> Response:
    """List every version of every document."""
    known = service.drafts()
    by_document = [
        (name, _(service.TITLES[name]), [v for v in known if v.document == name]) for name in service.DOCUMENTS
    ]
    return show("staff/policies/list.html", documents=by_document, state_of=_state, tones=TONES, states=STATES)


@room.route("/staff/policies/new", methods=["GET", "POST"])
@staff("admin")
def new_policy() -> Response:
    """Begin a draft with the texts in force."""
    form = PolicyForm()
    if form.validate_on_submit():
        try:
            made = service.create(str(form.document.data), form.kind.data == "minor", crew().number)
        except NotNow:
            form.document.errors = [_("There is a draft of it already. Finish that one, or throw it away.")]
        else:
            return away(url_for("staff.policy_page", number=made.id))
    return show("staff/policies/new.html", form=form, status=422 if form.errors else 200)


@room.get("/staff/policies/<int:number>")
@staff("admin", "approver", "staff")
def policy_page(number: int) -> Response:
    """Show a version: its languages, how far people were told, what they answered, and what can be done with it."""
    found = service.draft(number)
    version = found.version
    return show(
        "staff/policies/version.html",
        **_named(found),
        missing=service.missing(found),
        languages=[(code, name_of(code), found.texts.get(code)) for code in config.site().languages],
        counts=service.counts([version]).get(number, {}),
        titles=dict(ScheduleForm().abouts()),
        can_withdraw=version.state == "scheduled" and version.begins > clock.today(),
        can_retire=version.state == "in_force" and version.document != service.NOTICE,
    )


@room.route("/staff/policies/<int:number>/text/<string:code>", methods=["GET", "POST"])
@staff("admin")
def policy_text(number: int, code: str) -> Response:
    """Write a draft in one language."""
    found = service.draft(number)
    if code not in config.site().languages or not found.editable:
        raise NotFound
    there = found.texts.get(code)
    form = DraftForm(data={"summary": there.summary, "text": there.text, "seen": there.sha256} if there else {})
    if form.validate_on_submit():
        try:
            typed = str(form.summary.data), str(form.text.data), str(form.seen.data or "")
            service.write(number, code, *typed, crew().number)
        except service.Changed as problem:
            form.text.errors = [said(problem)]
        else:
            return away(url_for("staff.policy_preview", number=number, code=code))
    status = 422 if form.errors else 200
    return show("staff/policies/text.html", **_named(found), form=form, written_in=name_of(code), status=status)


@room.get("/staff/policies/<int:number>/preview/<string:code>")
@staff("admin", "approver", "staff")
def policy_preview(number: int, code: str) -> Response:
    """Show a version as people will read it."""
    found = service.draft(number)
    if code not in found.texts:
        raise NotFound
    text = found.texts[code]
    sections = service.sections(text.text)
    return show(
        "staff/policies/preview.html",
        **_named(found),
        text=text,
        code=code,
        written_in=name_of(code),
        sections=sections,
    )


@room.route("/staff/policies/<int:number>/schedule", methods=["GET", "POST"])
@staff("admin", fresh=True)
def schedule_policy(number: int) -> Response:
    """Ask from when a draft holds and what it changes; then show what will happen, and do nothing yet."""
    found = service.draft(number)
    if not found.editable:
        raise NotNow
    form, first = ScheduleForm(), service.earliest(found.version)
    form.lay(request.form.getlist("changes"))
    if form.validate_on_submit() and form.since.day:
        problem = _problem(found, form.since.day, first)
        if problem is None:
            return show(
                "staff/policies/check.html",
                **_named(found),
                since=form.since.day,
                changes=form.wanted,
                titles=dict(form.abouts()),
                audience=0 if found.version.minor else service.audience(),
                held=service.number_of(found.version.document),
            )
        form.since.errors = [_filled(problem)]
    status = 422 if form.errors else 200
    return show("staff/policies/schedule.html", **_named(found), form=form, first=first, status=status)


@room.post("/staff/policies/<int:number>/publish")
@staff("admin", fresh=True)
def publish_policy(number: int) -> Response:
    """Publish a draft as the check page said."""
    since = read_day(request.form.get("since"))
    if since is None:
        raise NotFound
    service.schedule(number, since, request.form.getlist("changes"), crew().number)
    return away(url_for("staff.policy_page", number=number))


@room.route("/staff/policies/<int:number>/end/<string:act>", methods=["GET", "POST"])
@staff("admin", fresh=True)
def end_policy(number: int, act: str) -> Response:
    """Say what throwing away, withdrawing or retiring does; done is it by the button on that page."""
    acts = {"drop": service.drop, "withdraw": service.withdraw, "retire": service.retire}
    found = service.draft(number)
    if act not in acts:
        raise NotFound
    if request.method == "POST":
        acts[act](number, crew().number)
        return away(url_for("staff.policies_page") if act == "drop" else url_for("staff.policy_page", number=number))
    return show("staff/policies/end.html", **_named(found), act=act)


def _problem(found: service.Draft, since: date, first: date) -> Problem | None:
    if lacking := service.missing(found):
        return service.Unfinished(language=name_of(lacking[0]))
    return service.TooSoon(day=first) if since < first else None


def _filled(problem: Problem) -> str:
    facts = {name: here().day(value) if isinstance(value, date) else value for name, value in problem.facts.items()}
    return _(problem.say, **facts) + " " + _(problem.then)


def _state(version: service.PolicyVersion) -> str:
    """Return the state as staff read it: one that was withdrawn was never in force."""
    return "withdrawn" if version.is_withdrawn else str(version.state)


def _named(found: service.Draft) -> dict[str, Any]:
    version = found.version
    title = _("%(title)s, version %(version)s", title=_(service.TITLES[version.document]), version=version.version)
    return {"version": version, "title": title, "state": _state(version), "states": STATES, "tones": TONES}
