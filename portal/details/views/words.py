"""How corrections stand, in words."""

from __future__ import annotations

from portal.kernel.problems import N_

DONE = (N_("Done"), "on")
WRITING = (N_("Being written"), "soon")
UNDOING = (N_("Being undone"), "soon")
UNDONE = (N_("Undone"), "")
ASKED = (N_("Our staff look at it"), "soon")
CLOSED = {
    "denied": (N_("Refused"), "wrong"),
    "revoked": (N_("Taken back"), ""),
    "expired": (N_("Expired"), ""),
}
# Of one value in one system.
PARTS = {
    "asked": (N_("Waits for our staff"), "soon"),
    "waiting": (N_("Not yet"), "soon"),
    "written": (N_("Confirmed"), "on"),
    "differs": (N_("Changed meanwhile"), "wrong"),
    "refused": (N_("Could not take it"), "wrong"),
    "gone": (N_("Holds it no more"), ""),
    "stopped": (N_("Stopped"), ""),
    "undoing": (N_("Being undone"), "soon"),
    "undone": (N_("As before"), ""),
}
HINTS = {
    "stopped": N_("It was not you, so nothing was written."),
    "undone": N_("It was not you, so what stood there before was put back."),
    "differs": N_("Something else stood there by then, so nothing was written. Look at it again."),
    "refused": N_("The system did not accept this value. Write to us and we settle it."),
}
