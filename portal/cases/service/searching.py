"""Finding cases by what somebody says on the phone: a reference, or an address. Never by words in them."""

from __future__ import annotations

import re
from typing import Any

from portal.accounts.addresses import normal
from portal.accounts.models import Identifier, Subject
from portal.cases.models import Case
from portal.cases.service import queue
from portal.kernel import audit, crypto
from portal.kernel.db import atomic
from portal.sources.base import Identifier as Address

MOST = 50
_REFERENCE = re.compile(r"R-?[2-9A-HJ-NP-Z]{4}-?[2-9A-HJ-NP-Z]{2}")

audit.declare("cases.searched", "by")


def by_reference(typed: str) -> Case | None:
    """Return the case whose reference this is, however it was typed; None for anything else."""
    said = re.sub(r"[\s-]", "", typed).upper()
    if not _REFERENCE.fullmatch(said):
        return None
    found: Case | None = Case.get_or_none(Case.reference == f"R-{said[1:5]}-{said[5:]}")
    return found


def address(typed: str) -> Address:
    """Return the e-mail address or phone number that was typed; raises NotAnAddress, NotAPhone."""
    kind = "email" if "@" in typed else "phone"
    return Address(kind, normal(kind, typed))


def by_address(asked: Address, staff: int) -> list[queue.Row]:
    """Return the cases of an address, the newest first, by its keyed hash; that there was a search is logged."""
    hashes = crypto.keyed_hashes(asked.kind, asked.value)
    with atomic():
        audit.record("cases.searched", actor=f"staff:{staff}", by=asked.kind)
    theirs = (Case.contact_hash << hashes) | (Case.subject << _subjects(asked))
    return [queue.row_of(case) for case in Case.select().where(theirs).order_by(Case.id.desc()).limit(MOST)]


def subject_of(asked: Address) -> int | None:
    """Return the person of an address that the portal knows, None for any other."""
    found = _subjects(asked).scalar()
    return None if found is None else int(found)


def _subjects(asked: Address) -> Any:
    hashes = crypto.keyed_hashes(asked.kind, asked.value)
    same = Subject.select(Subject.id).join(Identifier, on=(Identifier.account == Subject.account))
    return same.where(Identifier.kind == asked.kind, Identifier.hash << hashes)
