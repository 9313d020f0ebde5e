"""The words of a report, and what names an account: forms and services read both here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from portal.accounts.addresses import normal
from portal.kernel.problems import N_, Problem

RELATIONS = ("mother", "father", "guardian", "relative", "teacher", "other")
WISHES = ("know", "stop", "delete", "see", "keep")
REACHES = ("email", "phone")
ADDRESSES = ("email", "phone", "external_id")  # what a system can be asked for; the rest is for staff
NAMED = (*ADDRESSES, "name", "space")
LONGEST_KEPT = timedelta(days=366)  # that data is kept safe for the police, without asking again


class NoAccountNamed(Problem):
    """A report that names no account, or only the space."""

    status, code = 422, "no-account-named"
    say = N_("Tell us at least one thing about the account: a name, an e-mail address, a phone number or a number.")
    then = N_("One is enough. What you do not know, leave empty.")


def named_well(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed of an account as it is compared; raises NotAnAddress, NotAPhone, NoAccountNamed."""
    given = {kind: " ".join(text.split()) for kind, text in typed.items() if kind in NAMED and text.strip()}
    found = {kind: normal(kind, text) if kind in ("email", "phone") else text for kind, text in given.items()}
    if not set(found) - {"space"}:
        raise NoAccountNamed
    return found
