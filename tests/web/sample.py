"""A room for the tests of the web storey: what rooms do, in small."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms.validators import InputRequired

from portal.kernel.problems import N_, Problem, TooManyTries
from portal.web import navigation
from portal.web.fields import AreaField, CheckField, ChoiceField, CodeField, EmailField, Form, SelectField, choice
from portal.web.guards import machine_post, open_to_all, recently_confirmed
from portal.web.htmx import alone, away, show
from portal.web.words import _

room = Blueprint("sample", __name__)
navigation.entry(room, "page", N_("Location"), order=30, state=lambda session: "Approximate", covers=("level",))
navigation.entry(room, "start", N_("Overview"), order=10)
navigation.footer(room, "form", N_("Contact"), order=10)
navigation.left_out(room, "machine", "dangerous", "problem", "broken", "api", "archive", "too_large", "own_headers")


class LevelForm(Form):
    """How precise a location may be."""

    level = ChoiceField(
        N_("How precise may it be?"),
        choices=[
            choice("off", N_("Off"), "Search by city or address instead."),
            choice("approximate", N_("Approximate"), "Within about 3 km. Good enough for search."),
            choice("precise", N_("Precise"), "Needed for check-in at the door."),
        ],
    )


class EveryForm(Form):
    """One field of each kind."""

    email = EmailField("E-mail", hint="We send a code to it.", validators=[InputRequired("Enter your e-mail address.")])
    code = CodeField("Code", hint="")
    country = SelectField("Country", choices=[choice("vn", "Viet Nam"), choice("de", "Germany")])
    text = AreaField("What happened?")
    sure = CheckField("I understand that this cannot be undone", validators=[InputRequired("Tick the box to go on.")])


@room.get("/overview")
def start() -> Response:
    """Show the first page."""
    return show("sample/overview.html")


@room.route("/location", methods=["GET", "POST"])
def page() -> AnyResponse:
    """Show and set a level."""
    form = LevelForm(level="approximate")
    if not form.validate_on_submit():
        return show("sample/location.html", "sample/_level.html", form=form, status=422 if form.errors else 200)
    if not alone():
        return away(url_for("sample.page"))
    said = _("Saved: %(level)s.", level=form.level.data)
    return show("sample/location.html", "sample/_level.html", form=form, said=said)


@room.get("/location/level/<int:number>")
def level(number: int) -> Response:
    """Show an object page under an entry."""
    return show("sample/overview.html")


@room.route("/form", methods=["GET", "POST"])
@open_to_all
def form() -> Response:
    """Show one field of each kind to anybody."""
    form = EveryForm()
    return show("sample/form.html", form=form, status=200 if form.validate_on_submit() or not form.errors else 422)


@room.post("/machine")
@machine_post
def machine() -> str:
    """Take what a program sends."""
    return "taken"


@room.route("/dangerous", methods=["GET", "POST"])
@recently_confirmed
def dangerous() -> Response:
    """Do what needs a confirmation."""
    return show("sample/overview.html")


@room.get("/problem")
@open_to_all
def problem() -> Response:
    """Refuse."""
    raise TooManyTries(minutes=15)


@room.get("/broken/<string:token>")
@room.get("/api/v1/broken", defaults={"token": ""})
@open_to_all
def broken(token: str) -> Response:
    """Break."""
    raise ZeroDivisionError("anna@example.com")


@room.get("/own-headers")
@open_to_all
def own_headers() -> Response:
    """Answer with headers that are meant."""
    return Response("x", headers={"Referrer-Policy": "no-referrer", "Cache-Control": "private, max-age=60"})


@room.get("/api/v1/things")
@open_to_all
def api() -> Response:
    """Refuse a program."""
    raise Problem


@room.get("/archives/<string:token>")
@open_to_all
def archive(token: str) -> Response:
    """Refuse a download."""
    raise TooManyTries(minutes=15)


@room.post("/too-large")
@open_to_all
def too_large() -> Response:
    """Refuse by a status."""
    abort(413)
