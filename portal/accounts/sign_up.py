"""Signing up: old enough or not, and nothing kept of a date of birth (RULES K7, §16)."""

from __future__ import annotations

from datetime import date, timedelta

from portal.accounts import service
from portal.kernel import ages, clock, tokens
from portal.kernel.ages import edits

CLOSED_FOR = timedelta(hours=24)


def rule(born: date, country: str) -> str | None:
    """Return the rule by which somebody is old enough for an account, such as VN-16; None when they are not."""
    today = clock.today()
    least = edits.strictest(country, today)
    return f"{country}-{least}" if ages.age(born, today) >= least else None


def ask(typed: str, network: str, language: str, rule: str) -> str:
    """Note that somebody who is old enough wants an account; return the token of the attempt.

    The answer is the same for a known address: its mail then says so, and the code signs in. Raises NotAnAddress,
    TooManyTries.
    """
    return service.ask_code(typed, network, language, "", rule)


def closing() -> str:
    """Return what a browser keeps so that another date gets the same answer: when that ends, signed, and no more."""
    until = str(int((clock.now() + CLOSED_FOR).timestamp()))
    return f"{until}.{_signed(until)}"


def is_closed(kept: str) -> bool:
    """Tell whether a browser keeps a mark of ours that has not run out."""
    until, _, signed = kept.partition(".")
    return tokens.same(signed, _signed(until)) and clock.now().timestamp() < int(until)


def _signed(until: str) -> str:
    return tokens.derived("no sign-up", until)
