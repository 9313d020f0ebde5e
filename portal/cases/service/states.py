"""Which moves a case may make: a table, and nothing else decides it.

`open`: somebody has to answer, or the person has to prove who they are. `approved`: a room may carry it out.
`in_progress`: a room does. The names are those of the Data Rights Protocol (RULES R5), but for `approved`.
"""

from __future__ import annotations

MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"approved", "fulfilled", "denied", "revoked", "expired"}),
    "approved": frozenset({"in_progress", "denied", "revoked", "expired"}),
    "in_progress": frozenset({"fulfilled", "denied", "revoked", "expired"}),
    "fulfilled": frozenset({"open", "revoked"}),  # reopened; or the person says that they never asked
    "denied": frozenset({"open"}),  # reopened, or reviewed by somebody else
    "revoked": frozenset(),
    "expired": frozenset(),
}
FINAL = frozenset({"fulfilled", "denied", "revoked", "expired"})
