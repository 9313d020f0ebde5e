"""The legal clock: pure functions over profiles that are data (docs/legal-clock.md)."""

from portal.cases.legal.extending import AlreadyExtended, NoExtension, ReasonMissing, TooLate, extend
from portal.cases.legal.profiles import KINDS, NAMES, Authority, Edit, InForce, Profile, Value, profile
from portal.cases.legal.terms import Law, Reminders, Terms, received_on, reminders, terms

__all__ = [
    "KINDS", "NAMES", "AlreadyExtended", "Authority", "Edit", "InForce", "Law", "NoExtension", "Profile",
    "ReasonMissing", "Reminders", "Terms", "TooLate", "Value", "extend", "profile", "received_on", "reminders", "terms",
]  # fmt: skip
