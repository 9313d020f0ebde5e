"""Sign up: a neutral question, the date said back in words, then a code (RULES K7)."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from werkzeug.wrappers import Response

from portal.accounts import service, sign_up
from portal.accounts.forms import SignUpForm
from portal.accounts.views.signing_in import ATTEMPT, code_page, network, room, with_attempt
from portal.kernel import ages, clock
from portal.web import cookies, navigation
from portal.web.countries import name_of
from portal.web.devices import device, mark
from portal.web.guards import me, open_to_all
from portal.web.htmx import away, show
from portal.web.visitor import place
from portal.web.words import _, here

CLOSED = "later"
CODE_PAGE = "/sign-up/code"

navigation.left_out(room, "ask_birth", "sign_up_code")


class Told(NamedTuple):
    """What somebody told of themselves, as it is said back."""

    sent: list[tuple[str, str]]
    day: str
    age: int
    country: str
    email: str


@room.route("/sign-up", methods=["GET", "POST"])
@open_to_all
def ask_birth() -> Response:
    """Ask for birth, country and address; say the date back; then send a code, or say that there is no account."""
    if me().account_id is not None:
        return away("/overview")
    if sign_up.is_closed(cookies.got(CLOSED) or ""):
        return _closed()
    form = SignUpForm()
    if request.form.get(SignUpForm.TRAP):
        return away(CODE_PAGE)  # whatever fills what nobody sees is told that all went well
    if not _is_valid(form) or request.form.get("step") == "change":
        return show("accounts/sign_up.html", form=form, trap=form.TRAP, status=422 if form.errors else 200)
    if request.form.get("step") != "yes":
        return show("accounts/sign_up_check.html", told=_told(form))
    return _decide(form)


@room.route(CODE_PAGE, methods=["GET", "POST"])
@open_to_all
def sign_up_code() -> Response:
    """Ask for the code; the account is made when it is right."""
    token = cookies.got(ATTEMPT) or ""
    return code_page("accounts/sign_up_code.html", lambda code: service.sign_in(token, code, device(), place(), mark()))


def _is_valid(form: SignUpForm) -> bool:
    if not form.validate_on_submit():
        return False
    try:
        service.normal_email(form.email.data)
    except service.NotAnAddress as problem:
        form.email.errors = [_(problem.say)]
    return not form.errors


def _decide(form: SignUpForm) -> Response:
    rule = sign_up.rule(form.born.data, str(form.country.data))
    if rule is None:
        response = _closed()
        cookies.put(response, CLOSED, sign_up.closing(), max_age=int(sign_up.CLOSED_FOR.total_seconds()))
        return response
    token = sign_up.ask(form.email.data, network(), here().language, rule)
    return with_attempt(away(CODE_PAGE), token)


def _told(form: SignUpForm) -> Told:
    born, country, email = form.born, str(form.country.data), form.email.data
    sent = [*born.sent(), (form.country.name, country), (form.email.name, email)]
    return Told(sent, here().day(born.data), ages.age(born.data, clock.today()), name_of(country), email)


def _closed() -> Response:
    return show("accounts/sign_up_closed.html")
