"""What stands around a page: header, menu, footer. Rooms register their entries with their blueprints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from flask import Blueprint, Flask, current_app, request, url_for
from markupsafe import Markup, escape

from portal.kernel.roles import Role
from portal.web.embed import Look, embedded
from portal.web.guards import STAFF, Session, crew, crew_or_nobody, for_staff, me, roles_of
from portal.web.htmx import draw
from portal.web.present import known
from portal.web.words import here

State = Callable[[Any], str]  # of the session: a person's, or for a desk a member's of the staff
HOUSEKEEPING = 80  # from here on in the staff's menu: what is not the daily work
_KEY = "portal.navigation"
_NEWS = '<div hx-swap-oob="innerHTML:#{}">{}</div>'


@dataclass(frozen=True, eq=False)  # known by identity, so that a menu is found quickly by its entries
class Entry:
    """A place in the menu: its page, the endpoints that belong under it, and a word on how things stand.

    Where `offered` says no, the site has nothing to show there, and no menu leads to it.
    """

    endpoint: str
    title: str
    order: int
    state: State | None = None
    covers: frozenset[str] = frozenset()
    offered: Callable[[], bool] | None = None

    @property
    def place(self) -> str:
        """Return the id of where its word stands, "" for an entry without."""
        return f"state-{self.endpoint.replace('.', '-')}" if self.state else ""


Places = tuple[Entry, ...]


class Item(NamedTuple):
    """A menu entry as it is drawn; `current` is the value of aria-current, `place` the id of where `state` stands."""

    title: str
    url: str
    place: str
    state: str
    current: str


class Banner(NamedTuple):
    """Something that every page has to say to somebody until it is over, in their language, with a place to go."""

    title: str
    text: str
    href: str
    link: str


class Frame(NamedTuple):
    """What stands around a page: `known` somebody signed in, `inside` an app of this look; each part may be empty."""

    known: bool
    inside: Look | None = None
    header: Markup = Markup()
    menu: Markup = Markup()
    footer: Markup = Markup()
    home: str = "/"


@dataclass(eq=False)
class _Plan:
    menu: list[Entry] = field(default_factory=list)
    desks: list[Entry] = field(default_factory=list)
    footer: list[Entry] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    banners: list[Callable[[Session], Banner | None]] = field(default_factory=list)


def entry(
    room: Blueprint,
    page: str,
    title: str,
    *,
    order: int,
    state: State | None = None,
    covers: tuple[str, ...] = (),
    offered: Callable[[], bool] | None = None,
) -> None:
    """Put a page of a room into the menu; `covers` names its other endpoints under which the entry stays marked."""
    under = frozenset(f"{room.name}.{other}" for other in covers)
    place = Entry(f"{room.name}.{page}", title, order, state, under, offered)
    _when_registered(room, lambda plan: _place(plan.menu, place))


def desk(
    room: Blueprint, page: str, title: str, *, order: int, state: State | None = None, covers: tuple[str, ...] = ()
) -> None:
    """Put a page of a room into the staff's menu, for the roles that its view is marked with."""
    place = Entry(f"{room.name}.{page}", title, order, state, frozenset(f"{room.name}.{other}" for other in covers))
    _when_registered(room, lambda plan: _place(plan.desks, place))


def first_desk() -> str | None:
    """Return the address of the first desk where this member of the staff works, None where there is none."""
    desks = _desks(_plan(current_app), crew().role)
    return url_for(desks[0].endpoint) if desks and desks[0].order < HOUSEKEEPING else None


def footer(room: Blueprint, page: str, title: str, *, order: int, offered: Callable[[], bool] | None = None) -> None:
    """Put a page of a room into the footer."""
    place = Entry(f"{room.name}.{page}", title, order, offered=offered)
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
        said = [say(session) for say in _plan(now.app).banners] if session.account_id is not None else []
        there, again = [one for one in said if one], bool(now.kept)
        drawn_now = draw("_frame/banners.html", banners=there, again=again) if there or again else ""
        now.banners = Markup(drawn_now)  # noqa: S704
    drawn: Markup = now.banners
    return drawn


def frame() -> Frame:
    """Return what stands around the page that this person asks for; inside an app, nothing."""
    now = known()
    plan, session = _plan(now.app), me()
    if for_staff():
        return _around_staff(plan)
    signed_in = session.account_id is not None
    if now.inside is not None:
        home = "/overview" if signed_in else "/"
        return _inside(here().language, signed_in, now.inside, home, now.request.path == home)
    menu = _offered(plan.menu) if signed_in else ()
    states = tuple([place.state(session) if place.state else "" for place in menu])
    return _frame(menu, _offered(plan.footer), here().language, now.request.endpoint or "", states, signed_in)


