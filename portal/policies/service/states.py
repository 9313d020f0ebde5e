"""The states of a version, and how it comes from one to another."""

from __future__ import annotations

from datetime import date

from portal.kernel import audit
from portal.kernel.problems import NotNow
from portal.policies.models import DRAFT, IN_FORCE, RETIRED, SCHEDULED, PolicyVersion

MOVES = {
    DRAFT: frozenset({SCHEDULED}),
    SCHEDULED: frozenset({IN_FORCE, RETIRED}),
    IN_FORCE: frozenset({RETIRED}),
    RETIRED: frozenset[str](),
}

audit.declare("policies.moved", "document", "version", "state")


def move(version: PolicyVersion, state: str, actor: str, **facts: object) -> None:
    """Move a version inside a transaction, and write down who did it; raises NotNow where it has moved meanwhile."""
    if state not in MOVES[version.state]:
        raise NotNow
    mine = (PolicyVersion.id == version.id) & (PolicyVersion.state == version.state)
    if not PolicyVersion.update(state=state, **facts).where(mine).execute():
        raise NotNow
    for name, value in {"state": state, **facts}.items():
        setattr(version, name, value)
    audit.record("policies.moved", actor=actor, document=version.document, version=version.version, state=state)


def settle(document: str, day: date, actor: str) -> None:
    """Let what has begun by a day be in force, and end what it takes the place of, inside a transaction."""
    begun = PolicyVersion.select().where(
        PolicyVersion.document == document,
        PolicyVersion.state << (SCHEDULED, IN_FORCE),
        PolicyVersion.effective_from <= day,
    )
    *former, newest = begun.order_by(PolicyVersion.effective_from, PolicyVersion.id)
    for version, after in zip(former, [*former, newest][1:], strict=True):
        if version.state == SCHEDULED:
            move(version, IN_FORCE, actor)
        move(version, RETIRED, actor, ended_on=after.effective_from)
    if newest.state == SCHEDULED:
        move(newest, IN_FORCE, actor)
