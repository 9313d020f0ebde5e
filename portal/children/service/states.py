"""The states of a report and of a hold, each a table of what may follow."""

from __future__ import annotations

UNPROVEN, PROVEN, LOOKED_INTO, FORGOTTEN = "unproven", "proven", "looked into", "forgotten"
REPORT_MOVES: dict[str, frozenset[str]] = {
    UNPROVEN: frozenset({PROVEN, FORGOTTEN}),
    PROVEN: frozenset({LOOKED_INTO}),
    LOOKED_INTO: frozenset({PROVEN, FORGOTTEN}),  # proven again: something was added that leads to more
    FORGOTTEN: frozenset(),
}
IN_FORCE = "in force"  # a ruling that holds now
HELD, LIFTED, LAPSED, OVER = "held", "lifted", "lapsed", "over"
HOLD_MOVES: dict[str, frozenset[str]] = {
    HELD: frozenset({LIFTED, LAPSED, OVER}),
    LIFTED: frozenset(),
    LAPSED: frozenset(),
    OVER: frozenset(),
}
