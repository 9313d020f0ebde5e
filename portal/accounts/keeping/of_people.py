"""What people typed: an address shows it again on the page that it was typed on, for an hour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from portal.accounts import keeping
from portal.accounts.keeping import Fields, Owner
from portal.accounts.keeping.models import KeptForm
from portal.accounts.models import Session

LIFE = timedelta(hours=1)
_MARK = re.compile("[0-9a-f]{24}")  # of a session's digest, which its forms carry


def put(account_id: int | None, mark: str, page: str, typed: Iterable[tuple[str, str]]) -> str:
    """Keep what was typed on a page for an account, or for whose form it is by its mark; return where it is shown."""
    path, _, query = page.partition("?")
    rest = "&".join(part for part in query.split("&") if part and not part.startswith("kept="))
    whose = account_id if account_id is not None else _whose(mark)
    number = keep(whose, path, typed) if whose is not None else None
    plain = f"{path}?{rest}" if rest else path
    return plain if number is None else _address(plain, number)


def keep(account_id: int, path: str, typed: Iterable[tuple[str, str]]) -> int | None:
    """Keep what was typed on a page and return its number; None where nothing is kept."""
    return keeping.keep(_owner(account_id), path, typed)


def load(account_id: int, path: str, number: int) -> Fields:
    """Return what this person typed on this page; nothing for anybody else."""
    found = keeping.find(_owner(account_id), KeptForm.id == number, KeptForm.path == path)
    return found.fields if found else []


def latest(account_id: int) -> str:
    """Return the page on which this person last typed something that was not sent, "" where there is none."""
    found = keeping.find(_owner(account_id))
    return _address(found.path, found.number) if found else ""


def let_go(account_id: int, path: str) -> None:
    """Forget what was typed on a page: it has been sent."""
    keeping.let_go(_owner(account_id), path)


def _owner(account_id: int) -> Owner:
    return Owner(KeptForm.account, account_id, LIFE)


def _address(path: str, number: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}kept={number}"


def _whose(mark: str) -> int | None:
    """Return whose form it is by its mark; None for one that was signed out: that was meant to be the end."""
    if not _MARK.fullmatch(mark):  # a database may compare what it does not print as if it were not there
        return None
    mine = (Session.digest >= mark) & (Session.digest < mark + "g") & Session.ended_at.is_null()
    found: Session | None = Session.get_or_none(mine)
    return found.account_id if found else None
