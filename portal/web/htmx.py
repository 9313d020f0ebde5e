"""One address, two answers: the page, or its region for htmx. The only user of htmx_flask."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, redirect
from htmx_flask import Htmx, request
from jinja2 import Environment
from markupsafe import escape
from werkzeug.wrappers import Response as AnyResponse

from portal.web.words import here

# htmx puts the text into the live region that every page has from its first load, so it is read out (RULES U1).
_SAID = '<div hx-swap-oob="innerHTML:#said">{}</div>'


def init_app(app: Flask, pages: dict[str, Environment], news: Callable[[], str]) -> None:
    """Make `request.htmx` known to the app's requests, and the pages of each language to `draw`.

    `news` is what a region that was posted to brings for the rest of the page.
    """
    Htmx(app)
    app.extensions["portal.pages"] = pages
    app.extensions["portal.news"] = news


def alone() -> bool:
    """Tell whether htmx wants the region alone, and not a page for a boosted link or its history."""
    hx = request.htmx
    return bool(hx) and not hx.boosted and not hx.history_restore_request


def show(
    page: str, region: str | None = None, *, status: int = 200, said: str = "", beside: str = "", **context: object
) -> Response:
    """Answer the page; or, when htmx asks and there is one, the region alone with what is to be read out.

    `beside` goes along with a region: markup that says with hx-swap-oob where it belongs.
    """
    by_itself = region is not None and alone()
    body = draw(region if region and by_itself else page, **context)
    if by_itself:
        body += beside + _news(status) + (_SAID.format(escape(said)) if said else "")
    response = Response(body, status)
    response.headers["Vary"] = "HX-Request"
    return response


def _news(status: int) -> str:
    """Return how the rest of the page stands after a post: what is only looked at changes nothing."""
    if request.method != "POST" or status >= 400:
        return ""
    news: str = current_app.extensions["portal.news"]()
    return news


def away(url: str, status: int = 303) -> AnyResponse:
    """Send the person to another address; htmx is told by a header, for a redirect it would follow and swap in."""
    if not request.htmx:
        return redirect(url, status)
    return Response(status=status if status >= 400 else 204, headers={"HX-Redirect": url})


def draw(template: str, **context: object) -> str:
    """Render a template in the language of the request."""
    pages: dict[str, Environment] = current_app.extensions["portal.pages"]
    return pages[here().language].get_template(template).render(context)
