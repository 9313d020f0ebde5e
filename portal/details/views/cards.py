"""One detail as it is drawn: what each system has, since when, and how far a correction of it has come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from portal.consents.words import when
from portal.details.models import Correction, CorrectionPart
from portal.details.service import PROOF, REVIEW, SELF, Detail, Place
from portal.details.views.words import ASKED, CLOSED, DONE, HINTS, PARTS, UNDOING, UNDONE, WRITING
from portal.subjects.readable import MASKED, masked, readable
from portal.web.words import _, here

_STATES = {"done": DONE, "undoing": UNDOING, "undone": UNDONE}
_WAYS = {REVIEW: "/review", PROOF: "/new"}
_UNDER_WAY = ("asked", "writing", "undoing")
_SOON, _LATER = 2, 20  # seconds until a card looks again; later where a system did not answer


class Side(NamedTuple):
    """One value in one system, as it is read, and what is known of its change."""

    system: str
    text: str
    is_masked: bool
    hint: str


class News(NamedTuple):
    """The newest correction of a detail: where it is followed, what shall stand there, and how it stands."""

    url: str
    new: str
    state: str
    tone: str


class Card(NamedTuple):
    """One detail: what it is called, what each system has, and where and how it is corrected.

    `alike`: every system that holds it has the same, and there is no more to say of any.
    `every`: the seconds until it looks again how far a correction has come; 0 where none is being written.
    """

    name: str
    title: str
    url: str
    sides: list[Side]
    alike: bool
    differs: bool
    way: str
    in_place: bool
    silent: list[str]
    news: News | None
    every: int


def card(detail: Detail, in_full: bool, latest: tuple[Correction, Sequence[CorrectionPart]] | None = None) -> Card:
    """Return a detail as it is drawn, with its newest correction where that is to be shown."""
    language = here().language
    hidden = detail.sensitive in MASKED and not in_full
    row, parts = latest or (None, ())
    sides = [_side(place, hidden, detail.differs, row, parts) for place in detail.places]
    return Card(
        name=detail.name,
        title=detail.title.in_(language),
        url=f"/details/{detail.name}{_WAYS.get(detail.way, '')}",
        sides=sides,
        alike=not detail.differs and _is_one(sides),
        differs=detail.differs,
        way=detail.way,
        in_place=detail.way == SELF and detail.sensitive not in MASKED,
        silent=[source.title.in_(language) for source in detail.silent],
        news=_news(row) if row and row.state in _UNDER_WAY else None,
        every=_every(row, parts) if row and not in_full else 0,
    )


def _is_one(sides: Sequence[Side]) -> bool:
    return len({side[1:] for side in sides}) == 1 and not sides[0].hint


def _side(place: Place, hidden: bool, differs: bool, row: Correction | None, parts: Sequence[CorrectionPart]) -> Side:
    key = json.dumps(place.held.key)
    mine = [part for part in parts if (part.source, part.place, part.key) == (place.source.id, place.name, key)]
    hint = progress(row, mine[0])[0] if row and mine else dated(place) if differs else ""
    return Side(place.source.title.in_(here().language), *told(place.held.value, hidden), hint)


def _news(row: Correction) -> News | None:
    state, tone = standing(row)
    if (state, tone) in CLOSED.values():
        return None
    return News(f"/details/corrections/{row.id}", shown(row, row.new), state, tone)


def _every(row: Correction, parts: Sequence[CorrectionPart]) -> int:
    if row.state not in ("writing", "undoing"):
        return 0
    return _LATER if any(part.attempts for part in parts) else _SOON


def told(value: str | None, hidden: bool) -> tuple[str, bool]:
    """Return a value as it is read, and whether it is masked."""
    text = readable(value, here()) if value else ""
    return (masked(text), True) if text and hidden else (text, False)


def dated(place: Place) -> str:
    """Return when a value was last changed, as its system says it."""
    if not place.held.changed:
        return _("It does not say since when.")
    return _("Last changed there: %(day)s.", day=readable(place.held.changed, here()))


def progress(row: Correction, part: CorrectionPart) -> tuple[str, str, str]:
    """Return how far one system is, in a sentence and in a word with its tone."""
    words = here()
    word, tone = PARTS[part.state]
    asked = when(words, row.asked_at)
    if part.state == "written" and part.confirmed_at:
        hint = _("Asked at %(asked)s, confirmed at %(at)s.", asked=asked, at=when(words, part.confirmed_at))
    elif part.state in HINTS:
        hint = _(HINTS[part.state])
    elif part.state == "waiting" and part.attempts:
        hint = _("Asked at %(asked)s. It does not answer at the moment, and we keep trying.", asked=asked)
    else:
        hint = _("Asked at %(asked)s.", asked=asked)
    return hint, _(word), tone


def shown(row: Correction, value: str | None) -> str:
    """Return a value as it is read; numbers that wait for a proof show their last digits here and no more."""
    return told(value, row.sensitive in MASKED)[0]


def standing(row: Correction) -> tuple[str, str]:
    """Return how a correction stands, a msgid and its tone."""
    if row.state in _STATES:
        return _STATES[row.state]
    if row.case is not None and row.state == "asked":
        return CLOSED.get(row.case.state, ASKED)
    return WRITING
