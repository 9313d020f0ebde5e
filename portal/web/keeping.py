"""What was typed when a proof came in between: put by for its person, and shown again when they are back (RULES U7).

The accounts keep it; this storey knows when to ask them. Nothing is sent anew by itself: the form is filled, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from flask import Flask, request
from werkzeug.datastructures import MultiDict

from portal.kernel import tokens
from portal.web import numbers
from portal.web.present import known
from portal.web.site import came_from

_KEY = "portal.keeping"
_MARK = 24  # digits of a session's digest that its forms carry
Fields = list[tuple[str, str]]


class Keeper(NamedTuple):
    """What accounts do: keep fields of a page (by account or by the mark of a form), give them back, let them go.

    What a member of the staff posts is kept by its path, and has a page of its own that shows it again.
    """

    put: Callable[[int | None, str, str, Iterable[tuple[str, str]]], str]
    get: Callable[[int, str, int], Fields]
    drop: Callable[[int, str], None]
    put_of_staff: Callable[[str, Iterable[tuple[str, str]]], None]


View = TypeVar("View", bound=Callable[..., Any])


def one_tap(view: View) -> View:
    """Mark a view that takes taps and no text: one that came too late is tapped anew, so nothing looks chosen."""
    view.__dict__["is_one_tap"] = True
    return view


def init_app(app: Flask, keeper: Keeper | None) -> None:
    """Let an app keep what was typed; without a keeper it is lost."""
    app.extensions[_KEY] = keeper


def mark(token: str) -> str:
    """Return what forms of a session carry beside their token: a beginning of its digest, which opens nothing."""
    return "_" + tokens.digest(token)[:_MARK] if token else ""


def put_by(page: str) -> str:
    """Keep what was posted, and return where the page is that shows it again."""
    keeper, now = _keeper(), known()
    view = now.app.view_functions.get(now.request.endpoint or "")
    if keeper is None or now.request.method != "POST" or not request.form or hasattr(view, "is_one_tap"):
        return page
    sent = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
    return keeper.put(now.session.account_id, sent.partition("_")[2], page, request.form.items(multi=True))


def put_by_staff() -> None:
    """Keep what a member of the staff posted."""
    keeper = _keeper()
    if keeper is not None and request.method == "POST" and request.form:
        keeper.put_of_staff(request.path, request.form.items(multi=True))


def look() -> None:
    """Find what this person typed on the page that is asked for, where its address says that there is something."""
    now = known()
    if b"kept=" not in now.request.query_string:
        return
    keeper, number = _keeper(), numbers.asked("kept")
    if keeper is None or now.session.account_id is None or now.request.method != "GET":
        return
    if number:
        now.kept = MultiDict(keeper.get(now.session.account_id, now.request.path, number)) or None


def sent() -> None:
    """Let go of what was typed once it is sent from the page that showed it again."""
    now = known()
    if now.request.method != "POST" or now.session.account_id is None or (keeper := _keeper()) is None:
        return
    if b"kept=" in now.request.query_string:
        keeper.drop(now.session.account_id, now.request.path)
    elif "kept=" in (now.request.referrer or "") and "kept=" in (came := came_from()):
        keeper.drop(now.session.account_id, came.partition("?")[0])


def _keeper() -> Keeper | None:
    keeper: Keeper | None = known().app.extensions.get(_KEY)
    return keeper
