"""Several cases of one person about one thing: suggested, linked, closed; and none ever lends another its proof."""

from __future__ import annotations

from typing import Any

from portal.cases.models import Case
from portal.cases.service import identity, notifying
from portal.cases.service.moving import move, note
from portal.cases.service.states import FINAL
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem

DUPLICATE = "closed as a duplicate"


class NotAlike(Problem):
    """Two cases that have neither the person nor the address and kind in common, or one of which is linked itself."""

    status, code = 409, "not-alike"
    say = N_("These two requests cannot be linked.")
    then = N_("Link requests of the same kind from the same person or address, the newer one to the older one.")


class BetterProven(Problem):
    """A duplicate that is better proven, or due sooner, than the case that would stay."""

    status, code = 409, "better-proven"
    say = N_("The request that would be closed is better proven, or due sooner, than the one that would stay.")
    then = N_("Link them the other way round, or answer both. A proof given in one never counts in the other.")


def suggested(case: Case) -> list[Case]:
    """Return other open cases that may be about the same thing, the oldest first, at most ten."""
    alike = _alike(case)
    if alike is None:
        return []
    known = [case.id, *([case.duplicate_of] if case.duplicate_of else [])]
    others = Case.select().where(alike, Case.id.not_in(known), Case.kind == case.kind, Case.state == "open")
    return list(others.where(Case.duplicate_of.is_null()).order_by(Case.id).limit(10))


def linked(case: Case) -> list[Case]:
    """Return the case that this one is a duplicate of, or those that are duplicates of it."""
    theirs = (Case.duplicate_of == case.id) | (Case.id == case.duplicate_of)
    return list(Case.select().where(theirs).order_by(Case.id))


def link(case: Case, reference: str, staff: int) -> None:
    """Note that a case is a duplicate of another; NotFound, NotAlike."""
    other = Case.get_or_none(Case.reference == reference)
    if other is None:
        raise NotFound
    alike = _alike(case)
    same = alike is not None and Case.select().where(Case.id == other.id, Case.kind == case.kind, alike).exists()
    chained = other.duplicate_of is not None or Case.select().where(Case.duplicate_of == case.id).exists()
    if other.id == case.id or not same or chained:
        raise NotAlike
    with atomic():
        Case.update(duplicate_of=other.id).where(Case.id == case.id).execute()
        note(case, "linked", f"staff:{staff}", internal=True, to=other.reference)
    case.duplicate_of = other.id


def unlink(case: Case, staff: int) -> None:
    """Take a link back; harmless where there is none."""
    with atomic():
        if Case.update(duplicate_of=None).where(Case.id == case.id, Case.duplicate_of.is_null(False)).execute():
            note(case, "unlinked", f"staff:{staff}", internal=True)
    case.duplicate_of = None


def close(case: Case, staff: int) -> None:
    """Close a linked duplicate and tell whoever asked where it is answered; BetterProven, NotNow where none is open."""
    kept = Case.get_or_none(Case.id == case.duplicate_of) if case.duplicate_of else None
    if kept is None or kept.state in FINAL or case.state != "open":
        raise NotNow
    if identity.proof(case) > identity.proof(kept) or case.complete_by < kept.complete_by:
        raise BetterProven
    with atomic():
        move(case, "revoked", DUPLICATE, f"staff:{staff}", of=kept.reference)
        notifying.news(case, "duplicate")


def _alike(case: Case) -> Any:
    """Return the condition on cases of the same person or address; None where neither is known."""
    same = [Case.subject == case.subject_id] if case.subject_id else []
    same += [Case.contact_hash == case.contact_hash] if case.contact_hash else []
    return None if not same else same[0] if len(same) == 1 else same[0] | same[1]
