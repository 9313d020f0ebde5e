"""What was typed survives a proof that comes in between, and an app that was ended meanwhile (RULES U7).

A form is kept for whoever typed it, not in the browser: a phone that needs memory ends a webview with all it holds. It
is shown again only to them, filled in and not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from portal.accounts.keeping.models import KeptForm
from portal.kernel import clock
from portal.kernel.db import atomic, clear

MOST = 100_000  # characters of all that is kept of one form
_NEVER = frozenset({"csrf_token", "code"})  # what proves somebody is typed anew

Fields = list[tuple[str, str]]


class Owner(NamedTuple):
    """Who typed: the column that says so, their number, and how long a form waits for them."""

    column: Any
    number: int
    life: timedelta

    def rows(self) -> Any:
        """Return the condition for all that is kept for them."""
        return self.column == self.number


class Kept(NamedTuple):
    """A form that was not sent: the path that it belongs to, and its fields."""

    number: int
    path: str
    fields: Fields


def keep(owner: Owner, path: str, typed: Iterable[tuple[str, str]]) -> int | None:
    """Keep what was typed on a page and return its number; None for nothing, and for what is too much to keep.

    Passwords and codes are never kept, and of one page only the last form.
    """
    fields = [(name, value) for name, value in typed if name not in _NEVER and "password" not in name]
    packed = json.dumps(fields)
    if not any(value for _, value in fields) or len(packed) > MOST or len(path) > KeptForm.path.max_length:
        return None
    whose, until = {owner.column.name: owner.number}, clock.now() + owner.life
    with atomic():
        let_go(owner, path)
        made = KeptForm.create(**whose, path=path, fields=packed, expires_at=until)
    return int(made.id)


def find(owner: Owner, *which: Any) -> Kept | None:
    """Return what they typed last, of the forms that meet all conditions; nothing of anybody else's."""
    mine = KeptForm.select().where(owner.rows(), KeptForm.expires_at > clock.now(), *which)
    row: KeptForm | None = mine.order_by(KeptForm.id.desc()).first()
    return Kept(row.id, row.path, [(name, value) for name, value in json.loads(row.fields)]) if row else None


def let_go(owner: Owner, path: str | None = None) -> None:
    """Forget what was typed on a page, or on all: it has been sent, or is not wanted."""
    KeptForm.delete().where(owner.rows(), True if path is None else KeptForm.path == path).execute()


def forget_past() -> None:
    """Remove what was kept long enough."""
    clear(KeptForm, KeptForm.expires_at <= clock.now())
