"""Passwords, for those who want one: set, changed, removed, and used to sign in (RULES A1; ASVS 6.2)."""

from __future__ import annotations

from urllib.parse import urlsplit

from portal import config
from portal.accounts import alarms, guesses, service, sessions
from portal.accounts.models import Account, Identifier, Password
from portal.accounts.persons import number_of
from portal.kernel import audit, clock, crypto, limits, scrypt
from portal.kernel.db import atomic
from portal.kernel.problems import N_, Problem

LEAST, MOST = 15, 1024  # characters; bytes, so that nobody lets us hash a book
PER_ADDRESS, PER_NETWORK, PER_ACCOUNT = "10/hour", "60/hour", "10/hour"

audit.declare("accounts.password_set")
audit.declare("accounts.password_removed")


class WrongPassword(Problem):
    """No such address, no password there, or another one: all of them look alike and take as long."""

    status, code = 422, "wrong-password"
    say = N_("Address and password do not fit together.")
    then = N_("Check both, or let us send you a code: it works without a password.")


class WeakPassword(Problem):
    """A new password that is refused; facts: `rule`, the sentence that names what is wrong with it."""

    status, code = 422, "weak-password"
    say = N_("This password is too easy to guess.")
    then = N_("Take another one: a few words that have nothing to do with each other are good and easy to keep.")


class ShortPassword(WeakPassword):
    """Fewer characters than a password needs that is all there is between a person and a thief."""

    code = "short-password"
    say = N_("This password is too short: it needs at least %(least)s characters.")


class LongPassword(WeakPassword):
    """More bytes than are hashed."""

    code = "long-password"
    say = N_("This password is too long: it may have at most %(most)s bytes, about as many letters.")
    then = N_("Take a shorter one. We never cut a password off, so that what you typed is what counts.")


def has_one(account_id: int) -> bool:
    """Tell whether somebody set a password."""
    return bool(Password.select().where(Password.account == account_id).exists())


def choose(account_id: int, typed: str) -> None:
    """Set or change somebody's password and tell them everywhere; raises ShortPassword, LongPassword, WeakPassword."""
    if len(typed) > MOST:  # before it is composed, which takes the square of the marks in it
        raise LongPassword(most=MOST)
    _check(account_id, scrypt.normal(typed))
    made = scrypt.hashed(typed)  # before the transaction: it takes longer than one may
    with atomic():
        changed = Password.update(hash=made, changed_at=clock.now()).where(Password.account == account_id).execute()
        if not changed:
            Password.create(account=account_id, hash=made)
        audit.record("accounts.password_set", subject=number_of(account_id))
        alarms.tell(account_id, "password changed" if changed else "password set")


def remove(account_id: int) -> None:
    """Take somebody's password away and tell them everywhere; nothing happens if there is none."""
    with atomic():
        if Password.delete().where(Password.account == account_id).execute():
            audit.record("accounts.password_removed", subject=number_of(account_id))
            alarms.tell(account_id, "password removed")


def drop(account_id: int) -> None:
    """Take a password away that somebody else may have set, inside a transaction that tells of more than that."""
    Password.delete().where(Password.account == account_id).execute()


def sign_in(typed: str, password: str, network: str, device: str, place: str = "", mark: str = "") -> service.Opened:
    """Open a session with address and password; raises WrongPassword, NotAnAddress, TooManyTries.

    Whoever has no password, or no account, costs the same queries and the same hashing.
    """
    address = service.normal_email(typed)
    limits.hit(PER_NETWORK, "password by network", network)
    limits.hit(PER_ADDRESS, "password by address", address)
    hashes = crypto.keyed_hashes("email", address)
    proven = Identifier.kind == "email", Identifier.hash << hashes
    found = Password.select().join(Account).join(Identifier).where(*proven).first()
    if not _is_right(found, password):
        raise WrongPassword
    return service.Opened(sessions.begin(found.account, device, place, mark), "")


def confirm(session_token: str, account_id: int, password: str) -> str:
    """Renew a session by the password; return its new token. Raises WrongPassword, TooManyTries."""
    limits.hit(PER_ACCOUNT, "password by account", str(account_id))
    if not _is_right(Password.get_or_none(Password.account == account_id), password):
        raise WrongPassword
    with atomic():
        return service.renew(session_token, account_id)


def _is_right(found: Password | None, password: str) -> bool:
    """Check a password, and hash it anew if it lies there under parameters of before."""
    if len(password.encode()) > MOST:
        return False
    if not scrypt.matches(password, found.hash if found else None):
        return False
    if found and not scrypt.is_current(found.hash):
        again = scrypt.hashed(password)
        with atomic():
            Password.update(hash=again).where(Password.id == found.id, Password.hash == found.hash).execute()
    return True


def _check(account_id: int, password: str) -> None:
    if len(password) < LEAST:
        raise ShortPassword(least=LEAST)
    if len(password.encode()) > MOST:
        raise LongPassword(most=MOST)
    if rule := guesses.why_weak(password, _own_words(account_id)):
        raise WeakPassword(rule=rule)


def _own_words(account_id: int) -> set[str]:
    site = config.site()
    host = urlsplit(site.base_url).hostname or ""
    proven = [row.value for row in Identifier.select().where(Identifier.account == account_id)]
    return guesses.words_of(site.name, site.product, site.company, site.developer, *site.apps, host, *proven)
