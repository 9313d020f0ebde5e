"""The location page. How fast it is, is measured, so a GET builds no form and asks for nothing twice."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from flask import Blueprint, current_app, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.consents.words import Line, lines, told
from portal.kernel.problems import N_
from portal.location import service
from portal.location.forms import LevelForm
from portal.location.words import SAVED, word
from portal.web import navigation
from portal.web.guards import Session, me
from portal.web.htmx import alone, away, draw, show
from portal.web.outline import Own, show_filled
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
        return _show(None) if alone() else _show_page()
    form = LevelForm()
    if not form.validate():
        return _show(form)
    service.save(me().subject_id, str(form.level.data), here().language)
    consents.look_anew(me())
    return _show(form) if alone() else away("/location")


class Look(NamedTuple):
    """How the choice stands: the level that was chosen, each system's line, when to look again, what to say of it."""

    state: str | None
    systems: list[Line]
    every: int
    saved: str
    passed_on: str

    @property
    def told(self) -> str:
        """Return what is said below the button."""
        return f"{self.saved} {self.passed_on}".strip()


def _look() -> Look:
    level = service.level(consents.present(me()))
    passed = consents.passed(me().subject_id, {service.PURPOSE: level})[service.PURPOSE]
    systems, every = lines(passed), consents.patience(passed)
    if not level.event:
        return Look(None, systems, every, "", "")
    return Look(level.state, systems, every, _(SAVED[level.state]), told(systems))


def _show_page() -> Response:
    """Show the page as it is asked for most: filled in, not drawn."""
    look = _look()
    own = {"told": look.told, **{f"hint{place}": system.hint for place, system in enumerate(look.systems)}}
    way = (look.state, look.every, *(system._replace(hint="", short="") for system in look.systems))
    return show_filled("location/page.html", way, own, lambda own: _context(look, own))


def _context(look: Look, own: Own) -> dict[str, object]:
    systems = [system._replace(hint=own[f"hint{place}"]) for place, system in enumerate(look.systems)]
    about, cards = _about(here().language), _cards(here().language, look.state)
    return {"about": about, "cards": cards, "saved": own["told"], "systems": systems, "every": look.every}


def _show(form: LevelForm | None) -> Response:
    look = _look()
    return show(
        "location/page.html",
        "location/_level.html",
        status=422 if form and form.errors else 200,
        said=_said(form, look.saved, "" if look.every else look.passed_on),
        cards=form.level() if form else _cards(here().language, look.state),
        about=_about(here().language),
        saved=look.told,
        systems=look.systems,
        every=look.every,
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
