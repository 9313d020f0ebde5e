"""Who may enter: every view needs a signed-in session unless it is marked otherwise.

The marks are attributes of the view and one hook reads them, so a view that forgot its mark is closed, not open. Below
/staff the session of a member of the staff counts and nobody else's, elsewhere a person's and no member's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote, urlsplit

from flask import Flask, Request, abort, request
from flask_login import LoginManager
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.roles import ROLES, Role
from portal.web import keeping
from portal.web.htmx import alone, away
from portal.web.present import known
from portal.web.site import came_from, local

SIGN_IN, CONFIRM = "/sign-in", "/confirm"
LOST = "/handoff/lost"  # inside an app, which can let the person in again by itself
STAFF = "/staff"


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


class Crew(Session, Protocol):
    """The session of a member of the staff; as a person's session it is nobody's."""

    @property
    def number(self) -> int: ...
    @property
    def session_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...


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


def recognise_staff(load_staff: Callable[[Request], Crew | None]) -> Session:
    """Find the staff's session of the request and keep it, for `crew`; what a person has signed in to is not asked."""
    known().crew = load_staff(request)
    session: Session = known().crew or Nobody()
    known().session = session
    return session


def for_staff() -> bool:
    """Tell whether the request is for a page of the staff."""
    path = known().request.path
    return path == STAFF or path.startswith(STAFF + "/")


def crew() -> Crew:
    """Return the member of the staff whose request this is; a view marked with `staff` always has one."""
    return cast(Crew, known().crew)


def crew_or_nobody() -> Crew | None:
    """Return the member of the staff whose request this is, None on the pages before signing in."""
    return cast("Crew | None", known().crew)


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


def staff(*roles: Role, fresh: bool = False) -> Callable[[View], View]:
    """Mark a view for members of the staff in one of these roles, each of which is named: none implies another.

    `fresh`: the second factor was shown within the last 15 minutes (RULES A3). ValueError for a role there is not.
    """
    if not roles or not set(roles) <= set(ROLES):
        raise ValueError(f"name roles of {ROLES}, not {roles}")

    def mark(view: View) -> View:
        view.__dict__["roles"] = frozenset(roles)
        return _mark(view, "is_guarded") if fresh else view

    return mark


def roles_of(view: Callable[..., Any]) -> frozenset[Role]:
    """Return the roles that a view is marked with, none where it is no view of the staff."""
    roles: frozenset[Role] = getattr(view, "roles", frozenset())
    return roles


def machine_post(view: View) -> View:
    """Mark a view that programs post to: open, without proof of origin, so it must never act by the session's right."""
    return _mark(_mark(view, "is_open"), "is_for_machines")


def enter(view: Callable[..., Any], session: Session) -> Response | None:
    """Let the request in, or send the person to sign in or to confirm who they are."""
    if hasattr(view, "is_open"):
        return None
    if roles := roles_of(view):
        return _enter_staff(view, roles)
    if session.account_id is None:
        return _ask_at(SIGN_IN)
    if hasattr(view, "is_guarded") and not is_fresh(session):
        return _ask_at(CONFIRM)
    return None


def _enter_staff(view: Callable[..., Any], roles: frozenset[Role]) -> Response | None:
    """Let a member in; whoever has another role learns no more than that there is no such page (RULES S1)."""
    member = crew_or_nobody()
    if member is None:
        keeping.put_by_staff()
        return _ask_at(STAFF + SIGN_IN)
    if member.role not in roles:
        abort(404)
    if hasattr(view, "is_guarded") and not is_fresh(member):
        keeping.put_by_staff()
        return _ask_at(STAFF + CONFIRM)
    return None


def confirm_first() -> Response:
    """Send the person to prove that it is them, from a view that wants it for some of what is posted alone."""
    return _ask_at(CONFIRM)


def is_fresh(session: Session) -> bool:
    """Tell whether somebody has proven a moment ago that it is them."""
    return session.fresh_until is not None and session.fresh_until > clock.now()


def _ask_at(door: str) -> Response:
    """Send the person to prove who they are, and keep for them what they had typed (RULES U7)."""
    if door == SIGN_IN and known().inside is not None:
        door = LOST
    return away(f"{door}?next={quote(keeping.put_by(page()), safe='/')}", 401 if alone() else 303)


def page() -> str:
    """Return the page that the person looks at: what was posted to may have no page of its own."""
    if request.method not in {"GET", "HEAD"}:
        silent = request.referrer is None and "GET" in _methods()  # not every webview says where it was
        return request.path if silent else came_from()
    if alone():
        return local(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    return local(request.full_path.rstrip("?"))


def _methods() -> set[str]:
    return (request.url_rule.methods if request.url_rule else None) or set()


def _mark(view: View, mark: str) -> View:
    setattr(view, mark, True)
    return view
