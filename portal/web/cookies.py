"""The one way a cookie is written: host-bound, unreadable for scripts, same-site (RULES W2)."""

from __future__ import annotations

from flask import Flask, current_app
from werkzeug.wrappers import Response

from portal.web.present import known

_PREFIX = "COOKIE_PREFIX"


def init_app(app: Flask) -> None:
    """Settle how the site's cookies are called."""
    # Plain http is for one's own machine only, where Safari drops cookies that are Secure or named __Host-.
    app.config[_PREFIX] = "__Host-" if app.extensions["portal"].site.base_url.startswith("https:") else ""


def put(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """Set a cookie; without an age it ends with the browser's session."""
    prefix = current_app.config[_PREFIX]
    secure = bool(prefix)
    response.set_cookie(prefix + name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")


def drop(response: Response, name: str) -> None:
    """Make the browser forget a cookie."""
    put(response, name, "", max_age=0)


def read() -> None:
    """Take the cookies of ours out of the request, once; of two with one name the first counts.

    None of ours has a sign that must be quoted, so less is to be read than Werkzeug reads.
    """
    now = known()
    prefix, sent = now.app.config[_PREFIX], now.request.environ.get("HTTP_COOKIE", "")
    pairs = [pair.strip().partition("=") for pair in reversed(sent.split(";"))]
    now.cookies = {name[len(prefix) :]: value for name, _, value in pairs if name.startswith(prefix)}


def got(name: str) -> str | None:
    """Return what the browser sent, else None."""
    return known().cookies.get(name)
