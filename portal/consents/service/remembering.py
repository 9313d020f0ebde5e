"""What an address said, kept by keyed hashes while nobody is known by it: before they come, and after they are erased.

A no is heeded from the first moment; all of it joins the ledger of whoever proves the address (RULES M1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from portal import config
from portal.accounts.models import Identifier
from portal.consents.models import Remembered, keep, newcomers
from portal.consents.service.importing import Record, check, take_in
from portal.consents.service.names import is_reserved
from portal.consents.service.projection import standing
from portal.consents.service.weighing import ERASED, says_no
from portal.kernel import clock, crypto
from portal.kernel.db import ROWS, atomic, clear, written
from portal.sources.base import Identifier as Proof
from portal.subjects import naming
from portal.subjects import service as subjects
from portal.subjects.naming import Name

HERE = "portal"  # the origin of what somebody said in an account that was deleted
_LATELY = timedelta(days=2)  # longer than any worker rests
_KEPT = timedelta(days=730)
_NAMED = ("email", "phone")


def remember(said: Iterable[tuple[Name, Record]]) -> int:
    """Keep what was said by addresses that nobody has proven, in one statement; return how many of it is new.

    At most 500 at once, inside a transaction. Raises UnknownChoice, and then nothing is kept.
    """
    rows = [_row(name, record) for name, record in said]
    return keep(rows) if rows else 0


def remember_refusals(subject_id: int, proofs: Iterable[Proof]) -> None:
    """Keep each no of somebody who is about to be erased, by their addresses, inside that transaction.

    So that nothing begins anew for an address whose holder said no, whoever lists it later (RULES M1). Nothing else of
    them is kept: no wording, no number, no address.
    """
    names = [Name(proof.kind, proof.value) for proof in proofs if proof.kind in _NAMED]
    refused = [
        Record(name, choice.state, HERE, ERASED, choice.at)
        for name, choice in standing(subject_id).items()
        if choice.event and says_no(name, choice.state)
    ]
    remember((name, record) for name in names for record in refused)


def welcome(subject_id: int) -> int:
    """Let what is remembered of somebody's addresses count for them; return how much that was."""
    hashes = [hashed for proof in subjects.proofs(subject_id) for hashed in _hashes(proof.kind, proof.value)]
    return _move(subject_id, hashes)


def welcome_newcomers() -> int:
    """Do so for everybody who has come; return how much it was. Harmless to repeat."""
    count = sum(_move(subject, hashes) for subject, hashes in _lately().items())
    while some := newcomers(ROWS):
        by_subject: dict[int, list[str]] = {}
        for subject, hashed in some:
            by_subject.setdefault(subject, []).append(hashed)
        count += sum(_move(subject, hashes) for subject, hashes in by_subject.items())
    return count


def forget_strangers() -> None:
    """Forget what nobody came for in two years; a no is kept, for it has to be heeded until somebody comes."""
    clear(Remembered, ~Remembered.is_no & (Remembered.at < clock.now() - _KEPT))


class Unfollowed(NamedTuple):
    """Rows that senders were not told of as they are, and what each address among them says no to by now."""

    ids: list[int]
    refused: dict[str, list[str]]


def not_followed(limit: int) -> Unfollowed:
    """Return some rows of which senders have still to be told."""
    rows = list(Remembered.select().where(~Remembered.followed).order_by(Remembered.id).limit(limit))
    refused: dict[str, set[str]] = {row.told: set() for row in rows}
    counting = Remembered.is_no & ~Remembered.moved & (Remembered.told << list(refused))
    for row in Remembered.select(Remembered.told, Remembered.purpose).where(counting):
        refused[row.told].add(row.purpose)
    return Unfollowed([row.id for row in rows], {told: sorted(names) for told, names in refused.items()})


def followed(kept: Unfollowed) -> None:
    """Note that senders were told, and forget what has moved, inside the transaction that tells them."""
    these = Remembered.id << kept.ids
    Remembered.delete().where(these, Remembered.moved).execute()
    Remembered.update(followed=True).where(these).execute()


def _lately() -> Mapping[int, list[str]]:
    """Return the hashes under every key of who came lately: what was kept under an older key is found by them alone."""
    hashes: dict[int, list[str]] = {}
    new = Identifier.select().where(Identifier.proven_at > clock.now() - _LATELY, Identifier.kind << _NAMED)
    if not crypto.has_older_keys() or not Remembered.select().where(~Remembered.moved).exists():
        return hashes
    for proven in new.iterator():
        if (subject := subjects.of_account(proven.account_id)) is not None:
            hashes.setdefault(subject, []).extend(_hashes(proven.kind, proven.value))
    return hashes


def _move(subject_id: int, hashes: list[str]) -> int:
    """Move what is kept under these hashes into a ledger, each row once."""
    if not hashes:
        return 0
    with atomic():
        kept = list(Remembered.select().where(Remembered.hash << hashes, ~Remembered.moved).limit(ROWS))
        records = [_record(row) for row in kept if _is_known(row)]
        if kept:
            take_in(subject_id, records)
            Remembered.update(moved=True, followed=False).where(Remembered.id << [row.id for row in kept]).execute()
    return len(kept)


def _is_known(row: Remembered) -> bool:
    """Tell whether the site still knows the purpose; a no to what there is no more has nothing to say no to."""
    return is_reserved(row.purpose) or row.state in getattr(config.site().purposes.get(row.purpose), "states", ())


def _record(row: Remembered) -> Record:
    terms = {"language": row.language, "wording": row.wording, "notice": row.notice}
    return Record(
        row.purpose, row.state, row.origin, row.cause, row.said_at, **terms, notice_version=row.notice_version
    )


def _row(name: Name, record: Record) -> dict[str, Any]:
    check(record)
    hashed = crypto.keyed_hash(name.kind, name.value)
    return {
        "kind": name.kind,
        "hash": hashed,
        "told": naming.hashed(name),
        "purpose": record.purpose,
        "state": record.state,
        "is_no": says_no(record.purpose, record.state),
        "cause": record.cause,
        "origin": record.origin,
        "said_at": written(record.said_at) if record.said_at else None,
        "at": written(clock.now()),
        "language": record.language,
        "wording": record.wording,
        "notice": record.notice,
        "notice_version": record.notice_version,
        "mark": hashlib.sha256("\0".join((hashed, *record.same)).encode()).hexdigest(),
        "moved": False,
        "followed": False,
    }


def _hashes(kind: str, value: str) -> list[str]:
    return crypto.keyed_hashes(kind, value)