def news() -> str:
    """Return how things stand now, for the places in the menu of a page whose region was posted to."""
    session = me()
    if session.account_id is None or embedded():
        return ""
    places = tuple([place for place in _offered(_plan(known().app).menu) if place.state])
    return _news(places, tuple(place.state(session) for place in places if place.state))


def unplaced(app: Flask) -> set[str]:
    """Return the endpoints that are neither in menu or footer, nor covered, nor left out by name."""
    plan = _plan(app)
    places = [*plan.menu, *plan.desks, *plan.footer]
    placed = {place.endpoint for place in places}.union(*(place.covers for place in places))
    return {rule.endpoint for rule in app.url_map.iter_rules()} - placed - plan.left_out


def init_app(app: Flask) -> None:
    """Start with an empty menu."""
    app.extensions[_KEY] = _Plan(left_out={"asset"})


@lru_cache(maxsize=2048)
def _frame(places: Places, below: Places, language: str, endpoint: str, states: tuple[str, ...], known: bool) -> Frame:
    """Draw it once for each way it can look: it is half the work of a page, and no name or secret is in it."""
    menu = [_item(place, endpoint, state) for place, state in zip(places, states, strict=True)]
    footer = [_item(place, endpoint) for place in below]
    context = {"known": known, "menu": menu, "footer": footer}
    drawn = [Markup(draw(f"_frame/{part}.html", **context)) for part in ("header", "menu", "footer")]  # noqa: S704 - escaped there
    return Frame(known, None, *drawn)


@lru_cache(maxsize=256)
def _inside(language: str, known: bool, look: Look, home: str, at_home: bool) -> Frame:
    """Draw what stands around a page in an app: the way back above it, below it help and the way out."""
    context = {"known": known, "home": home, "at_home": at_home}
    above, below = (Markup(draw(f"_frame/app_{part}.html", **context)) for part in ("header", "footer"))  # noqa: S704 - escaped there
    return Frame(known, look, above, Markup(), below, home)


@lru_cache(maxsize=2048)
def _news(places: Places, states: tuple[str, ...]) -> str:
    return "".join(_NEWS.format(place.place, escape(state)) for place, state in zip(places, states, strict=True))


def _offered(places: list[Entry]) -> Places:
    """Return the places that this site has something to show at."""
    return tuple([place for place in places if place.offered is None or place.offered()])


def _around_staff(plan: _Plan) -> Frame:
    member = crew_or_nobody()
    if member is None:
        return _staff_frame(plan, here().language, request.endpoint or "", (), None)
    states = tuple(place.state(member) if place.state else "" for place in _desks(plan, member.role))
    return _staff_frame(plan, here().language, request.endpoint or "", states, member.role)


@lru_cache(maxsize=2048)
def _staff_frame(plan: _Plan, language: str, endpoint: str, states: tuple[str, ...], role: Role | None) -> Frame:
    """Draw it once for each way it can look, as `_frame` does."""
    places = _desks(plan, role) if role else []
    menu = [_item(place, endpoint, state) for place, state in zip(places, states, strict=True)]
    context = {"known": role is not None, "menu": menu}
    header, beside = (Markup(draw(f"_frame/staff_{part}.html", **context)) for part in ("header", "menu"))  # noqa: S704 - escaped there
    return Frame(role is not None, None, header, beside, home=f"{STAFF}/")


def _desks(plan: _Plan, role: Role) -> list[Entry]:
    return [place for place in plan.desks if role in roles_of(current_app.view_functions[place.endpoint])]


def _item(place: Entry, endpoint: str, state: str = "") -> Item:
    current = "page" if endpoint == place.endpoint else "true" if endpoint in place.covers else ""
    return Item(place.title, url_for(place.endpoint), place.place, state, current)


def _plan(app: Flask) -> _Plan:
    plan: _Plan = app.extensions[_KEY]
    return plan


def _place(places: list[Entry], place: Entry) -> None:
    places.append(place)
    places.sort(key=attrgetter("order"))


def _when_registered(room: Blueprint, act: Callable[[_Plan], None]) -> None:
    room.record_once(lambda setup: act(setup.app.extensions[_KEY]))
