"""Changes to how an account is entered are told on every proven channel, each with a way to say: this was not me."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import config
from portal.accounts.masks import mask
from portal.accounts.models import Account, Alarm, Identifier
from portal.kernel import clock, crypto, tokens
from portal.kernel.db import clear
from portal.kernel.problems import NotFound
from portal.notices import messages

LIFE = timedelta(days=7)


def channels(account_id: int) -> list[messages.Recipient]:
    """Return every proven address of an account: all e-mails, and all phones where texts can be sent."""
    kinds = ("email", "phone") if config.active().sms_url else ("email",)
    return [reader_of(row) for row in Identifier.of(account_id, *kinds)]


def reader_of(identifier: Identifier) -> messages.Recipient:
    """Return one proven address as a recipient."""
    language = Account.select(Account.language).where(Account.id == identifier.account_id).scalar()
    return recipient(identifier.kind, identifier.value, language, identifier.account_id)


def recipient(kind: str, value: str, language: str | None, account_id: int) -> messages.Recipient:
    """Return an address as a recipient: phones by text, all others by mail."""
    channel = "sms" if kind == "phone" else "email"
    return messages.Recipient(value, language or config.site().languages[0], account_id, channel)


def tell(account_id: int, what: str, shown: str = "") -> None:
    """Tell of a change on every channel, inside the transaction that makes it."""
    _tell(Alarm(account=account_id, what=what), channels(account_id), shown)


def tell_added(identifier: Identifier) -> None:
    """Tell of an address that was added on all other channels: who added it shall not be the one who may object."""
    to = [one for one in channels(identifier.account_id) if one.address != identifier.value]
    _tell(_about(identifier, "added"), to, mask(identifier.kind, identifier.value))


def tell_moving(identifier: Identifier, *, is_new: bool) -> int:
    """Tell on all other channels that an address takes the place of theirs in the systems; return the alarm's number.

    One that was proven before stays when the change is undone, for only the change is new.
    """
    to = [one for one in channels(identifier.account_id) if one.address != identifier.value]
    alarm = _about(identifier, "moved") if is_new else Alarm(account=identifier.account_id, what="moved")
    _tell(alarm, to, mask(identifier.kind, identifier.value))
    return int(alarm.id)


def was_undone(number: int) -> bool:
    """Tell whether somebody said of a change that it was not them."""
    return bool(Alarm.select().where(Alarm.id == number, Alarm.undone_at.is_null(False)).exists())


def tell_removed(identifier: Identifier) -> None:
    """Tell of an address that was removed on all that are left, and on itself, which can be put back.

    One that was only just added gets no such link, or whoever added it could use it against the account's own person.
    """
    shown, alarm = mask(identifier.kind, identifier.value), _about(identifier, "removed")
    old = [reader_of(identifier)] if identifier.kind in ("email", "phone") else []
    if identifier.proven_at > clock.now() - LIFE:
        _say(old, "removed", shown, f"removed:{identifier.id}:{identifier.fence}:{clock.now().timestamp()}", "")
        old = []
    _tell(alarm, [*old, *channels(identifier.account_id)], shown)


def by_token(token: str) -> Alarm:
    """Return the change of a link; NotFound for an unknown one and for one whose days are over."""
    found: Alarm | None = Alarm.get_or_none(Alarm.digest == tokens.digest(token), Alarm.expires_at > clock.now())
    if found is None:
        raise NotFound
    return found


def since(alarm: Alarm) -> list[Alarm]:
    """Return this change and all later ones of the account that still stand, the newest first."""
    later = (Alarm.account == alarm.account_id) & (Alarm.created_at >= alarm.created_at) & Alarm.undone_at.is_null()
    return list(Alarm.select().where(later).order_by(Alarm.id.desc()))


def forget_past() -> None:
    """Remove changes that cannot be undone any more, with the addresses that they would have put back."""
    clear(Alarm, Alarm.expires_at <= clock.now())


def _about(identifier: Identifier, what: str) -> Alarm:
    kept = {"kind": identifier.kind, "address": identifier.value, "proven_at": identifier.proven_at}
    hashed = crypto.keyed_hash(identifier.kind, identifier.value)
    return Alarm(account=identifier.account_id, what=what, address_hash=hashed, **kept)


def _tell(alarm: Alarm, to: list[messages.Recipient], shown: str) -> None:
    token = tokens.new_token()
    alarm.digest, alarm.expires_at = tokens.digest(token), clock.now() + LIFE
    alarm.save()
    _say(to, alarm.what, shown, f"alarm:{alarm.id}:{alarm.digest}", f"{config.site().base_url}/security/not-me/{token}")


def _say(to: list[messages.Recipient], what: str, shown: str, cause: str, url: str) -> None:
    at: datetime = clock.now()
    for number, one in enumerate(to):
        messages.security_changed(one, f"{cause}:{number}", what, shown, at, url)
