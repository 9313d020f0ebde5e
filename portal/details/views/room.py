"""The room's blueprint, its place in the menu, and what it has to say on every page."""

from __future__ import annotations

from flask import Blueprint

from portal.consents import service as consents
from portal.consents.service import CHECKING, LIFTING, RESTRICTION
from portal.kernel.problems import N_
from portal.web import navigation
from portal.web.guards import Session
from portal.web.navigation import Banner
from portal.web.words import _, here

_RESTRICTED = {
    CHECKING: N_("Since %(day)s your data is stored only, while we check your request %(reference)s."),
    LIFTING: N_("Your data is stored only since %(day)s. That ends soon; we wrote to you when (%(reference)s)."),
}
_FOR_GOOD = N_("Since %(day)s your data is stored only, as you asked in your request %(reference)s.")


def banner(session: Session) -> Banner | None:
    """Say that an account is restricted, or that a use is stopped while it is checked: since when, and why."""
    stopped = consents.present_stops(session)
    name = RESTRICTION if RESTRICTION in stopped else next((one for one in stopped if _checked(stopped[one].state)), "")
    if not name:
        return None
    choice = stopped[name]
    day, title = here().day(choice.at) if choice.at else "", N_("Your account is restricted")
    if name == RESTRICTION:
        said = _RESTRICTED.get(choice.state, _FOR_GOOD)
        return Banner(_(title), _(said, day=day, reference=choice.case), "/details/restriction", _("What that means"))
    said = N_("Since %(day)s, while we check your objection %(reference)s.")
    link = f"/requests/{choice.case}"
    return Banner(_("A use of your data is stopped"), _(said, day=day, reference=choice.case), link, _("Your request"))


def _checked(state: str) -> bool:
    return state in (CHECKING, LIFTING)


room = Blueprint("details", __name__)
navigation.entry(
    room,
    "page",
    N_("Your details"),
    order=20,
    covers=(
        "in_full",
        "correct",
        "review",
        "move",
        "move_code",
        "differences",
        "differences_in_full",
        "correction",
        "statement",
        "restriction",
    ),
)
navigation.left_out(room, "drop_statement", "evidence", "one_card")
navigation.banner(room, banner)
