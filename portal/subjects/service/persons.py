"""The data subject behind an account, whether or not somebody signed in."""

from __future__ import annotations

from portal.accounts import alarms
from portal.accounts.models import Account, Identifier
from portal.accounts.models import Session as SessionRow
from portal.accounts.persons import country_of, known_number, number_of
from portal.kernel import crypto
from portal.kernel.db import atomic
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.sources.registry import OWN
from portal.subjects.models import Subject
from portal.subjects.service.reaching import person


def ensure(account_id: int) -> int:
    """Return the subject of an account, made now if there is none."""
    return number_of(account_id)


def of_account(account_id: int) -> int | None:
    """Return the subject of an account, None if there is none yet."""
    return known_number(account_id)


def after(subject_id: int, limit: int) -> list[int]:
    """Return the numbers of the next so many people with an account, after one of them."""
    known = Subject.select(Subject.id).where(Subject.id > subject_id, Subject.account.is_null(False))
    return [int(row.id) for row in known.order_by(Subject.id).limit(limit)]


def account_of(subject_id: int) -> int | None:
    """Return the account of a subject, None if there is none."""
    found = Subject.select(Subject.account).where(Subject.id == subject_id).scalar()
    return None if found is None else int(found)


def country(subject_id: int) -> str:
    """Return the country that a person named when they signed up, "" where it is not known."""
    account = account_of(subject_id)
    return country_of(account) if account is not None else ""


def verified(proof: Proof) -> tuple[int, bool]:
    """Return the subject of an identifier whose holder an operator has verified, and whether it was made now.

    The identifier is kept as if its holder had proven it, with an account that nobody is signed in to: messages need
    an address, and whoever signs in with it later finds their requests there.
    """
    hashes = crypto.keyed_hashes(proof.kind, proof.value)
    with atomic():
        known = Identifier.get_or_none(Identifier.kind == proof.kind, Identifier.hash << hashes)
        account = known.account_id if known else Account.create().id
        if not known:
            Identifier.create(account=account, kind=proof.kind, value=proof.value, hash=hashes[0])
        return ensure(account), known is None


def adopt(subject_id: int, proof: Proof) -> None:
    """Add an address to those of a person whom staff have recognised, inside a transaction; not if another has it."""
    account, hashes = account_of(subject_id), crypto.keyed_hashes(proof.kind, proof.value)
    taken = Identifier.select().where(Identifier.kind == proof.kind, Identifier.hash << hashes).exists()
    if account is not None and not taken:
        mine = {"account": account, "kind": proof.kind, "value": proof.value, "hash": hashes[0]}
        alarms.tell_added(Identifier.create(**mine))


def forget(subject_id: int) -> None:
    """Forget a subject that `verified` made and nothing came of, unless somebody has signed in meanwhile."""
    if not SessionRow.select().where(SessionRow.account == account_of(subject_id)).exists():
        registry.active().get(OWN).erase(person(subject_id, OWN), f"let go:{subject_id}")
