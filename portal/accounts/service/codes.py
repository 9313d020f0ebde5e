"""Codes by mail: asked for, sent where the address is known, and used once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal import config
from portal.accounts import blocking
from portal.accounts.addresses import WrongCode, normal
from portal.accounts.models import Challenge, Identifier
from portal.accounts.persons import number_of
from portal.accounts.spans import CODE_LIFE, TRIES
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import N_, Problem, SourceUnavailable
from portal.kernel.work import Claim
from portal.notices import bounces, messages
from portal.sources import registry
from portal.sources.base import Identifier as Proof

LONGEST_WAY = 255  # characters of an address to go on to
PER_ADDRESS, PER_NETWORK, PER_ACCOUNT = "6/hour", "60/hour", "12/hour"

audit.declare("accounts.code_asked")


class NoMailbox(Problem):
    """Somebody came from an app and has proven no address to which a code could go."""

    status, code = 409, "no-mailbox"
    say = N_("We have no address of yours to send a code to.")
    then = N_("Go back to the app, confirm there that it is you, and open this page again.")


@dataclass(frozen=True)
class Pending:
    """What the page that asks for a code may show."""

    address: str
    expires_at: datetime


def normal_email(typed: str) -> str:
    """Return an address as it is compared: in small letters, without blanks; raises NotAnAddress."""
    return normal("email", typed)


def ask_code(
    typed: str, network: str, language: str, onward: str, age_rule: str | None = None, external_id: str | None = None
) -> str:
    """Note that a code is wanted for an address; return the token of the attempt, for a cookie.

    Whether the address is known is not looked up here: the worker decides (RULES R3). `age_rule` is what somebody who
    signs up was found to be old enough for, `external_id` what a hand-off proved of whoever asks.
    Raises NotAnAddress, TooManyTries.
    """
    address = normal_email(typed)
    limits.hit(PER_NETWORK, "code by network", network)
    limits.hit(PER_ADDRESS, "code by address", address)
    return _challenge(address, language, onward, account=None, age_rule=age_rule, external_id=external_id)


def ask_confirmation(account_id: int, language: str, onward: str) -> str:
    """Send a code to the person's own address before a step that matters; raises NoMailbox, TooManyTries."""
    proven = Identifier.of(account_id, "email").first()
    if proven is None:
        raise NoMailbox
    address = proven.value
    limits.hit(PER_ACCOUNT, "code by account", str(account_id))  # not by address, or strangers could use it up
    return _challenge(address, language, onward, account=account_id)


def _challenge(address: str, language: str, onward: str, account: int | None, **proven: str | None) -> str:
    token = tokens.new_token()
    with atomic():
        Challenge.create(
            digest=tokens.digest(token),
            account=account,
            kind="email",
            address=address,
            address_hash=crypto.keyed_hash("email", address),
            language=language,
            onward=onward if len(onward) <= LONGEST_WAY else "",
            **proven,
            expires_at=clock.now() + CODE_LIFE,
        )
        audit.record("accounts.code_asked", subject=number_of(account) if account else None)
    return token


def decide(claim: Claim[Challenge]) -> None:
    """Send the code if the address belongs to an account or to somebody in a connected system, or signs up."""
    asked = claim.row
    if asked.expires_at <= clock.now():
        claim.done(state="expired")
        return
    say = _message(asked)
    if say is None:
        claim.done(state="unknown")
        return
    to = messages.Recipient(asked.address, asked.language, asked.account_id)
    if say is messages.sign_up_code and blocking.is_blocked("email", asked.address):
        with claim.step(state="unknown", due_at=None):  # to whoever typed the address it looks like any other
            messages.sign_up_closed(to, f"code:{asked.digest}", f"{config.site().base_url}/requests/new")
        return
    code = tokens.new_code()
    with claim.step(state="sent", code_hash=_code_hash(asked, code), due_at=None):
        say(to, f"code:{asked.digest}", code, int(CODE_LIFE.total_seconds() // 60))


def _message(asked: Challenge) -> Callable[[messages.Recipient, str, str, int], None] | None:
    if asked.account_id:
        return messages.confirm_code
    if asked.external_id is not None:
        return messages.sign_in_code  # an app vouches for somebody who reads this mailbox
    if asked.age_rule is None:
        return messages.sign_in_code if _known(asked) else None
    try:
        return messages.sign_up_known if _known(asked) else messages.sign_up_code
    except SourceUnavailable:  # the code opens what there is either way, so nobody waits for a silent system
        return messages.sign_up_code


def _known(asked: Challenge) -> bool:
    hashes = crypto.keyed_hashes("email", asked.address)
    if Identifier.select().where(Identifier.hash << hashes).exists():
        return True
    silent: list[SourceUnavailable] = []
    for source in registry.active().connected():
        try:
            if source.find(Proof("email", asked.address)):
                return True
        except SourceUnavailable as problem:  # another system may know the address
            silent.append(problem)
    if silent:
        raise silent[0]
    return False


def _code_hash(asked: Challenge, code: str) -> str:
    return crypto.keyed_hash("code", f"{asked.id}:{code}")


def pending(token: str) -> Pending | None:
    """Return the attempt of a browser, None when there is none or its time is over."""
    found = Challenge.get_or_none(Challenge.digest == tokens.digest(token), Challenge.expires_at > clock.now())
    if found is None:
        return None
    return Pending(found.address, found.expires_at)


def use(token: str, code: str, account_id: int | None = None) -> Challenge:
    """Spend one try of a challenge, and the challenge itself when the code is right."""
    found = Challenge.get_or_none(Challenge.digest == tokens.digest(token), Challenge.expires_at > clock.now())
    if found is None:
        raise WrongCode
    with atomic():
        one_more = Challenge.update(tries=Challenge.tries + 1)
        counted = one_more.where(Challenge.id == found.id, Challenge.tries < TRIES).execute()
    if not counted:
        raise WrongCode
    right = tokens.same(found.code_hash or "", _code_hash(found, code))  # the same work where none was sent
    if not right or found.account_id != account_id:
        raise WrongCode
    with atomic():
        spent = Challenge.update(state="used").where(Challenge.id == found.id, Challenge.state == "sent").execute()
        bounces.arrived("email", found.address)
    if not spent:
        raise WrongCode
    return found
