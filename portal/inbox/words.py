"""How a message came and what became of it, in words."""

from __future__ import annotations

from portal.kernel.problems import N_

CHANNELS = {"email": N_("E-mail"), "sms": N_("Text message"), "push": N_("Notification")}
STATES = {
    "queued": N_("On its way"),
    "sent": N_("Sent"),
    "failed": N_("Not delivered"),
    "bounced": N_("Came back"),
}
AT_LENGTH = {
    "queued": N_("It has not left yet."),
    "sent": N_("It was handed over to whoever delivers it."),
    "failed": N_("The address does not take it, so it was not delivered."),
    "bounced": N_("It was handed over, then it came back."),
}
WRONG = frozenset({"failed", "bounced"})


def state(name: str) -> str:
    """Return the msgid of a state; what waits for a better hour is on its way as well."""
    return STATES.get(name, STATES["queued"])


def at_length(name: str) -> str:
    """Return the msgid of a sentence on a state."""
    return AT_LENGTH.get(name, AT_LENGTH["queued"])
