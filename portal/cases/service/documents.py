"""Papers of whoever acts for somebody else: kept like all evidence, seen by staff, deleted with the decision."""

from __future__ import annotations

from collections.abc import Sequence

from portal.cases.cleaning import BadFile, Clean
from portal.cases.models import Case
from portal.cases.service import evidence, thread
from portal.cases.service.moving import note
from portal.kernel import limits
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound

FOR_OTHERS = frozenset({"agent", "representative", "relative"})
PER_CASE = "10/hour"


def may_send(case: Case) -> bool:
    """Tell whether papers can be sent: somebody asks for somebody else, and it is not decided yet."""
    return case.acting in FOR_OTHERS and case.state == "open"


def tried(case: Case) -> None:
    """Count that somebody sends papers, before any of them is read, for that is work; raises TooManyTries."""
    limits.hit(PER_CASE, "documents by request", case.reference)


def send(case: Case, files: Sequence[tuple[str, Clean]]) -> None:
    """Keep papers that were checked (evidence.checked); staff are no longer waiting for whoever asks.

    Raises NotFound where none are taken, and BadFile where others came meanwhile and it is too many.
    """
    if not may_send(case):
        raise NotFound
    if evidence.count(case) + len(files) > evidence.MOST:
        raise BadFile("many")
    evidence.keep(case, files)
    with atomic():
        thread.answered(case)
        note(case, "papers sent", "agent", count=len(files))
