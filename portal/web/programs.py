"""Programs that call us: known by a key alone, no cookie, no form, no page; whatever they are told is JSON.

A view below /api names the scope that a key must have; one that forgot is closed, as everywhere (see `guards`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol, TypeVar

from flask import Request

from portal.kernel.problems import N_, Problem
from portal.web.present import known

PREFIX = "/api/"
ANY = ""  # the scope of a view that every key may call

View = TypeVar("View", bound=Callable[..., Any])


class Caller(Protocol):
    """What this storey reads of a key; the api keeps it. `subject` is whom a call turned out to be about."""

    subject: int | None

    @property
    def number(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def scopes(self) -> Collection[str]: ...
    def count(self) -> None: ...
    def headers(self) -> dict[str, str]: ...


class NoKey(Problem):
    """No key came, or one that is unknown or disabled: which of these is not said."""

    status, code = 401, "no-key"
    say = N_("This call needs a valid key.")
    then = N_("Send it as “Authorization: Bearer …”. An operator makes one with “portal api-key add”.")


class WrongScope(Problem):
    """The key is good, but not for this; facts: `scope`."""

    status, code = 403, "wrong-scope"
    say = N_("This key may not be used for this call.")
    then = N_("It needs the scope %(scope)s. An operator makes a key with “portal api-key add”.")


def scoped(scope: str) -> Callable[[View], View]:
    """Mark a view that programs call with a key of this scope; ANY for every key."""

    def mark(view: View) -> View:
        view.__dict__.update(scope=scope, is_for_machines=True)
        return view

    return mark


def scope_of(view: Callable[..., Any]) -> str | None:
    """Return the scope that a view is marked with, None where it is no view for programs."""
    found: str | None = getattr(view, "scope", None)
    return found


def is_program(path: str) -> bool:
    """Tell whether a path is for programs."""
    return path.startswith(PREFIX)


def enter(view: Callable[..., Any], load: Callable[[Request], Caller | None]) -> None:
    """Let a call in and count it; raises NoKey, WrongScope, and what `count` raises when there were too many."""
    if hasattr(view, "is_open"):
        return
    now, scope = known(), scope_of(view)
    caller = now.caller = load(now.request)
    if caller is None or scope is None:
        raise NoKey
    caller.count()
    if scope and scope not in caller.scopes:
        raise WrongScope(scope=scope)


def caller() -> Caller:
    """Return whose call this is; a view marked with `scoped` always has one."""
    found: Caller = known().caller
    return found


def limits() -> dict[str, str]:
    """Return what the headers of an answer say about how many calls are left; nothing where no key came."""
    now = known()
    return now.caller.headers() if now.caller else {}
