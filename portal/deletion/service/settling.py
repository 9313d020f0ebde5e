"""What staff see of a deletion in each system, and what they can do: have it tried now, or say that a find may stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.cases.models import Case, CaseEvent
from portal.deletion.models import Deletion, Target
from portal.deletion.service import proving
from portal.deletion.service.moving import put
from portal.kernel import audit, clock, work
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.sources import checklists, registry
from portal.sources.base import Mention

SHORTEST, LONGEST = 10, 1000  # characters of a reason

audit.declare("deletion.settled", "reference", "source")


class NoReason(Problem):
    """What staff let stay has to have a reason that can be read years later."""

    status, code = 422, "no-reason"
    say = N_("Say in a sentence why it may stay.")
    then = N_("Nothing is changed yet.")


@dataclass(frozen=True)
class Trouble:
    """Why a system could not be erased yet: `detail` is technical; `permanent` where somebody has to mend something."""

    detail: str
    permanent: bool
    since: datetime
    tries: int


@dataclass(frozen=True)
class Standing:
    """How far a deletion is in one system, with the cause of a delay and what was found once more there."""

    source: str
    title: str
    state: str
    trouble: Trouble | None
    mentions: tuple[Mention, ...]
    inquiry: str
    next_at: datetime | None
    proof: str
    looked: tuple[int, ...]  # the numbers of what staff answered by hand

    @property
    def is_found(self) -> bool:
        """Tell whether it waits for staff to look at what was found."""
        return self.state == "found"

    @property
    def open_rows(self) -> int:
        """Return in how many rows the person stands and nothing explains it."""
        return sum(mention.rows for mention in self.mentions if mention.why == "open")


def standing(case: Case) -> list[Standing]:
    """Return it for a case that is a deletion and has begun, by system; [] for any other."""
    deletion = _of(case)
    if deletion is None or deletion.state not in ("erasing", "erased", "done"):
        return []
    targets = Target.select().where(Target.deletion == deletion, Target.source != registry.OWN).order_by(Target.id)
    return [_standing(deletion, target) for target in targets]


def ahead(case: Case) -> Deletion | None:
    """Return the deletion that a case is where it has not begun yet: its state, and when it is to begin."""
    deletion = _of(case)
    return deletion if deletion is not None and deletion.state in ("scheduled", "paused") else None


def read(target: Target) -> Trouble | None:
    """Return what keeps a system from being erased."""
    noted: dict[str, Any] | None = target.trouble
    return Trouble(**{**noted, "since": datetime.fromisoformat(noted["since"])}) if noted else None


def again(case: Case) -> None:
    """Have a deletion tried now, not only when its next try is due; NotFound where none is under way."""
    deletion = _of(case)
    if deletion is None or deletion.state != "erasing":
        raise NotFound
    with atomic():
        _due(deletion)


def settle(case: Case, source: str, reason: str, staff: int) -> None:
    """Let what was found in a system stay, with the reason; the deletion goes on.

    Raises NoReason, NotFound where there is no such system in it, NotNow where nothing is to be settled.
    """
    deletion, words = _of(case), " ".join(reason.split())
    if deletion is None:
        raise NotFound
    target = Target.get_or_none(Target.deletion == deletion, Target.source == source)
    if target is None:
        raise NotFound
    if not SHORTEST <= len(words) <= LONGEST:
        raise NoReason
    if target.state != "found":
        raise NotNow
    actor = f"staff:{staff}"
    with atomic():
        settled = {**target.mentions, "settled_by": staff, "settled_at": clock.now().isoformat(), "reason": words}
        put(target, "proven", proven_at=clock.now(), mentions=settled)
        facts = {"source": source, "words": words}
        CaseEvent.create(case=case, name="find settled", actor=actor, facts=facts, internal=True)
        audit.record("deletion.settled", subject=deletion.subject, actor=actor, reference=case.reference, source=source)
        audit.record("deletion.proven", subject=deletion.subject, actor=actor, reference=case.reference, source=source)
        _due(deletion)


def _of(case: Case) -> Deletion | None:
    found: Deletion | None = Deletion.get_or_none(Deletion.case == case)
    return found


def _due(deletion: Deletion) -> None:
    Deletion.update(due_at=clock.now(), attempts=0).where(
        Deletion.id == deletion.id, Deletion.state == "erasing"
    ).execute()
    work.wake_table(Deletion)


def _standing(deletion: Deletion, target: Target) -> Standing:
    return Standing(
        target.source,
        target.title,
        target.state,
        read(target),
        tuple(proving.mentions(target)),
        str((target.mentions or {}).get("inquiry", "")),
        deletion.due_at if target.state != "proven" else None,
        proving.proof(target),
        _looked(target),
    )


def _looked(target: Target) -> tuple[int, ...]:
    if proving.proof(target) != "hand":
        return ()
    return tuple(item.id for item in checklists.done_for(target.source, target.deletion.case.reference))
