"""What stands around a page: header, menu, footer. Rooms register their entries with their blueprints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from flask import Blueprint, Flask, current_app, request, url_for
from markupsafe import Markup

from portal.web.embed import embedded
from portal.web.guards import Session, me
from portal.web.htmx import draw
from portal.web.present import known
from portal.web.words import here

State = Callable[[Session], str]
_KEY = "portal.navigation"


@dataclass(frozen=True)
class Entry:
    """A place in the menu: its page, the endpoints that belong under it, and a word on how things stand."""

    endpoint: str
    title: str
    order: int
    state: State | None = None
    covers: frozenset[str] = frozenset()


class Item(NamedTuple):
    """A menu entry as it is drawn; `current` is the value of aria-current."""

    title: str
    url: str
    state: str
    current: str


class Banner(NamedTuple):
    """Something that every page has to say to somebody until it is over, in their language, with a place to go."""

    title: str
    text: str
    href: str
    link: str


class Frame(NamedTuple):
    """What stands around a page: `known` somebody signed in, `inside` an app; each part may be empty."""

    known: bool
    inside: bool
    header: Markup = Markup()
    menu: Markup = Markup()
    footer: Markup = Markup()


@dataclass(eq=False)
class _Plan:
    menu: list[Entry] = field(default_factory=list)
    footer: list[Entry] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    banners: list[Callable[[Session], Banner | None]] = field(default_factory=list)


def entry(
    room: Blueprint, page: str, title: str, *, order: int, state: State | None = None, covers: tuple[str, ...] = ()
) -> None:
    """Put a page of a room into the menu; `covers` names its other endpoints under which the entry stays marked."""
    place = Entry(f"{room.name}.{page}", title, order, state, frozenset(f"{room.name}.{other}" for other in covers))
    _when_registered(room, lambda plan: _place(plan.menu, place))


def footer(room: Blueprint, page: str, title: str, *, order: int) -> None:
    """Put a page of a room into the footer."""
    place = Entry(f"{room.name}.{page}", title, order)
    _when_registered(room, lambda plan: _place(plan.footer, place))


def left_out(room: Blueprint, *endpoints: str) -> None:
    """Name endpoints that no menu leads to, so that each stays out by decision and none by oversight."""
    _when_registered(room, lambda plan: plan.left_out.update(f"{room.name}.{name}" for name in endpoints))


def banner(room: Blueprint, say: Callable[[Session], Banner | None]) -> None:
    """Let a room say something above each page of somebody signed in; asked every time, so it reads nothing anew."""
    _when_registered(room, lambda plan: plan.banners.append(say))


def banners() -> Markup:
    """Return what is said above the page; drawn once a request, and on most pages nothing."""
    now, session = known(), me()
    if now.banners is None:
        said = [say(session) for say in _plan(current_app).banners] if session.account_id is not None else []
        there = [one for one in said if one]
        now.banners = Markup(draw("_frame/banners.html", banners=there)) if there else Markup()  # noqa: S704
    drawn: Markup = now.banners
    return drawn


def frame() -> Frame:
    """Return what stands around the page that this person asks for; inside an app, nothing."""
    plan, session = _plan(current_app), me()
    signed_in = session.account_id is not None
    if embedded():
        return Frame(signed_in, inside=True)
    states = tuple(place.state(session) if place.state else "" for place in plan.menu) if signed_in else ()
    return _frame(plan, here().language, request.endpoint or "", states, signed_in)


def unplaced(app: Flask) -> set[str]:
    """Return the endpoints that are neither in menu or footer, nor covered, nor left out by name."""
    plan = _plan(app)
    places = [*plan.menu, *plan.footer]
    placed = {place.endpoint for place in places}.union(*(place.covers for place in places))
    return {rule.endpoint for rule in app.url_map.iter_rules()} - placed - plan.left_out


def init_app(app: Flask) -> None:
    """Start with an empty menu."""
    app.extensions[_KEY] = _Plan(left_out={"asset"})


@lru_cache(maxsize=2048)
def _frame(plan: _Plan, language: str, endpoint: str, states: tuple[str, ...], known: bool) -> Frame:
    """Draw it once for each way it can look: it is half the work of a page, and no name or secret is in it."""
    menu = [_item(place, endpoint, state) for place, state in zip(plan.menu, states, strict=True)] if known else []
    footer = [_item(place, endpoint) for place in plan.footer]
    context = {"known": known, "menu": menu, "footer": footer}
    header, beside, below = (Markup(draw(f"_frame/{part}.html", **context)) for part in ("header", "menu", "footer"))  # noqa: S704 - escaped there
    return Frame(known, False, header, beside, below)


def _item(place: Entry, endpoint: str, state: str = "") -> Item:
    current = "page" if endpoint == place.endpoint else "true" if endpoint in place.covers else ""
    return Item(place.title, url_for(place.endpoint), state, current)


def _plan(app: Flask) -> _Plan:
    plan: _Plan = app.extensions[_KEY]
    return plan


def _place(places: list[Entry], place: Entry) -> None:
    places.append(place)
    places.sort(key=attrgetter("order"))


def _when_registered(room: Blueprint, act: Callable[[_Plan], None]) -> None:
    room.record_once(lambda setup: act(setup.app.extensions[_KEY]))
