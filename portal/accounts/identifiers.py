"""The addresses of an account: each is proven alone by a code, taken away, or made the main one (DESIGN idea 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import peewee

from portal.accounts import alarms, proving
from portal.accounts.addresses import WrongCode, normal
from portal.accounts.models import Account, Identifier, Proof
from portal.accounts.persons import number_of
from portal.kernel import audit, clock, crypto
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.kernel.work import wake_table
from portal.sources.identifiers import EXTERNAL

audit.declare("accounts.identifier_added", "kind")
audit.declare("accounts.identifier_removed", "kind")
audit.declare("accounts.identifier_main", "kind")


class AlreadyYours(Problem):
    """The address was proven before, by the same person."""

    status, code = 409, "already-yours"
    say = N_("This address is already in your list.")
    then = N_("Nothing has to be done.")


class ProvenElsewhere(Problem):
    """The code was right, but the address belongs to another account; never said before the proof."""

    status, code = 409, "proven-elsewhere"
    say = N_("This address belongs to another account here.")
    then = N_("Sign in with it and remove it there, then add it here. If that account is not yours, write to us.")


class StillNeeded(Problem):
    """Some system knows the person by this address alone, and has still to be told of the one that takes its place."""

    status, code = 409, "still-needed"
    say = N_("Some of our systems know you by this address until they have the new one.")
    then = N_("Look under “Your details” how far it has come, then remove this one.")


class LastEmail(Problem):
    """Without an e-mail address nobody could sign in any more."""

    status, code = 409, "last-email"
    say = N_("This is your only e-mail address, so it stays.")
    then = N_("Add another one first, then remove this one.")


def listed(account_id: int) -> list[Identifier]:
    """Return what an account proved, the main one of each kind first."""
    return sorted(Identifier.of(account_id), key=lambda row: row.kind)


def ask(account_id: int, kind: str, typed: str, language: str) -> int:
    """Send a code to an address that is to be added; return the number of the proof.

    What happens is the same whoever else holds the address: only the code decides (RULES R3).
    Raises NotAnAddress, NotAPhone, NoTexts, AlreadyYours, TooManyTries.
    """
    value = normal(kind, typed)
    if Identifier.of(account_id, kind).where(Identifier.hash << crypto.keyed_hashes(kind, value)).exists():
        raise AlreadyYours
    return proving.send_code(account_id, kind, value, language)


def add(account_id: int, proof_id: int, code: str) -> Identifier:
    """Add an address with the code that was sent to it; raises WrongCode, ProvenElsewhere."""
    proof = proving.spend(account_id, proof_id, code)
    with atomic():
        added = take(proof)
        alarms.tell_added(added)
    return added


def take(proof: Proof) -> Identifier:
    """Make an address one of its account, inside a transaction that tells of it, once its proof is spent.

    Raises ProvenElsewhere, and WrongCode for the proof of a row of a system.
    """
    if proof.link is not None:
        raise WrongCode
    hashes = crypto.keyed_hashes(proof.kind, proof.address)
    if Identifier.select().where(Identifier.kind == proof.kind, Identifier.hash << hashes).exists():
        raise ProvenElsewhere
    mine = {"account": proof.account_id, "kind": proof.kind, "value": proof.address, "hash": hashes[0]}
    try:
        added: Identifier = Identifier.create(**mine)
    except peewee.IntegrityError as error:  # proven in two accounts at once: the other one was first
        raise ProvenElsewhere from error
    audit.record("accounts.identifier_added", subject=number_of(proof.account_id), kind=proof.kind)
    return added


def keep_until_moved(identifier: Identifier) -> None:
    """Keep all others of its kind, inside a transaction, until every system knows this one."""
    same = (Identifier.account == identifier.account_id) & (Identifier.kind == identifier.kind)
    Identifier.update(moves_to=identifier.id).where(same, Identifier.id != identifier.id).execute()
    Identifier.update(moves_to=None).where(Identifier.id == identifier.id).execute()


def moved(number: int) -> None:
    """Need no longer what an address has taken the place of, and have the systems asked about it anew."""
    Identifier.update(moves_to=None).where(Identifier.moves_to == number).execute()
    ask_again(Identifier.id == number)


def stayed(account_id: int, kind: str, number: int) -> None:
    """Let addresses stay whose place was to be taken: the systems have them back and are asked about them anew."""
    Identifier.update(moves_to=None).where(Identifier.moves_to == number).execute()
    ask_again((Identifier.account == account_id) & (Identifier.kind == kind))


def ask_again(which: Any) -> None:
    """Have the systems asked about addresses anew."""
    Identifier.update(due_at=clock.now()).where(which).execute()
    wake_table(Identifier)


def bind(account_id: int, external_id: str) -> None:
    """Add the number that an app has vouched for ("source:number"), inside a transaction; not if another has it."""
    hashes = crypto.keyed_hashes(EXTERNAL, external_id)
    if Identifier.select().where(Identifier.kind == EXTERNAL, Identifier.hash << hashes).exists():
        return
    added = Identifier.create(account=account_id, kind=EXTERNAL, value=external_id, hash=hashes[0])
    audit.record("accounts.identifier_added", subject=number_of(account_id), kind=EXTERNAL)
    alarms.tell_added(added)


def load(account_id: int, identifier_id: int) -> Identifier:
    """Return a person's own address; NotFound for anybody else's."""
    found: Identifier | None = Identifier.of(account_id).where(Identifier.id == identifier_id).first()
    if found is None:
        raise NotFound
    return found


def by_value(account_id: int, kind: str, value: str) -> Identifier | None:
    """Return a person's own address by what it says, None where it is not there any more."""
    hashes = crypto.keyed_hashes(kind, value)
    found: Identifier | None = Identifier.of(account_id, kind).where(Identifier.hash << hashes).first()
    return found


def is_last_email(identifier: Identifier) -> bool:
    """Tell whether nobody could sign in any more without this address."""
    return bool(identifier.kind == "email" and Identifier.of(identifier.account_id, "email").count() < 2)


def remove(identifier: Identifier, *, actor: str = "person") -> None:
    """Take an address away at once, inside a transaction; raises LastEmail for the only e-mail.

    Whoever calls it has already taken away what hangs on it in the rooms above.
    """
    account_id, kind = identifier.account_id, identifier.kind
    Account.update(language=Account.language).where(Account.id == account_id).execute()  # two at once take turns
    if is_last_email(identifier):
        raise LastEmail
    if Identifier.delete().where(Identifier.id == identifier.id).execute():
        audit.record("accounts.identifier_removed", subject=number_of(account_id), actor=actor, kind=kind)


def put_back(account_id: int, kind: str, value: str, proven_at: datetime) -> None:
    """Put an address back that was taken away, inside a transaction; not if it was proven in an account meanwhile."""
    hashes = crypto.keyed_hashes(kind, value)
    if Identifier.select().where(Identifier.kind == kind, Identifier.hash << hashes).exists():
        return
    Identifier.create(account=account_id, kind=kind, value=value, hash=hashes[0], proven_at=proven_at)
    audit.record("accounts.identifier_added", subject=number_of(account_id), kind=kind)


def make_main(account_id: int, identifier_id: int) -> None:
    """Make an address the one that mail or text messages go to; NotFound for anybody else's."""
    chosen = load(account_id, identifier_id)
    with atomic():
        Identifier.update(main_at=clock.now()).where(Identifier.id == chosen.id).execute()
        audit.record("accounts.identifier_main", subject=number_of(account_id), kind=chosen.kind)
