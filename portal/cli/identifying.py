"""An e-mail address or phone number as an operator types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.config import ConfigProblem

if TYPE_CHECKING:
    from portal.sources.base import Identifier


def identifier(typed: str) -> Identifier:
    """Return what was typed as the portal compares it: an address has an @, anything else is a phone number."""
    return email(typed) if "@" in typed else phone(typed)


def email(typed: str) -> Identifier:
    """Return an e-mail address; raises NotAnAddress."""
    from portal.accounts.service import normal_email
    from portal.sources.base import Identifier

    return Identifier("email", normal_email(typed))


def phone(typed: str) -> Identifier:
    """Return a phone number; raises ConfigProblem."""
    from portal.sources.base import Identifier
    from portal.sources.identifiers import normal_phone

    if not typed.lstrip().startswith(("+", "00")) or not (number := normal_phone(typed)):
        raise ConfigProblem("this is no phone number; write it with its calling code, as +84912345678")
    return Identifier("phone", number)
