"""Portions of a file taken in: into the ledger of whom the portal knows, by keyed hash of everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

from portal.consents import service as consents
from portal.consents.service import POLICY, Record
from portal.kernel.db import ROWS, atomic
from portal.policies import service as policies
from portal.subjects import naming
from portal.subjects.naming import Name

PORTION = 500  # rows that are looked up together
_PEOPLE = 20  # whose ledgers are written in one transaction
Item = TypeVar("Item")


class Said(NamedTuple):
    """What one row brings."""

    name: Name
    records: Sequence[Record]


@dataclass
class Tally:
    """How many rows were read, what they brought to the known and to others, what was there, what was refused."""

    rows: int = 0
    known: int = 0
    kept: int = 0
    already: int = 0
    refused: int = 0


class _TakenBack(Exception):
    """Ends the transaction of a portion that was only tried."""


def take(portion: Sequence[Said], tally: Tally, *, dry: bool) -> None:
    """Take a portion in and count it; `dry` does the same and takes it back."""
    if not dry:
        _take(portion, tally)
        return
    try:
        with atomic():
            _take(portion, tally)
            raise _TakenBack
    except _TakenBack:
        return


def portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield items in lists of so many."""
    every = iter(items)
    while some := list(islice(every, size)):
        yield some


def _take(portion: Sequence[Said], tally: Tally) -> None:
    found = naming.found(dict.fromkeys(said.name for said in portion))
    of_people: dict[int, list[Record]] = {}
    of_others: list[tuple[Name, Record]] = []
    for said in portion:
        for one in found.get(said.name, ()):
            of_people.setdefault(one.subject, []).extend(said.records)
        if said.name not in found:
            of_others += [(said.name, record) for record in said.records]
    brought = sum(map(len, of_people.values())) + len(of_others)
    known, kept = _take_known(of_people), _take_others(of_others)
    tally.known, tally.kept = tally.known + known, tally.kept + kept
    tally.already += brought - known - kept


def _take_known(of_people: dict[int, list[Record]]) -> int:
    count = 0
    for some in portions(of_people.items(), _PEOPLE):
        with atomic():
            for subject, records in some:
                count += consents.take_in(subject, records)
                if any(record.purpose.startswith(POLICY) for record in records):
                    policies.heed_imported(subject)
    return count


def _take_others(said: list[tuple[Name, Record]]) -> int:
    count = 0
    for some in portions(said, ROWS):
        with atomic():
            count += consents.remember(some)
    return count
