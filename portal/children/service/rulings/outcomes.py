"""What may become of a report."""

from __future__ import annotations

from portal.kernel.problems import N_

DELETE, STOP, SEE, KEEP, NOTHING, REFUSE = "delete", "stop", "see", "keep", "nothing", "refuse"
OUTCOMES = {
    DELETE: N_("Delete the account"),
    STOP: N_("Stop its use"),
    SEE: N_("Show data to the parent"),
    KEEP: N_("Keep it safe for the police"),
    NOTHING: N_("Nothing: it is an adult’s, or there is no account"),
    REFUSE: N_("Refuse"),
}
ABOUT_SOMEBODY = frozenset({DELETE, STOP, SEE, KEEP})
