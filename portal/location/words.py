"""The levels in words, as msgids."""

from __future__ import annotations

from portal.consents.service import Choice
from portal.kernel.problems import N_

LEVELS = {"off": N_("Off"), "approximate": N_("Approximate"), "precise": N_("Precise")}
RAISE = {"off": N_("Off"), "approximate": N_("Allow approximate"), "precise": N_("Allow precise")}
HINTS = {
    "off": N_("No place of yours is used."),
    "approximate": N_("Within about 3 km."),
    "precise": N_("As exactly as your phone knows it."),
}
SAVED = {
    "off": N_("Saved: off."),
    "approximate": N_("Saved: approximate."),
    "precise": N_("Saved: precise."),
    "mixed": N_("Saved for each app."),
}
SAVED_FOR = {
    "off": N_("Saved for %(system)s: off."),
    "approximate": N_("Saved for %(system)s: approximate."),
    "precise": N_("Saved for %(system)s: precise."),
}

# What the phone's own switch says, in the words that apps report it with.
PHONE = {
    "always": N_("always"),
    "while_in_use": N_("while using the app"),
    "denied": N_("never"),
}


def word(level: Choice) -> str:
    """Return a level in a word, "" while nothing was chosen."""
    return LEVELS.get(level.state, N_("By app")) if level.event else ""
