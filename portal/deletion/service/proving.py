"""Proving an erasure in one system: read again until nothing is left, then every text looked through for the person.

What is found in rows that nothing explains is no proof. Staff get an inquiry, look at it, and either the system or its
manifest is mended, or they say why it may stay; until then it is not done to anybody.
"""

from __future__ import annotations

from dataclasses import asdict

from portal.cases import service as cases
from portal.cases.models import CaseEvent
from portal.deletion.models import Deletion, Target
from portal.deletion.service import holding, persons
from portal.deletion.service.moving import put, record
from portal.kernel import audit, clock
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim
from portal.sources.base import Mention, Person, Source

KIND = "inquiry"  # what staff settle it in

audit.declare("deletion.proven", "reference", "source")
audit.declare("deletion.mentioned", "reference", "source", "rows")


def known(claim: Claim[Deletion], target: Target, source: Source) -> Person:
    """Return the person with all that they are known by there, written down before anything of it is erased.

    Raises SourceUnavailable.
    """
    before = persons.read(target.person)
    person = source.traced(before)
    if person != before:
        with claim.step():
            put(target, person=persons.written(person))
            holding.know(claim.row.case.reference, source.id, person)
    return person


def prove(claim: Claim[Deletion], target: Target, source: Source) -> None:
    """Read again; what was written while we erased is erased once more. Raises SourceUnavailable."""
    person = persons.read(target.person)
    looked = [] if nothing_goes(target) else source.remaining(person, target.tables)
    if looked:
        record(claim, target, "counted")
        return
    try:
        source.compact()
    except SourceUnavailable as problem:
        if not problem.permanent:  # what cannot be compacted at all is gone from every table all the same
            raise
    record(claim, target, "read")


def sweep(claim: Claim[Deletion], target: Target, source: Source) -> None:
    """Look through the texts of what went; what nothing explains is for staff to look at. Raises SourceUnavailable."""
    found = [] if nothing_goes(target) else source.sweep(persons.read(target.person), target.tables)
    left = sum(mention.rows for mention in found if mention.why == "open")
    noted = {**(target.mentions or {}), "found": [asdict(mention) for mention in found]}
    if not nothing_goes(target):
        noted["proof"] = source.proof
    keys = {"reference": claim.row.case.reference, "source": source.id}
    with claim.step():
        if not left:
            put(target, "proven", proven_at=clock.now(), mentions=noted)
            audit.record("deletion.proven", subject=claim.row.subject, actor="worker", **keys)
        elif target.state == "found":
            put(target, mentions=noted)
        else:
            put(target, "found", mentions={**noted, "inquiry": _inquire(claim.row, source)})
            audit.record("deletion.mentioned", subject=claim.row.subject, actor="worker", rows=left, **keys)


def nothing_goes(target: Target) -> bool:
    """Tell whether all of a system is under a legal hold."""
    return target.tables is not None and not target.tables


def proof(target: Target) -> str:
    """Return how far the last proof went (`Source.proof`); "" where nothing was to be proven, or before."""
    return str((target.mentions or {}).get("proof", ""))


def mentions(target: Target) -> list[Mention]:
    """Return what the last look through the texts found."""
    return [Mention(**one) for one in (target.mentions or {}).get("found", ())]


def _inquire(deletion: Deletion, source: Source) -> str:
    """Ask staff, in the present transaction; return the reference of their inquiry."""
    inquiry = cases.open_case(KIND, deletion.subject, actor="worker", approved=False)
    facts = {"deletion": deletion.case.reference, "source": source.id}
    CaseEvent.create(case=inquiry, name="address found", actor="worker", facts=facts)
    return str(inquiry.reference)
