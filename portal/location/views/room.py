"""The room's blueprint and its place in the menu."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from portal.consents import service as consents
from portal.kernel.problems import N_
from portal.location import service
from portal.location.words import word
from portal.sources.manifest import Text
from portal.web import navigation
from portal.web.guards import Session
from portal.web.words import _, here


def in_menu(session: Session) -> str:
    """Return the level for the menu."""
    return _(word(service.level(consents.present(session))))


def titles(systems: Iterable[Text]) -> list[str]:
    """Return the names of systems in the language of the page."""
    return [title.in_(here().language) for title in systems]


room = Blueprint("location", __name__)
navigation.entry(
    room,
    "page",
    N_("Location"),
    order=30,
    state=in_menu,
    covers=("app_level", "history", "keep", "points", "delete", "removal"),
    offered=service.offered,
)
