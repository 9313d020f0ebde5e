"""Who may enter: every view needs a signed-in session unless it is marked otherwise.

The marks are attributes of the view and one hook reads them, so a view that forgot its mark is closed, not open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote, urlsplit

from flask import Flask, Request, request
from flask_login import LoginManager
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.web.htmx import alone, away
from portal.web.present import known
from portal.web.site import came_from, local

SIGN_IN, CONFIRM = "/sign-in", "/confirm"

View = TypeVar("View", bound=Callable[..., Any])


class Session(Protocol):
    """What this storey reads of a session; accounts keep it."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def token(self) -> str: ...
    @property
    def fresh_until(self) -> datetime | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def memo(self) -> dict[str, Any]: ...


class Nobody:
    """The session of whoever is signed out."""

    account_id = None
    token = ""
    fresh_until = None
    language = None
    subject_id = 0

    def __init__(self) -> None:
        self.memo: dict[str, Any] = {}


class _Sessions(LoginManager):
    """flask-login without its signed cookies: a session is a row, so each can be listed and revoked (RULES A3)."""

    def init_app(self, app: Flask, add_context_processor: bool = False) -> None:
        app.login_manager = self  # type: ignore[attr-defined]

    def recognise(self) -> Session:
        """Find the session of the request and keep it, for `me` and for flask-login's `current_user`."""
        session = cast(Session, self._request_callback(request) or Nobody())
        known().session = session
        self._update_request_context_with_user(session)
        return session

    _load_user = recognise


def use(app: Flask, load_session: Callable[[Request], Session | None]) -> Callable[[], Session]:
    """Let sessions of the app be loaded by this function; return what does it, once a request."""
    sessions = _Sessions(app)
    sessions.request_loader(load_session)
    return sessions.recognise


def me() -> Session:
    """Return the session of this request."""
    session: Session = known().session
    return session


def open_to_all(view: View) -> View:
    """Mark a view that needs no session."""
    return _mark(view, "is_open")


def recently_confirmed(view: View) -> View:
    """Mark a view that wants the person to have proven a moment ago that it is them (RULES A3)."""
    return _mark(view, "is_guarded")


def machine_post(view: View) -> View:
    """Mark a view that programs post to: open, without proof of origin, so it must never act by the session's right."""
    return _mark(_mark(view, "is_open"), "is_for_machines")


def enter(view: Callable[..., Any], session: Session) -> Response | None:
    """Let the request in, or send the person to sign in or to confirm who they are."""
    if hasattr(view, "is_open"):
        return None
    if session.account_id is None:
        return _ask_at(SIGN_IN)
    if hasattr(view, "is_guarded") and (session.fresh_until is None or session.fresh_until <= clock.now()):
        return _ask_at(CONFIRM)
    return None


def _ask_at(door: str) -> Response:
    return away(f"{door}?next={quote(_page(), safe='/')}", 401 if alone() else 303)


def _page() -> str:
    """Return the page that the person looks at: what was posted to may have no page of its own."""
    if request.method not in {"GET", "HEAD"}:
        return came_from()
    if alone():
        return local(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    return local(request.full_path.rstrip("?"))


def _mark(view: View, mark: str) -> View:
    setattr(view, mark, True)
    return view
