"""Pages inside an app's webview: `?view=app` leaves out the site's own header, menu and footer until the app closes."""

from __future__ import annotations

from flask import Response, after_this_request

from portal.web import cookies
from portal.web.present import known

_COOKIE = "view"


def settle() -> None:
    """Settle where the page is drawn, and keep what the address asks for, so that links need not carry it."""
    now = known()
    asked = now.request.args.get("view") if now.request.query_string else None
    now.inside = (asked or cookies.got(_COOKIE)) == "app"
    if asked in {"app", "site"}:
        after_this_request(_keep)


def embedded() -> bool:
    """Tell whether the page is drawn inside an app."""
    return known().inside


def _keep(response: Response) -> Response:
    cookies.put(response, _COOKIE, "app" if embedded() else "site")
    return response
