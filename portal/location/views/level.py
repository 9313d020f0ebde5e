"""The location page. How fast it is, is measured, so a GET builds no form and asks for nothing twice."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from flask import current_app, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.consents.service import Choice
from portal.consents.words import Line, found_at, lines, local, state, stopped, told
from portal.kernel.problems import NotFound
from portal.location import service
from portal.location.forms import LevelForm
from portal.location.views.room import room
from portal.location.words import LEVELS, RAISE, SAVED, SAVED_FOR
from portal.web.guards import me
from portal.web.htmx import alone, away, draw, show
from portal.web.keeping import one_tap
from portal.web.outline import Own, show_filled
from portal.web.present import known
from portal.web.words import _, here


@room.route("/location", methods=["GET", "POST"])
@one_tap
def page() -> Response:
    """Show and set how precise location may be; 404 where the site does not ask that."""
    if not service.offered():
        raise NotFound
    if known().request.method != "POST":
        return _show(None) if alone() else _show_page()
    form = LevelForm()
    if not form.validate():
        return _show(form)
    service.save(me().subject_id, str(form.level.data), here().language)
    consents.look_anew(me())
    return _show(form) if alone() else away("/location")


@room.post("/location/apps/<string:source>")
@one_tap
def app_level(source: str) -> Response:
    """Set how precise location may be in one app; the button names the level."""
    state = request.form.get("level", "")
    service.save(me().subject_id, state, here().language, source)
    consents.look_anew(me())
    return _show(None, source) if alone() else away("/location")


class Button(NamedTuple):
    """One level to tap: what it says, and whether it is the present one."""

    state: str
    says: str
    pressed: bool


class App(NamedTuple):
    """One system as it is drawn: its line, and the level that was chosen for it, with a button for each."""

    id: str
    line: Line
    state: str

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return a button a level, in the language of the request."""
        return _buttons(here().language, self.state)

    @property
    def look(self) -> tuple[str, ...]:
        """Return what all depends on that stays the same from person to person."""
        return self.id, self.state, self.line.word


class Look(NamedTuple):
    """How the choice stands: the level chosen for all, each app's line, when to look again, what to say of it.

    `stopped` says why it does not count at the moment.
    """

    state: str | None
    apps: list[App]
    every: int
    saved: str
    passed_on: str
    differs: bool
    stopped: str = ""

    @property
    def told(self) -> str:
        """Return what is said below the button."""
        return f"{self.saved} {self.passed_on}".strip()


def _look() -> Look:
    standing = consents.present(me())
    level, differs = service.stand(standing)
    passed = consents.present_passed(me(), standing, [service.PURPOSE])[service.PURPOSE]
    systems, every = lines(passed), consents.patience(passed)
    apps = [App(one.source, line, one.state) for one, line in zip(passed, systems, strict=True)]
    if not level.made:
        return Look(None, apps, every, _found(level), "", differs)
    chosen = None if differs else level.state
    passed_on = told([line for line in systems if line.short])
    why = stopped(standing, service.PURPOSE) if differs or level.state != service.OFF else ""
    return Look(chosen, apps, every, _(SAVED[level.state]), passed_on, differs, why)


def _found(level: Choice) -> str:
    """Return what the systems had of themselves, "" where that is not known: no level is chosen by it."""
    if not level.event:
        return ""
    return f"{state(level.state)}. {found_at(level, service.PURPOSE)}"


@cache
def _buttons(language: str, chosen: str) -> tuple[Button, ...]:
    """Return a button a level: one that gives more permission than there is says so (RULES C2)."""
    levels = list(LEVELS)
    place = levels.index(chosen) if chosen in levels else 0
    return tuple(
        Button(level, _(RAISE[level] if number > place else LEVELS[level]), level == chosen)
        for number, level in enumerate(levels)
    )


def _show_page() -> Response:
    """Show the page as it is asked for most: filled in, not drawn."""
    look = _look()
    own = {
        "told": look.told,
        "stopped": look.stopped,
        **{f"hint{place}": app.line.hint for place, app in enumerate(look.apps)},
    }
    way = (look.state, look.every, look.differs, *[app.look for app in look.apps])
    return show_filled("location/page.html", way, own, lambda own: _context(look, own))


def _context(look: Look, own: Own) -> dict[str, object]:
    filled = [app._replace(line=app.line._replace(hint=own[f"hint{place}"])) for place, app in enumerate(look.apps)]
    return {**_drawn(look._replace(apps=filled)), "saved": own["told"], "stopped": own["stopped"]}


def _drawn(look: Look) -> dict[str, Any]:
    return {
        "about": _about(here().language),
        "used_for": local(service.about("about") or {"": ""}),
        "cards": _cards(here().language, look.state),
        "apps": look.apps,
        "every": look.every,
        "differs": look.differs,
        "off": look.state == service.OFF,
        "saved": look.told,
        "stopped": look.stopped,
        "changed": request.method == "POST",
    }


def _show(form: LevelForm | None, source: str = "") -> Response:
    look = _look()
    drawn = _drawn(look) | ({"form": form, "cards": form.level()} if form and form.errors else {})
    return show(
        "location/page.html",
        "location/_level.html",
        status=422 if form and form.errors else 200,
        said=_said_for(look, source) if source else _said(form, look.saved, "" if look.every else look.passed_on),
        **drawn,
    )


def _said(form: LevelForm | None, saved: str, passed_on: str) -> str:
    """Return what is read out: that it was saved, later once that every system has it, and in between nothing."""
    if form is None:
        return passed_on
    return "" if form.errors else saved


def _said_for(look: Look, source: str) -> str:
    pressed = ((app, button) for app in look.apps if app.id == source for button in app.buttons if button.pressed)
    return next((_(SAVED_FOR[button.state], system=app.line.title) for app, button in pressed), "")


# What stays the same in a language is drawn once: both cost more than all that differs from page to page.
@cache
def _cards(language: str, level: str | None) -> Markup:
    return LevelForm(None, level=level).level()


def _about(language: str) -> Markup:
    drawn: dict[str, Markup] = current_app.extensions.setdefault("portal.location.about", {})
    if language not in drawn:
        drawn[language] = Markup(draw("location/_about.html", purpose=service.purpose()))  # noqa: S704 - it escapes
    return drawn[language]
