"""Which state follows which: of a deletion, and of one system in it. Nothing moves but by these tables."""

from __future__ import annotations

from collections.abc import Mapping

Moves = Mapping[str, frozenset[str]]

# Scheduled to scheduled is the reminder; paused to paused is a look that found it still in the way.
DELETION: Moves = {
    "scheduled": frozenset({"scheduled", "paused", "cancelled", "erasing"}),
    "paused": frozenset({"paused", "cancelled", "erasing"}),
    "erasing": frozenset({"erased"}),
    "erased": frozenset({"done"}),
    "cancelled": frozenset(),
    "done": frozenset(),
}
# Erased to counted: something was written there while we erased. Erased to proven: our own tables, which hold no text.
TARGET: Moves = {
    "waiting": frozenset({"counted", "held"}),
    "held": frozenset({"counted"}),
    "counted": frozenset({"erased"}),
    "erased": frozenset({"counted", "read", "proven"}),
    "read": frozenset({"found", "proven"}),
    "found": frozenset({"proven"}),
    "proven": frozenset(),
}


def before(moves: Moves, to: str) -> list[str]:
    """Return the states that lead to a state."""
    return [state for state, onward in moves.items() if to in onward]
