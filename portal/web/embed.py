"""Pages inside an app's webview: `?view=app` leaves out the site's own header, menu and footer until the app closes.

With it an app may say how it looks itself: `theme=dark`, `text=150` (percent). A cookie remembers all that. Where an
app keeps no cookies the addresses on the page carry it on, so that no step falls out of the app's look.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flask import Response, after_this_request
from werkzeug.wrappers import Response as AnyResponse

from portal.web import cookies
from portal.web.present import known

_COOKIE = "view"
THEMES = ("light", "dark")
SIZES = (100, 115, 130, 150, 175, 200)  # percent, for each of which the style sheet has a rule
_LOCAL = re.compile(r'(\s(?:href|action|hx-get|hx-post)=")(/(?!/|static/)[^"#]*)')
_LISTS = re.compile(r'<form\b[^>]*\bmethod="get"[^>]*>')  # a browser drops the query of what these are sent to


class Look(NamedTuple):
    """How an app draws its own pages: a word of THEMES or "", and one of SIZES."""

    theme: str = ""
    text: int = 100

    @property
    def written(self) -> str:
        """Return it as it is kept in a cookie or a row."""
        return ".".join(("app", self.theme, str(self.text))).removesuffix(".100").removesuffix(".")

    @property
    def query(self) -> str:
        """Return it as addresses carry it."""
        parts = (
            "view=app",
            f"theme={self.theme}" if self.theme else "",
            f"text={self.text}" if self.text > 100 else "",
        )
        return "&".join(filter(None, parts))


def look(theme: str | None, text: str | int | None) -> Look:
    """Return a look as the pages know it: an unknown theme is none, a size the one that comes nearest."""
    written = str(text or "")
    wanted = int(written) if written.isdecimal() and len(written) < 5 else 100
    nearest = min(SIZES, key=lambda size: abs(size - wanted))
    return Look(theme if theme in THEMES else "", nearest)


def read(written: str | None) -> Look | None:
    """Return the look that was kept, None for the site's own."""
    view, theme, text = ((written or "").split(".") + ["", ""])[:3]
    return look(theme, text) if view == "app" else None


def settle() -> None:
    """Settle where the page is drawn, and keep what the address asks for, so that links need not carry it."""
    now = known()
    kept = read(written) if (written := cookies.got(_COOKIE)) else None
    asked = now.request.args.get("view") if now.request.query_string else None
    if asked not in {"app", "site"}:
        now.inside = kept
        return
    told = now.request.args
    before = kept or Look()
    now.inside = look(told.get("theme", before.theme), told.get("text", before.text)) if asked == "app" else None
    after_this_request(_keep)
    if now.inside and not kept:
        after_this_request(_carry)


def embedded() -> bool:
    """Tell whether the page is drawn inside an app."""
    return known().inside is not None


def inside() -> Look | None:
    """Return how the app around the page looks, None on the site's own pages."""
    found: Look | None = known().inside
    return found


def draw_inside(response: AnyResponse, written: str) -> None:
    """Let the pages that follow be drawn in a look, as it was written."""
    cookies.put(response, _COOKIE, written)


def carried(url: str, look: Look) -> str:
    """Return an address of ours that says in which look its page is drawn."""
    path, hash_, place = url.partition("#")
    if "view=" in path:
        return url
    return f"{path}{'&' if '?' in path else '?'}{look.query}{hash_}{place}"


def _keep(response: Response) -> Response:
    now = inside()
    cookies.put(response, _COOKIE, now.written if now else "site")
    return response


def _carry(response: Response) -> Response:
    """Let every address of the answer carry the look on."""
    now = inside() or Look()
    for name in ("Location", "HX-Redirect"):
        if response.headers.get(name, "").startswith("/"):
            response.headers[name] = carried(response.headers[name], now)
    if response.mimetype == "text/html" and not response.direct_passthrough and not response.is_streamed:
        response.set_data(_carried(response.get_data(as_text=True), now))
    return response


def _carried(page: str, look: Look) -> str:
    def address(found: re.Match[str]) -> str:
        url = found[2].replace("&amp;", "&")
        return found[1] + carried(url, look).replace("&", "&amp;")

    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{value}">'
        for name, _, value in (part.partition("=") for part in look.query.split("&"))
    )
    return _LISTS.sub(lambda form: form[0] + hidden, _LOCAL.sub(address, page))
