"""How a deletion and its systems change their states: by one statement each, and only as the tables allow."""

from __future__ import annotations

from typing import Any

from portal.deletion.models import Deletion, Target
from portal.deletion.service import states
from portal.kernel.problems import N_, NotNow
from portal.kernel.work import Claim


class TooLate(NotNow):
    """The erasure has begun, or is over."""

    code = "too-late"
    say = N_("It is too late to keep it.")
    then = N_("The deletion has begun and cannot be undone, by you or by us.")


def move(deletion: Deletion, to: str, **changes: Any) -> None:
    """Bring a deletion into a state; TooLate if meanwhile it is in one that does not lead there.

    One statement decides between the worker that begins and the person who cancels: exactly one of them wins.
    """
    changes["state"], before = to, states.before(states.DELETION, to)
    if not Deletion.update(**changes).where(Deletion.id == deletion.id, Deletion.state << before).execute():
        raise TooLate
    for name, value in changes.items():
        setattr(deletion, name, value)


def put(target: Target, state: str = "", **changes: Any) -> None:
    """Note what is known of one system, in the present transaction; NotNow for a state that does not follow."""
    row = Target.id == target.id
    if state:
        changes["state"] = state
        row &= Target.state << states.before(states.TARGET, state)
    if not Target.update(**changes).where(row).execute():
        raise NotNow
    for name, value in changes.items():
        setattr(target, name, value)


def record(claim: Claim[Deletion], target: Target, state: str = "", **changes: Any) -> None:
    """Note it as one step of a worker."""
    with claim.step():
        put(target, state, **changes)
