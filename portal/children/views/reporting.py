"""Reporting a child's account: one thing a page, with what was said before carried along in the page (RULES W7)."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, NamedTuple, cast

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.accounts.addresses import WrongCode
from portal.accounts.masks import mask
from portal.accounts.views import network
from portal.cases import legal
from portal.cases.service import codes
from portal.children.forms.reporting import (
    RELATIONS,
    STEPS,
    TRAP,
    WISHES,
    AccountForm,
    AgeForm,
    ReachForm,
    UntilForm,
    WishForm,
)
from portal.children.service import helping, reporting
from portal.children.views.following import path_of
from portal.children.views.room import room
from portal.config import site
from portal.web.countries import all_countries, name_of
from portal.web.fields import CheckField, CodeForm, Form
from portal.web.guards import open_to_all
from portal.web.htmx import away, show
from portal.web.words import _, here

CHECK = "check"


class Answer(NamedTuple):
    """One thing as it is said back, and the step that changes it."""

    step: str
    title: str
    said: str


class Walk:
    """A report on its way: every form, filled with what the page carried."""

    def __init__(self) -> None:
        self.forms = {step: form() for step, form in STEPS.items()}

    @property
    def steps(self) -> list[str]:
        """Return the steps in order; how long is asked only of whoever wants something kept."""
        kept = cast(WishForm, self.forms["wishes"]).wish_keep.data
        return [step for step in STEPS if step != "until" or kept]

    def first_wrong(self) -> str | None:
        """Return the first step with something missing or wrong."""
        return next((step for step in self.steps if not self.forms[step].validate()), None)

    def after(self, step: str) -> str:
        """Return what follows a step."""
        order = [*self.steps, CHECK]
        return order[order.index(step) + 1] if step in order else order[0]

    def before(self, step: str) -> str:
        """Return what comes before a step, the first one before itself."""
        order = [*self.steps, CHECK]
        return order[max(0, order.index(step) - 1)] if step in order else order[0]

    def carried(self, but: str) -> Iterator[tuple[str, str]]:
        """Yield name and value of everything that was said on other steps."""
        for step, form in self.forms.items():
            if step != but:
                yield from _sent(form)

    def rule(self) -> dict[str, Any] | None:
        """Return what the law of the country says, once country and month are known."""
        form = cast(AgeForm, self.forms["age"])
        if not request.form.get("country") or not form.validate():
            return None
        return {**form.rule(), "country": name_of(str(form.country.data))}

    def draft(self) -> reporting.Draft:
        """Return the report."""
        who, account, age = self.forms["who"], cast(AccountForm, self.forms["account"]), self.forms["age"]
        reach, wishes = self.forms["reach"], cast(WishForm, self.forms["wishes"]).wishes()
        until = cast(UntilForm, self.forms["until"]).until.day if "keep" in wishes else None
        return reporting.Draft(
            relation=who["relation"].data,
            named=account.named(),
            country=age["country"].data,
            birth_year=int(age["year"].data),
            birth_month=int(age["month"].data),
            email=reach["email"].data,
            wishes=wishes,
            reach=reach["reach"].data,
            phone=reach["phone"].data or "",
            keep_until=until,
            words=self.forms["words"]["words"].data or "",
        )


@room.route("/children/report", methods=["GET", "POST"])
@open_to_all
def report() -> Response:
    """Ask one thing a page; check the answers; write the report down."""
    if request.method == "GET":
        step = request.args.get("step", "")
        return _ask(Walk(), step if step in STEPS else next(iter(STEPS)))
    walk, step, go = Walk(), request.form.get("step", ""), request.form.get("go", "next")
    if go == "back":
        return _ask(walk, walk.before(step))
    if go in STEPS:
        return _ask(walk, go)
    if go == "send":
        return _send(walk)
    if step in STEPS and not walk.forms[step].validate():
        return _ask(walk, step, 422)
    following = walk.after(step)
    return _check(walk) if following == CHECK else _ask(walk, following)


@room.route("/children/report/<string:reference>/<string:secret>", methods=["GET", "POST"])
@open_to_all
def code(reference: str, secret: str) -> Response:
    """Ask for the code that was mailed; with it the page of the case opens."""
    case = reporting.by_ticket(reference, secret)
    form, url = CodeForm(), url_for("children.code", reference=case.reference, secret=secret.lower())
    if request.method == "POST" and "send" in request.form:
        reporting.send_again(case)
        return away(url)
    if form.validate_on_submit():
        try:
            reporting.enter(case, form.code.data)
            return away(path_of(case))
        except WrongCode as problem:
            form.code.errors = [_(problem.say) + " " + _(problem.then)]
    shown = mask("email", case.contact) if case.contact else ""
    known: dict[str, Any] = {"case": case, "url": url, "sent": reporting.pending(case), "shown": shown}
    known["open"] = codes.may_send(case)
    return show("children/code.html", form=form, status=422 if form.errors else 200, **known)


@room.get("/children/help")
@open_to_all
def helpers() -> Response:
    """Show who helps at once: where the site is at home first, then in every other country that we know numbers of."""
    home, known = legal.profile(site().profile).countries, helping.everywhere()
    found = [(name, known[code], code not in home) for code, name in all_countries() if code in known]
    found.sort(key=itemgetter(2))
    return show("children/help.html", found=[(name, row) for name, row, _elsewhere in found])


def _ask(walk: Walk, step: str, status: int = 200) -> Response:
    form = walk.forms[step]
    if step == "reach" and form["reach"].data is None:
        form["reach"].data = "email"
    number, steps = walk.steps.index(step) + 1 if step in walk.steps else 1, len(walk.steps)
    country = str(walk.forms["age"]["country"].data or "")
    known: dict[str, Any] = {"step": step, "number": number, "steps": steps, "trap": TRAP}
    known["carried"] = list(walk.carried(step))
    rule = walk.rule() if step == "wishes" else None
    return show("children/ask.html", form=form, status=status, rule=rule, help=helping.of(country), **known)


def _check(walk: Walk) -> Response:
    wrong = walk.first_wrong()
    if wrong is not None:
        return _ask(walk, wrong, 422)
    answers, carried = list(_said_back(walk)), list(walk.carried(CHECK))
    return show("children/check.html", answers=answers, carried=carried, rule=walk.rule(), trap=TRAP)


def _send(walk: Walk) -> Response:
    if request.form.get(TRAP):
        return away(url_for("children.lost"))  # whatever fills what nobody sees is led elsewhere
    wrong = walk.first_wrong()
    if wrong is not None:
        return _ask(walk, wrong, 422)
    case = reporting.file(walk.draft(), network(), here().language)
    return away(url_for("children.code", reference=case.reference, secret=reporting.ticket(case)))


def _sent(form: Form) -> Iterator[tuple[str, str]]:
    for field in form:
        if isinstance(field, CheckField):
            if field.data:
                yield field.name, "y"
        elif field.data is not None and str(field.data):
            yield field.name, str(field.data)


def _said_back(walk: Walk) -> Iterator[Answer]:
    draft, account = walk.draft(), walk.forms["account"]
    yield Answer("who", _("Who you are"), _(RELATIONS[draft.relation]))
    named = [f"{_(account[f'target_{kind}'].label.text)}: {text}" for kind, text in draft.named.items() if text]
    yield Answer("account", _("Which account"), "; ".join(named))
    born = here().month(draft.birth_year, draft.birth_month)
    yield Answer("age", _("Country and birth of the child"), f"{name_of(draft.country)}, {born}")
    yield Answer("wishes", _("What you want"), here().listed(_(WISHES[wish][0]) for wish in draft.wishes))
    if draft.keep_until:
        yield Answer("until", _("Keep it safe until"), here().day(draft.keep_until))
    reached = [cast(ReachForm, walk.forms["reach"]).email.data, draft.phone]
    yield Answer("reach", _("How to reach you"), ", ".join(filter(None, reached)))
    yield Answer("words", _("Anything else"), draft.words or _("Nothing"))
