"""What each system holds, side by side, detail by detail."""

from __future__ import annotations

from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.details import service
from portal.details.models import Correction
from portal.details.service import PROOF, REVIEW, Detail, Found
from portal.details.views.room import room
from portal.details.views.words import ASKED, CLOSED, DONE, UNDOING, UNDONE, WRITING
from portal.subjects.readable import MASKED, masked, readable
from portal.web.guards import me, recently_confirmed
from portal.web.htmx import show
from portal.web.words import _, here

_STATES = {"done": DONE, "undoing": UNDOING, "undone": UNDONE}
_WAYS = {REVIEW: "/review", PROOF: "/new"}


class Side(NamedTuple):
    """One value in one system, as it is read."""

    system: str
    text: str
    is_masked: bool


class Card(NamedTuple):
    """One detail: what it is called, what each system has, and where it is corrected."""

    name: str
    title: str
    url: str
    sides: list[Side]
    differs: bool
    review: bool
    proof: bool
    silent: list[str]


@room.get("/details")
def page() -> Response:
    """Show every detail, with account and official numbers masked."""
    return _show(in_full=False)


@room.get("/details/in-full")
@recently_confirmed
def in_full() -> Response:
    """Show the same with nothing masked, and log that it was looked at."""
    return _show(in_full=True)


def _show(in_full: bool) -> Response:
    subject = me().subject_id
    found = service.everything(subject)
    if in_full:
        service.note_look(subject, found.details)
    return show(
        "details/page.html",
        cards=[card(detail, in_full) for detail in found.details],
        masked=not in_full and _hides(found),
        in_full=in_full,
        silent=[source.title.in_(here().language) for source in found.silent],
        corrections=[line(row) for row in service.of_subject(subject)],
        statements=service.statements(subject),
    )


def card(detail: Detail, in_full: bool) -> Card:
    """Return a detail as it is drawn."""
    words = here()
    hidden = detail.sensitive in MASKED and not in_full
    sides = [Side(place.source.title.in_(words.language), *_told(place.held.value, hidden)) for place in detail.places]
    return Card(
        name=detail.name,
        title=detail.title.in_(words.language),
        url=f"/details/{detail.name}{_WAYS.get(detail.way, '')}",
        sides=sides,
        differs=detail.differs,
        review=detail.way == REVIEW,
        proof=detail.way == PROOF,
        silent=[source.title.in_(words.language) for source in detail.silent],
    )


def _told(value: str | None, hidden: bool) -> tuple[str, bool]:
    text = readable(value, here()) if value else ""
    return (masked(text), True) if text and hidden else (text, False)


def _hides(found: Found) -> bool:
    return any(detail.sensitive in MASKED and detail.values for detail in found.details)


def line(row: Correction) -> tuple[str, str, str, str]:
    """Return a correction as a row that leads to it: its address, title, a hint, and how it stands."""
    words = here()
    title = row.title.get(words.language) or row.title["en"]
    hint = _("Asked on %(day)s.", day=words.day(row.asked_at))
    return f"/details/corrections/{row.id}", title, hint, _(standing(row)[0])


def standing(row: Correction) -> tuple[str, str]:
    """Return how a correction stands, a msgid and its tone."""
    if row.state in _STATES:
        return _STATES[row.state]
    if row.case is not None and row.state == "asked":
        return CLOSED.get(row.case.state, ASKED)
    return WRITING
