"""How a message came and what became of it, in words."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from portal.kernel.problems import N_

CHANNELS = {
    "email": N_("E-mail"),
    "sms": N_("Text message"),
    "push": N_("Notification"),
    "inbox": N_("Here in the inbox"),
}
STATES = {
    "queued": N_("On its way"),
    "sent": N_("Sent"),
    "failed": N_("Not delivered"),
    "bounced": N_("Came back"),
    "spared": N_("Here alone"),
}
AT_LENGTH = {
    "queued": N_("It has not left yet."),
    "sent": N_("It was handed over to whoever delivers it."),
    "failed": N_("The address does not take it, so it was not delivered."),
    "bounced": N_("It was handed over, then it came back."),
    "spared": N_("Mail to this address comes back, so it was not sent there. It lies here."),
}
HERE_ALONE = N_("It lies here and went nowhere else.")
WRONG = frozenset({"failed", "bounced"})


def state(name: str) -> str:
    """Return the msgid of a state; what waits for a better hour is on its way as well."""
    return STATES.get(name, STATES["queued"])


def at_length(name: str, channel: str) -> str:
    """Return the msgid of a sentence on a state."""
    if channel == "inbox":
        return HERE_ALONE
    return AT_LENGTH.get(name, AT_LENGTH["queued"])


def linked(text: str, base_url: str) -> Markup:
    """Return what a message said, with addresses of this portal as links; what was left out of one stays words."""
    ours = re.compile(re.escape(str(escape(base_url))) + r"/[\w/?=&;%~+.-]*\w")
    return Markup(ours.sub(r'<a href="\g<0>">\g<0></a>', str(escape(text))))  # noqa: S704 - escaped as a whole before
