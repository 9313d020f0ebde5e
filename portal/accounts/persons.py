"""The number by which logs, ledger and links name the person of an account."""

from __future__ import annotations

from portal.accounts.models import Account, Subject
from portal.kernel.db import atomic


def number_of(account_id: int) -> int:
    """Return the data subject of an account, made now if there is none."""
    found = known_number(account_id)
    if found is None:
        with atomic():
            Subject.insert(account=account_id).on_conflict_ignore().execute()
        found = known_number(account_id)
    return found or 0


def known_number(account_id: int) -> int | None:
    """Return the data subject of an account, None if there is none yet."""
    found = Subject.select(Subject.id).where(Subject.account == account_id).scalar()
    return None if found is None else int(found)


def country_of(account_id: int) -> str:
    """Return the country (ISO 3166) that somebody named when they signed up, "" where they were not asked."""
    return country_in(Account.select(Account.age_rule).where(Account.id == account_id).scalar())


def country_in(age_rule: str | None) -> str:
    """Return the country of a rule on age that was met."""
    return str(age_rule or "").rpartition("-")[0]
