"""The levels in words, as msgids."""

from __future__ import annotations

from portal.consents.service import Choice
from portal.kernel.problems import N_

LEVELS = {"off": N_("Off"), "approximate": N_("Approximate"), "precise": N_("Precise")}
HINTS = {
    "off": N_("Search by city or address instead."),
    "approximate": N_("Within about 3 km. Good enough for search."),
    "precise": N_("Needed for check-in at the door."),
}
SAVED = {
    "off": N_("Saved: off."),
    "approximate": N_("Saved: approximate."),
    "precise": N_("Saved: precise."),
}


def word(level: Choice) -> str:
    """Return a level in a word, "" while nothing was chosen."""
    return LEVELS[level.state] if level.event else ""
