"""Addresses that mail comes back from: noted, shown, spared what is not needed, forgotten once something arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.kernel import clock, crypto
from portal.kernel.db import atomic
from portal.notices.models import Bounce, Message

# There is no such mailbox or host (RFC 3463): 5.1.x but for the sender's faults, a mailbox that was closed, no route.
_SENDERS = frozenset({"5.1.7", "5.1.8"})
_CLOSED = frozenset({"5.2.1", "5.4.4"})


def is_lasting(status: str) -> bool:
    """Tell whether a status says that no mail will ever arrive; a full mailbox or a refusal of this one may pass."""
    return (status.startswith("5.1.") and status not in _SENDERS) or status in _CLOSED


def note(message: Message, status: str) -> None:
    """Note that a message came back, where its reader finds it too; nothing for one that is nobody's any more."""
    if not message.address_hash:
        return
    now, lasting = clock.now(), is_lasting(status)
    with atomic():
        Message.update(state="bounced").where(Message.id == message.id, Message.state == "sent").execute()
        row = Bounce.get_or_none(Bounce.address_hash == message.address_hash)
        if row is None:
            made = {"account": message.account, "channel": message.channel, "address_hash": message.address_hash}
            Bounce.insert(
                **made, lasting=lasting, status=status, first_at=now, last_at=now
            ).on_conflict_ignore().execute()
            return
        changed = {"times": Bounce.times + 1, "last_at": now, "status": status, "lasting": row.lasting or lasting}
        Bounce.update(**changed).where(Bounce.id == row.id).execute()


def of(channel: str, address: str) -> Bounce | None:
    """Return that mail comes back from an address, None where it does not as far as we know."""
    found: Bounce | None = Bounce.get_or_none(Bounce.address_hash << crypto.keyed_hashes(channel, address))
    return found


def since(account_id: int, channel: str, addresses: Iterable[str]) -> dict[str, datetime]:
    """Return those of an account's addresses that have no mailbox any more, and since when that is known."""
    mine = Bounce.select().where(Bounce.account == account_id, Bounce.channel == channel, Bounce.lasting)
    found = {row.address_hash: row.first_at for row in mine}
    if not found:
        return {}
    hashed = [(address, each) for address in addresses for each in crypto.keyed_hashes(channel, address)]
    return {address: found[each] for address, each in hashed if each in found}


def lasting(hashes: Iterable[str]) -> set[str]:
    """Return those hashes of addresses that have no mailbox any more."""
    known = [hashed for hashed in hashes if hashed]
    if not known:
        return set()
    found = Bounce.select(Bounce.address_hash).where(Bounce.address_hash << known, Bounce.lasting)
    return {row.address_hash for row in found}


def arrived(channel: str, address: str) -> None:
    """Forget that mail came back: a code that was sent there has been typed."""
    Bounce.delete().where(Bounce.address_hash << crypto.keyed_hashes(channel, address)).execute()
