"""When a row counts as somebody's: pure functions over how it was found (DESIGN idea 3)."""

from __future__ import annotations

from typing import NamedTuple

UNCLAIMED, LINKED, CLAIMED, GONE = "unclaimed", "linked", "claimed", "gone"


class Found(NamedTuple):
    """How a row stands: its state, and the kind of identifier that it was proven by."""

    state: str
    by: str


def discloses(found: Found) -> bool:
    """Tell whether a row may be shown, changed and deleted: phone alone never discloses, for numbers change hands."""
    return found.state == CLAIMED or (found.state == LINKED and found.by != "phone")


def waits(found: Found) -> bool:
    """Tell whether a row was found and a proof of its own is still missing."""
    return found.state in (UNCLAIMED, LINKED) and not discloses(found)


def merged(known: Found | None, kind: str, *, alone: bool, only: bool) -> Found:
    """Return how a row stands after an identifier has found it, `alone` or together with others.

    `only` says that no other identifier of the kind could have found it. A proof once there is taken back by nothing
    that is weaker; an address that several share and a phone of one's own are two proofs, so together they are enough.
    """
    new = Found(LINKED if alone else UNCLAIMED, kind)
    if known is None or known.state == GONE:
        return new
    if known.state == CLAIMED or (discloses(known) and (kind != known.by or not only)):
        return known
    if kind == known.by:
        return new if alone or only else known
    if discloses(new):
        return new
    return Found(CLAIMED, "email" if "email" in (kind, known.by) else kind) if alone or known.state == LINKED else known
