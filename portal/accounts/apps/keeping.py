"""What was typed survives a proof that comes in between, and an app that was ended meanwhile (RULES U7).

A form is kept for its account, not in the browser: a phone that needs memory ends a webview with all it holds. It is
shown again only to that person, filled in and not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from portal.accounts.apps.models import KeptForm
from portal.accounts.models import Session
from portal.kernel import clock
from portal.kernel.db import atomic, clear

LIFE = timedelta(hours=1)
MOST = 64 * 1024  # characters of all that is kept of one form
_OPENED_BY = 24  # digits of a session's digest that its forms carry
_SECRETS = ("password", "code", "csrf_token")

Fields = list[tuple[str, str]]


def put(account_id: int | None, mark: str, page: str, typed: Iterable[tuple[str, str]]) -> str:
    """Keep what was typed on a page for an account, or for whose form it is by its mark; return where it is shown."""
    path, _, query = page.partition("?")
    rest = "&".join(part for part in query.split("&") if part and not part.startswith("kept="))
    whose = account_id if account_id is not None else owner(mark)
    number = keep(whose, path, typed) if whose is not None else None
    plain = f"{path}?{rest}" if rest else path
    return plain if number is None else address(plain, number)


def keep(account_id: int, path: str, typed: Iterable[tuple[str, str]]) -> int | None:
    """Keep what was typed on a page and return its number; None for nothing, and for what is too much to keep.

    Passwords and codes are never kept, and of one page only the last form.
    """
    fields = [(name, value) for name, value in typed if not any(secret in name for secret in _SECRETS)]
    packed = json.dumps(fields)
    if not any(value for _, value in fields) or len(packed) > MOST or len(path) > KeptForm.path.max_length:
        return None
    with atomic():
        KeptForm.delete().where(KeptForm.account == account_id, KeptForm.path == path).execute()
        made = KeptForm.create(account=account_id, path=path, fields=packed, expires_at=clock.now() + LIFE)
    return int(made.id)


def load(account_id: int, path: str, number: int) -> Fields:
    """Return what this person typed on this page; nothing for anybody else."""
    mine = (KeptForm.id == number) & (KeptForm.account == account_id) & (KeptForm.path == path)
    found: KeptForm | None = KeptForm.get_or_none(mine, KeptForm.expires_at > clock.now())
    return [(name, value) for name, value in json.loads(found.fields)] if found else []


def latest(account_id: int) -> str:
    """Return the page on which this person last typed something that was not sent, "" where there is none."""
    mine = KeptForm.select().where(KeptForm.account == account_id, KeptForm.expires_at > clock.now())
    found: KeptForm | None = mine.order_by(KeptForm.id.desc()).first()
    return address(found.path, found.id) if found else ""


def address(path: str, number: int) -> str:
    """Return where a page is shown with what was typed."""
    return f"{path}{'&' if '?' in path else '?'}kept={number}"


def let_go(account_id: int, path: str) -> None:
    """Forget what was typed on a page: it has been sent."""
    KeptForm.delete().where(KeptForm.account == account_id, KeptForm.path == path).execute()


def mark(digest: str) -> str:
    """Return what the forms of a session carry, so that its person is known when its cookie is not."""
    return digest[:_OPENED_BY]


def owner(mark: str) -> int | None:
    """Return whose form it is by its mark; None for one that was signed out: that was meant to be the end."""
    if len(mark) != _OPENED_BY:
        return None
    mine = (Session.digest >= mark) & (Session.digest < mark + "g") & Session.ended_at.is_null()
    found: Session | None = Session.get_or_none(mine)
    return found.account_id if found else None


def forget_past() -> None:
    """Remove what was kept long enough."""
    clear(KeptForm, KeptForm.expires_at <= clock.now())
