"""Filing a request: by whoever has an account, and by whoever has none, for oneself or for somebody else (RULES R1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.accounts import service as accounts
from portal.accounts.addresses import normal
from portal.cases.models import Case
from portal.cases.service import agents, effects, thread
from portal.cases.service.opening import acknowledge, open_case, open_without_account
from portal.kernel import audit, limits
from portal.kernel.db import atomic
from portal.subjects import service as subjects

PER_ADDRESS, PER_NETWORK, PER_PERSON = "5/day", "20/hour", "20/day"
SELF, RELATIVE = "self", "relative"

audit.declare("cases.filed", "reference")


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: `asked` in words of ours, `words` in their own; `other` is whom they ask for."""

    kind: str
    words: str = ""
    country: str = ""
    acting: str = SELF
    other: str = ""
    asked: dict[str, str] = field(default_factory=dict)


def file_publicly(wish: Wish, typed: str, network: str, language: str) -> Case:
    """Open the request of somebody who is signed out; a mail with its address goes to them.

    Nothing is looked up of anybody, so each address gets the same answer in the same time (RULES R3).
    Raises NotAnAddress, TooManyTries.
    """
    address, other = normal("email", typed), normal("email", wish.other) if wish.other else ""
    limits.hit(PER_NETWORK, "request by network", network)
    limits.hit(PER_ADDRESS, "request by address", address)
    return _from_address(wish, address, other, language)


def file_signed_in(wish: Wish, subject_id: int, language: str, *, confirmed: bool) -> Case:
    """Open the request of somebody signed in; one for somebody else rests on their address alone, as anybody's does.

    Raises NotAnAddress, TooManyTries.
    """
    other = normal("email", wish.other) if wish.other else ""
    limits.hit(PER_PERSON, "request by person", str(subject_id))
    if wish.acting != SELF and (address := _address(subject_id)):
        return _from_address(wish, address, other, language)
    method = "confirmed session" if confirmed else "signed in"
    with atomic():
        known: dict[str, Any] = {"country": wish.country, "asked": wish.asked or None}
        case = open_case(wish.kind, subject_id, approved=False, method=method, **known)
        audit.record("cases.filed", subject=subject_id, reference=case.reference)
        acknowledge(case, actor="worker")
        _say(case, wish)
        effects.filed(case)
    return case


def normal_email(typed: str) -> str:
    """Return an e-mail address as it is compared; raises NotAnAddress."""
    return normal("email", typed)


def _from_address(wish: Wish, address: str, other: str, language: str) -> Case:
    known: dict[str, Any] = {"country": wish.country, "acting": wish.acting, "asked": wish.asked or None}
    with atomic():
        case = open_without_account(wish.kind, address, language, **known)
        _say(case, wish)
        if other and wish.acting in agents.FOR_OTHERS:
            agents.ask(case, other)
        elif other and wish.acting == RELATIVE:
            agents.ask_family(case, other)
    return case


def _say(case: Case, wish: Wish) -> None:
    if wish.words.strip():
        thread.say(case, "person" if wish.acting == SELF else "agent", wish.words)


def _address(subject_id: int) -> str:
    account = subjects.account_of(subject_id)
    reader = accounts.recipient(account) if account else None
    return reader.address if reader else ""
