"""What each system holds, side by side, detail by detail."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.details import service
from portal.details.models import Correction
from portal.details.service import PATIENCE, SOON, Found
from portal.details.views.cards import card, standing
from portal.details.views.room import room
from portal.subjects import service as subjects
from portal.subjects.readable import MASKED
from portal.web.guards import me, recently_confirmed
from portal.web.htmx import alone, away, draw, show, show_alone
from portal.web.words import _, here


@room.get("/details")
def page() -> Response:
    """Show every detail, with account and official numbers masked."""
    return _show(in_full=False)


@room.get("/details/in-full")
@recently_confirmed
def in_full() -> Response:
    """Show the same with nothing masked, and log that it was looked at."""
    return _show(in_full=True)


@room.get("/details/<string:detail>/card")
def one_card(detail: str) -> Response:
    """Show one detail alone, with how far its newest correction has come; without htmx the page around it."""
    if not alone():
        return away(f"/details#detail-{detail}")
    return card_alone(detail)


def card_alone(name: str, said: str = "", *, focus: bool = False) -> Response:
    """Answer the region of one detail; `focus`: it takes the place of what had the focus."""
    subject = me().subject_id
    found = service.one(subject, name)
    latest = service.latest(service.of_subject(subject)).get(name)
    return show_alone(
        draw("details/_detail.html", card=card(found, False, latest), editing=None, focus=focus), said=said
    )


def _show(in_full: bool) -> Response:
    """Draw the page soon, without systems that are slow; the region by itself waits for them."""
    subject = me().subject_id
    found = service.everything(subject, PATIENCE if alone() else SOON)
    if in_full:
        service.note_look(subject, found.details)
    corrections = service.of_subject(subject)
    latest, late = service.latest(corrections), [] if alone() else [source.title for source in found.late]
    cards = [card(detail, in_full, latest.get(detail.name)) for detail in found.details]
    return show(
        "details/page.html",
        "details/_cards.html",
        cards=[one._replace(in_place=False) for one in cards] if late else cards,  # the region is about to be replaced
        editing=None,
        focus=False,
        differing=len(service.differing(found)),
        masked=not in_full and _hides(found),
        in_full=in_full,
        late=[title.in_(here().language) for title in late],
        silent=[source.title.in_(here().language) for source in found.silent],
        corrections=[line(row) for row in corrections],
        statements=service.statements(subject),
        unclaimed=subjects.unclaimed_titles(subject, here().language),
    )


def _hides(found: Found) -> bool:
    return any(detail.sensitive in MASKED and detail.values for detail in found.details)


def line(row: Correction) -> tuple[str, str, str, str]:
    """Return a correction as a row that leads to it: its address, title, a hint, and how it stands."""
    words = here()
    title = row.title.get(words.language) or row.title["en"]
    hint = _("Asked on %(day)s.", day=words.day(row.asked_at))
    return f"/details/corrections/{row.id}", title, hint, _(standing(row)[0])
