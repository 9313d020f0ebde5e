"""Where systems do not agree: everything that differs is made the same in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.accounts import identifiers
from portal.accounts.models import Identifier
from portal.cases.cleaning import Clean
from portal.cases.service import evidence
from portal.details.models import Correction
from portal.details.service.asking import PER_PERSON, file, open_row, wanted
from portal.details.service.moving import write_proven
from portal.details.service.reading import PROOF, REVIEW, SELF, Detail, Found, Place
from portal.kernel import crypto, limits
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound


@dataclass(frozen=True)
class Version:
    """What some systems have of a detail; `mark` tells it from the others without saying it, `may`: to be chosen."""

    mark: str
    value: str
    places: tuple[Place, ...]
    may: bool


def differing(found: Found) -> list[Detail]:
    """Return the details on which the systems do not agree."""
    return [detail for detail in found.details if detail.differs]


def versions(account_id: int, subject_id: int, detail: Detail) -> list[Version]:
    """Return what the systems have of a detail; an address can be chosen once it is proven."""
    made = []
    for value in detail.values:
        there = [place for place in detail.places if place.held.value]
        holding = tuple(place for place in there if detail.spelled(place.held.value or "") == detail.spelled(value))
        made.append(Version(_mark(subject_id, detail, value), value, holding, _may(account_id, detail, value)))
    return made


def mend(
    account_id: int,
    subject_id: int,
    wishes: Sequence[tuple[Detail, str]],
    why: str,
    files: Sequence[tuple[str, Clean]],
    language: str,
    *,
    restrict: bool = False,
) -> list[Correction]:
    """Write each value into every system that allows it, and open one request for all that staff look at first.

    All or nothing; raises WrongFormat, SameAlready, NotFound for an address that is not proven.
    """
    new = [(detail, wanted(detail, typed)) for detail, typed in wishes]
    moves = [(detail, _proven(account_id, detail, value)) for detail, value in new if detail.way == PROOF]
    reviewed = [wish for wish in new if wish[0].way == REVIEW]
    for _ in new:
        limits.hit(PER_PERSON, "correction", str(subject_id))
    with atomic():
        rows = [open_row(subject_id, detail, value, language) for detail, value in new if detail.way == SELF]
        rows += [write_proven(subject_id, detail, address, language, is_new=False) for detail, address in moves]
        case, asked = file(subject_id, reviewed, why, language, restrict=restrict) if reviewed else (None, [])
    if case:
        evidence.keep(case, files)
    return rows + asked


def _mark(subject_id: int, detail: Detail, value: str) -> str:
    return crypto.sign("version of a detail", str(subject_id), detail.name, value)[:9].hex()


def _may(account_id: int, detail: Detail, value: str) -> bool:
    return detail.way != PROOF or identifiers.by_value(account_id, detail.kind, detail.spelled(value)) is not None


def _proven(account_id: int, detail: Detail, value: str) -> Identifier:
    found = identifiers.by_value(account_id, detail.kind, value)
    if found is None:
        raise NotFound
    return found
