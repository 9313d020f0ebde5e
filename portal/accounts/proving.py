"""The code that proves an address: sent to it, and right once; what is proven by it is for others to say."""

from __future__ import annotations

from portal import config
from portal.accounts import alarms
from portal.accounts.addresses import NoTexts, WrongCode
from portal.accounts.models import Proof
from portal.accounts.persons import number_of
from portal.accounts.spans import CODE_LIFE, TRIES
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic, clear
from portal.kernel.problems import NotFound
from portal.notices import bounces, messages

PER_ADDRESS, PER_ACCOUNT = "5/day", "12/hour"

audit.declare("accounts.identifier_asked", "kind")


def send_code(account_id: int, kind: str, value: str, language: str, link: int | None = None) -> int:
    """Send a code that proves an address, to be added or for one row of a system; return the number of the proof."""
    if kind == "phone" and not config.active().sms_url:
        raise NoTexts
    limits.hit(PER_ACCOUNT, "proof by account", str(account_id))
    limits.hit(PER_ADDRESS, "proof by address", value)
    code, now = tokens.new_code(), clock.now()
    with atomic():
        hashed = crypto.keyed_hash(kind, value)
        proof = Proof.create(
            account=account_id, kind=kind, address=value, address_hash=hashed, link=link,
            code_hash=_code_hash(account_id, hashed, code), expires_at=now + CODE_LIFE,
        )  # fmt: skip
        audit.record("accounts.identifier_asked", subject=number_of(account_id), kind=kind)
        to = alarms.recipient(kind, value, language, account_id)
        cause = f"proof:{proof.id}:{tokens.digest(tokens.new_token())}"
        messages.proof_code(to, cause, code, int(CODE_LIFE.total_seconds() // 60))
    return int(proof.id)


def pending(account_id: int, proof_id: int) -> Proof:
    """Return a person's own proof while its code is valid; NotFound for anybody else's and for one that is over."""
    open_now = Proof.used_at.is_null() & (Proof.expires_at > clock.now())
    found: Proof | None = Proof.get_or_none(Proof.id == proof_id, Proof.account == account_id, open_now)
    if found is None:
        raise NotFound
    return found


def spend(account_id: int, proof_id: int, code: str) -> Proof:
    """Use one try of a proof, and the proof itself when the code is right; raises WrongCode."""
    try:
        proof = pending(account_id, proof_id)
    except NotFound as problem:
        raise WrongCode from problem
    with atomic():
        one_more = Proof.update(tries=Proof.tries + 1)
        counted = one_more.where(Proof.id == proof.id, Proof.tries < TRIES).execute()
    if not counted or not tokens.same(proof.code_hash, _code_hash(account_id, proof.address_hash, code)):
        raise WrongCode
    with atomic():
        if not Proof.update(used_at=clock.now()).where(Proof.id == proof.id, Proof.used_at.is_null()).execute():
            raise WrongCode
        bounces.arrived("sms" if proof.kind == "phone" else "email", proof.address)
    return proof


def drop_pending(account_id: int) -> None:
    """Let no code that is still on its way to an account prove anything."""
    Proof.delete().where(Proof.account == account_id, Proof.used_at.is_null()).execute()


def forget_past() -> None:
    """Remove codes whose time is over."""
    clear(Proof, Proof.expires_at <= clock.now())


def _code_hash(account_id: int, address_hash: str, code: str) -> str:
    return crypto.keyed_hash("proof", f"{account_id}:{address_hash}:{code}")
