"""The location page. How fast it is, is measured, so a GET builds no form and asks for nothing twice."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, current_app, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.consents.words import lines, told
from portal.kernel.problems import N_
from portal.location import service
from portal.location.forms import LevelForm
from portal.location.words import SAVED, word
from portal.web import navigation
from portal.web.guards import Session, me
from portal.web.htmx import alone, away, draw, show
from portal.web.words import _, here


def in_menu(session: Session) -> str:
    """Return the level for the menu."""
    return _(word(service.level(consents.present(session))))


room = Blueprint("location", __name__)
navigation.entry(room, "page", N_("Location"), order=30, state=in_menu)


@room.route("/location", methods=["GET", "POST"])
def page() -> Response:
    """Show and set how precise location may be."""
    if request.method != "POST":
        return _show(None)
    form = LevelForm()
    if not form.validate():
        return _show(form)
    service.save(me().subject_id, str(form.level.data), here().language)
    consents.look_anew(me())
    return _show(form) if alone() else away("/location")


def _show(form: LevelForm | None) -> Response:
    level = service.level(consents.present(me()))
    passed = consents.passed(me().subject_id, {service.PURPOSE: level})[service.PURPOSE]
    systems, every = lines(passed), consents.patience(passed)
    saved, passed_on = (_(SAVED[level.state]), told(systems)) if level.event else ("", "")
    return show(
        "location/page.html",
        "location/_level.html",
        status=422 if form and form.errors else 200,
        said=_said(form, saved, "" if every else passed_on),
        cards=form.level() if form else _cards(here().language, level.state if level.event else None),
        about=_about(here().language),
        saved=f"{saved} {passed_on}".strip(),
        systems=systems,
        every=every,
        **({"form": form} if form else {}),
    )


def _said(form: LevelForm | None, saved: str, passed_on: str) -> str:
    """Return what is read out: that it was saved, later once that every system has it, and in between nothing."""
    if form is None:
        return passed_on
    return "" if form.errors else saved


# What stays the same in a language is drawn once: both cost more than all that differs from page to page.
@cache
def _cards(language: str, level: str | None) -> Markup:
    return LevelForm(level=level).level()


def _about(language: str) -> Markup:
    drawn: dict[str, Markup] = current_app.extensions.setdefault("portal.location.about", {})
    if language not in drawn:
        drawn[language] = Markup(draw("location/_about.html", purpose=service.purpose()))  # noqa: S704 - it escapes
    return drawn[language]
