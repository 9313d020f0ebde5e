"""What is known of the request that is being answered.

A page asks for it some thirty times; one context variable answers each time in a tenth of what Flask's `g` needs. It is
made anew before anything else happens to a request, so nothing of the request before can show through.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Request
from flask.ctx import RequestContext
from flask.globals import request_ctx


@dataclass(slots=True)
class Known:
    """The cookies that came, the reader's words, session and forms' token, the browser's mark, whether in an app.

    `request`, `app` and `context` are the objects themselves, which Flask's proxies seek anew at each word; `crew` is
    the member of the staff, on a page of theirs.
    """

    request: Request
    app: Flask
    context: RequestContext
    cookies: dict[str, str] = field(default_factory=dict)
    words: Any = None
    session: Any = None
    crew: Any = None
    token: str = ""
    mark: str = ""
    inside: Any = None  # how the app around the page looks
    kept: Any = None  # what was typed here before a proof came in between
    banners: Any = None  # drawn once a request
    caller: Any = None  # the program, on an address for programs


_known: ContextVar[Known] = ContextVar("portal.known")


def begin() -> Known:
    """Forget the request before; return what is known of this one."""
    context: RequestContext = request_ctx._get_current_object()  # type: ignore[attr-defined]
    now = Known(context.request, context.app, context)
    _known.set(now)
    return now


known = _known.get
