"""Addresses with which nobody opens an account for a stated time; every right stays open to them (RULES K9)."""

from __future__ import annotations

from datetime import date

from portal.accounts.models import BlockedAddress
from portal.kernel import clock, crypto


def block(kind: str, value: str, until: date, case: str) -> None:
    """Keep an address from signing up through a day, by its keyed hash alone; the later of two days counts."""
    known = BlockedAddress.get_or_none(BlockedAddress.hash << crypto.keyed_hashes(kind, value))
    if known is None:
        row = {"kind": kind, "hash": crypto.keyed_hash(kind, value), "case": case}
        BlockedAddress.insert(**row, until=until, at=clock.now()).on_conflict_ignore().execute()
    elif known.until < until:
        BlockedAddress.update(until=until, case=case).where(BlockedAddress.id == known.id).execute()


def is_blocked(kind: str, value: str) -> bool:
    """Tell whether an address may not sign up today."""
    mine = BlockedAddress.hash << crypto.keyed_hashes(kind, value)
    return bool(BlockedAddress.select().where(mine, BlockedAddress.until >= clock.today()).exists())


def lift(case: str) -> None:
    """Let addresses sign up again that were blocked for a case, given by its reference."""
    BlockedAddress.delete().where(BlockedAddress.case == case).execute()


def forget_past() -> None:
    """Remove what blocks no more."""
    BlockedAddress.delete().where(BlockedAddress.until < clock.today()).execute()
