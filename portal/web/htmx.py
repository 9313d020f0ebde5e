"""One address, two answers: the page, or its region for htmx. The only user of htmx_flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Response, redirect
from htmx_flask import Htmx, request
from htmx_flask.requests import HtmxAwareRequest, HtmxHeaders
from jinja2 import Environment
from markupsafe import escape
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response as AnyResponse

from portal.web.lean import Answer
from portal.web.present import known
from portal.web.words import here

_FORM = "application/x-www-form-urlencoded"
# htmx puts the text into the live region that every page has from its first load, so it is read out (RULES U1).
_SAID = '<div hx-swap-oob="innerHTML:#said">{}</div>'


class Typed(ImmutableMultiDict[str, Any]):
    """What a form or an address says, without NUL: nobody types it, and PostgreSQL keeps no text that has it."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__(
            [(name, value.replace("\0", "") if isinstance(value, str) else value) for name, value in pairs]
        )


class Asked(HtmxAwareRequest):
    """A request that belongs to the whole app: no room has hooks or error handlers of its own to be looked for."""

    parameter_storage_class = Typed

    @property
    def blueprints(self) -> list[str]:
        """Return none."""
        return []

    def _load_form_data(self) -> None:
        """Read what a form posts: one without files, as browsers and htmx name it, without asking how it is to be read.

        It reads as Werkzeug does, no more than `files.limit` lets through; any other kind goes Werkzeug's longer way.
        """
        if "form" in self.__dict__ or self.environ.get("CONTENT_TYPE") != _FORM:
            super()._load_form_data()
            return
        try:
            sent = self._get_stream_for_parsing().read().decode()
            typed = parse_qsl(sent, keep_blank_values=True, errors="werkzeug.url_quote")
        except ValueError:
            typed = []
        self.__dict__.update(form=Typed(typed), files=Typed())


def init_app(app: Flask, pages: dict[str, Environment], news: Callable[[], str]) -> None:
    """Make `request.htmx` known to the app's requests, and the pages of each language to `draw`.

    `news` is what a region that was posted to brings for the rest of the page.
    """
    Htmx(app)
    app.request_class = Asked
    app.extensions["portal.pages"] = pages
    app.extensions["portal.news"] = news


def alone() -> bool:
    """Tell whether htmx wants the region alone, and not a page for a boosted link or its history."""
    hx: HtmxHeaders = known().request.htmx  # type: ignore[attr-defined]
    return bool(hx) and not hx.boosted and not hx.history_restore_request


def show(
    page: str, region: str | None = None, *, status: int = 200, said: str = "", beside: str = "", **context: object
) -> Response:
    """Answer the page; or, when htmx asks and there is one, the region alone with what is to be read out.

    `beside` goes along with a region: markup that says with hx-swap-oob where it belongs.
    """
    if region is not None and alone():
        return show_alone(draw(region, **context), status=status, said=said, beside=beside)
    return answer(draw(page, **context), status)


def show_alone(region: str, *, status: int = 200, said: str = "", beside: str = "") -> Response:
    """Answer a region that is drawn already, with what goes along with it."""
    heard = _SAID.format(escape(said)) if said else ""
    return answer("".join((region, beside, _news(status), heard)), status)


def answer(body: str, status: int = 200) -> Response:
    """Answer a page or region that is drawn already."""
    return Answer.page(body.encode(), status)


def _news(status: int) -> str:
    """Return how the rest of the page stands after a post: what is only looked at changes nothing."""
    now = known()
    if now.request.method != "POST" or status >= 400:
        return ""
    news: str = now.app.extensions["portal.news"]()
    return news


def away(url: str, status: int = 303) -> AnyResponse:
    """Send the person to another address; htmx is told by a header, for a redirect it would follow and swap in."""
    if not request.htmx:
        return redirect(url, status)
    return Response(status=status if status >= 400 else 204, headers={"HX-Redirect": url})


def draw(template: str, **context: object) -> str:
    """Render a template in the language of the request."""
    pages: dict[str, Environment] = known().app.extensions["portal.pages"]
    return pages[here().language].get_template(template).render(context)
