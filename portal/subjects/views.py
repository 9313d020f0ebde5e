"""Your data: what each system holds, counted now, and every row of it."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.kernel.problems import N_
from portal.kernel.spelling import sort_key
from portal.sources import registry
from portal.subjects import facts, holdings, readable
from portal.subjects.holdings import Held, System
from portal.web import navigation
from portal.web.guards import Session, me, recently_confirmed
from portal.web.htmx import show
from portal.web.site import site
from portal.web.words import _, here


def in_menu(session: Session) -> str:
    """Return in how many systems the person was found, which every page knows without asking them."""
    count = session.memo.get("systems", 0)
    return "" if not count else _("1 system") if count == 1 else _("%(count)s systems", count=here().number(count))


room = Blueprint("data", __name__)
navigation.entry(room, "page", N_("Your data"), order=55, state=in_menu, covers=("system", "rows", "in_full"))


class Entry(NamedTuple):
    """One table with rows as a page tells of it."""

    name: str
    title: str
    rows: int
    origin: str
    purposes: list[str]
    uses: list[tuple[str, str]]
    recipients: list[str]
    retention: str
    controllers: list[str]
    held: Held


@room.get("/data")
def page() -> Response:
    """Show what is held, by system; one that is slow comes by itself afterwards."""
    found = holdings.everywhere(me().subject_id)
    return show("subjects/page.html", systems=[(system, *_told(system)) for system in found])


@room.get("/data/<string:source>")
def system(source: str) -> Response:
    """Show what one system holds."""
    found = holdings.somewhere(me().subject_id, source)
    title, entries, empty = _told(found)
    return show(
        "subjects/system.html",
        "subjects/_system.html",
        said=_said(found, title),
        system=found,
        heading=title,
        entries=entries,
        empty=empty,
    )


@room.get("/data/<string:source>/<string:table>")
def rows(source: str, table: str) -> Response:
    """Show rows, the newest first, with bank accounts and the like masked."""
    return _rows(source, table, in_full=False)


@room.get("/data/<string:source>/<string:table>/in-full")
@recently_confirmed
def in_full(source: str, table: str) -> Response:
    """Show the same rows with nothing masked, and log that they were looked at."""
    answer = _rows(source, table, in_full=True)
    holdings.note_look(me().subject_id, source, table)
    return answer


def _rows(source_id: str, table_name: str, in_full: bool) -> Response:
    after = request.args.get("after", "")
    page = holdings.rows(me().subject_id, source_id, table_name, after)
    told = readable.facts_of(page, registry.active().get(source_id), table_name, here(), in_full)
    address = f"/data/{source_id}/{table_name}"
    return show("subjects/rows.html", **told, address=address, first=not after, after=after)


def _told(system: System) -> tuple[str, list[Entry], list[str]]:
    """Return a system's title, what it holds, and the titles of its tables without rows."""
    language = here().language
    entries = [_entry(held, system.source.id == registry.OWN) for held in system.held]
    empty = sorted((table.title.in_(language) for table in system.empty), key=sort_key)
    return system.source.title.in_(language), entries, empty


def _entry(held: Held, own: bool) -> Entry:
    words, table = here(), held.table
    purposes = [_(facts.FOR_YOU)] if own else [facts.purpose(site(), name, words) for name in table.purposes]
    return Entry(
        name=table.name,
        title=table.title.in_(words.language),
        rows=held.rows,
        origin=_(facts.NOTED_HERE if own else facts.ORIGINS[table.origin]),
        purposes=purposes,
        uses=[] if own else list(zip(table.purposes, purposes, strict=True)),
        recipients=facts.recipients(site(), table, words),
        retention=table.retention.in_(words.language) if table.retention else "",
        controllers=sorted((facts.controller(site(), name) for name in held.controllers), key=sort_key),
        held=held,
    )


def _said(system: System, title: str) -> str:
    if system.state == "silent":
        return _("%(system)s does not answer at the moment", system=title)
    return _("%(system)s has answered", system=title)
