"""A new version over the demo's policies."""

from __future__ import annotations

from datetime import date, timedelta

from portal.accounts.models import Account, Identifier
from portal.kernel import clock, crypto
from portal.policies import service
from portal.policies.models import PolicyVersion

BY = 7  # number of whoever of the staff publishes


def drafted(document: str = "privacy", minor: bool = False) -> PolicyVersion:
    """Return a draft that is complete: the texts in force, with a section more."""
    made = service.create(document, minor, BY)
    for language, text in service.draft(made.id).texts.items():
        more = '<h2 id="more">More</h2><p>New words.</p>'
        service.write(made.id, language, text.summary, text.text + more, text.sha256, BY)
    return made


def scheduled(*changes: str, days: int = 30, document: str = "privacy") -> PolicyVersion:
    """Return a version that people were told of, or are about to be."""
    return service.schedule(drafted(document).id, day_in(days), changes, BY)


def day_in(days: int) -> date:
    return clock.today() + timedelta(days=days)


def readers(count: int, language: str = "en") -> list[str]:
    """Make so many accounts with an address each, as if they had signed in once; return the addresses."""
    addresses = [f"reader{number}@example.com" for number in range(count)]
    first = Account.insert_many([{"language": language} for _ in addresses]).execute()
    numbers = [row.id for row in Account.select(Account.id).order_by(Account.id.desc()).limit(count)][::-1]
    assert first is not None
    for start in range(0, count, 500):
        rows = [
            {"account": number, "kind": "email", "value": address, "hash": crypto.keyed_hash("email", address)}
            | {"due_at": None}
            for number, address in list(zip(numbers, addresses, strict=True))[start : start + 500]
        ]
        Identifier.insert_many(rows).execute()
    return addresses
