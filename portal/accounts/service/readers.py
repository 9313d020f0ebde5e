"""Where each person is told something: their main address, or the inbox alone."""

from __future__ import annotations

from portal import config
from portal.accounts.models import Account, Identifier
from portal.accounts.persons import country_in
from portal.notices import messages


def recipient(account_id: int) -> messages.Recipient | None:
    """Return where messages to an account go: its main e-mail address."""
    account = Account.get_or_none(Account.id == account_id)
    proven = Identifier.of(account_id, "email").first()
    if account is None or proven is None:
        return None
    return messages.Recipient(proven.value, account.language or "en", account_id, country=country_in(account.age_rule))


def language(account_id: int) -> str | None:
    """Return the language that somebody has chosen here, None where they have not."""
    found = Account.select(Account.language).where(Account.id == account_id).scalar()
    return str(found) if found else None


def readers() -> int:
    """Return how many accounts there are: each has an inbox, and most an e-mail address."""
    return int(Account.select().count())


def readers_after(account_id: int, limit: int) -> tuple[int | None, list[messages.Recipient]]:
    """Return the last of the next so many accounts after one, and where each is told: by e-mail, else in the inbox.

    None when there are no more; in the order of their numbers, with two statements.
    """
    known = (
        Account.select(Account.id, Account.language).where(Account.id > account_id).order_by(Account.id).limit(limit)
    )
    languages = {account.id: account.language or config.site().languages[0] for account in known}
    if not languages:
        return None, []
    order = (Identifier.account, Identifier.main_at.desc(nulls="LAST"), Identifier.id)
    proven = Identifier.select().where(Identifier.account << list(languages), Identifier.kind == "email")
    main: dict[int, str] = {}
    for row in proven.order_by(*order):
        main.setdefault(row.account_id, row.value)
    return max(languages), [_reader(main.get(number), language, number) for number, language in languages.items()]


def _reader(address: str | None, language: str, account_id: int) -> messages.Recipient:
    return messages.Recipient(address or "", language, account_id, "email" if address else messages.INBOX)
