"""Addresses to which people answer and mail comes back: one a request, one a message.

Each holds what it is about and a signature, and nothing of a person: nobody can make one up, no table holds any.
"""

from __future__ import annotations

from typing import NamedTuple

from portal import config
from portal.kernel import tokens

REQUEST, RETURN = "r", "b"


class Place(NamedTuple):
    """What an address is about: REQUEST with a reference, or RETURN with the number of a message."""

    kind: str
    name: str


def of_request(reference: str) -> str:
    """Return the address that leads into the thread of a request, "" where nobody takes mail in."""
    return _address(REQUEST, reference.lower())


def of_message(number: int) -> str:
    """Return the address that a message comes back to when it cannot be delivered, "" where nobody takes mail in."""
    return _address(RETURN, str(number))


def opened(address: str) -> Place | None:
    """Return what an address is about, None for one that was made up or is not ours."""
    site, _, domain = config.site().mail.answers.lower().rpartition("@")
    local, _, host = address.strip().strip("<>").lower().rpartition("@")
    begin, _, rest = local.partition("+")
    kind, _, signed = rest.partition(".")
    name, _, proof = signed.rpartition(".")
    if not site or (begin, host) != (site, domain) or kind not in (REQUEST, RETURN):
        return None
    if not tokens.same(proof, _proof(kind, name)):
        return None
    return Place(kind, name.upper() if kind == REQUEST else name)


def _address(kind: str, name: str) -> str:
    site, _, domain = config.site().mail.answers.rpartition("@")
    return f"{site}+{kind}.{name}.{_proof(kind, name)}@{domain}" if site else ""


def _proof(kind: str, name: str) -> str:
    return tokens.derived("mail", kind, name)
