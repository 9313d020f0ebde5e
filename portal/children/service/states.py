"""The states of a report and of a hold.

A report is unproven, proven, looked into; proven again where something was added that leads to more. Each may be
forgotten, and stays so.
"""

from __future__ import annotations

UNPROVEN, PROVEN, LOOKED_INTO, FORGOTTEN = "unproven", "proven", "looked into", "forgotten"
IN_FORCE = "in force"  # a ruling that holds now
HELD, LIFTED, LAPSED, OVER = "held", "lifted", "lapsed", "over"
HOLD_MOVES: dict[str, frozenset[str]] = {
    HELD: frozenset({LIFTED, LAPSED, OVER}),
    LIFTED: frozenset(),
    LAPSED: frozenset(),
    OVER: frozenset(),
}
