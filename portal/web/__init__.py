"""Everything web that no room owns: answers, guards, forms, errors, menu, language, headers. Knows the kernel only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask, Request, abort, url_for
from jinja2 import Environment
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from portal.web import (
    cookies,
    csrf,
    embed,
    errors,
    files,
    guards,
    headers,
    health,
    htmx,
    keeping,
    language,
    navigation,
    numbers,
    present,
    programs,
    static,
    templates,
    wellknown,
    words,
)
from portal.web.guards import Crew, Session
from portal.web.programs import Caller


def init_app(
    app: Flask,
    load_session: Callable[[Request], Session | None],
    load_staff: Callable[[Request], Crew | None] = lambda request: None,
    load_caller: Callable[[Request], Caller | None] = lambda request: None,
    keeper: keeping.Keeper | None = None,
) -> None:
    """Furnish an app that has `extensions["portal"]` and was made with `static_folder=None` and without a secret key.

    `load_session` finds the session that a request belongs to, `load_staff` that of a page below /staff, `load_caller`
    the program that calls an address below /api: one of them is asked at most once, and none for static files.
    `keeper` keeps what was typed while somebody signs in.
    """
    cookies.init_app(app)
    numbers.init_app(app)
    keeping.init_app(app, keeper)
    navigation.init_app(app)
    htmx.init_app(app, _pages(app, static.init_app(app)), navigation.news)
    errors.init_app(app)
    recognise, recognise_staff = guards.use(app, load_session), partial(guards.recognise_staff, load_staff)
    app.before_request(partial(_arrive, recognise, recognise_staff, load_caller))
    app.register_blueprint(language.room)
    app.register_blueprint(health.room)
    app.register_blueprint(wellknown.room)
    app.wsgi_app = headers.Headers(app.wsgi_app, app.extensions["portal"].site.base_url)  # type: ignore[method-assign]


def _arrive(
    recognise: Callable[[], Session],
    recognise_staff: Callable[[], Session],
    load_caller: Callable[[Request], Caller | None],
) -> Response | None:
    """Do before each view what every view relies on: know the person, the language, the sender's right to be here."""
    now = present.begin()
    endpoint = now.request.endpoint or ""
    if endpoint == "asset":
        return None
    if programs.is_program(now.request.path):
        _arrive_program(now, endpoint, load_caller)
        return None
    cookies.read()
    session = recognise_staff() if guards.for_staff() else recognise()
    language.speak(session)
    embed.settle()
    if "\0" in now.request.path:
        abort(404)  # by now the page that says so can be drawn
    keeping.look()
    view = now.app.view_functions.get(endpoint)
    if view is None:
        return None  # no such page: Flask says so next
    files.limit(now.request, view)
    csrf.check(view)
    refused = guards.enter(view, session)
    if refused is None:
        keeping.sent()
    return refused


def _arrive_program(now: present.Known, endpoint: str, load_caller: Callable[[Request], Caller | None]) -> None:
    """Do before each view for programs what it relies on: no cookie counts here, so no form can be forged either."""
    view = now.app.view_functions.get(endpoint)
    if isinstance(now.request.routing_exception, RequestRedirect) or "\0" in now.request.path:
        abort(404)  # an address for programs has one spelling, and Flask would lead on to it with a page
    if view is not None:
        files.limit(now.request, view)
        programs.enter(view, load_caller)


def _pages(app: Flask, assets: static.Assets) -> dict[str, Environment]:
    """Return the templates of the app in each language of the site."""
    site = app.extensions["portal"].site
    said = {
        "banners": navigation.banners,
        "embedded": embed.embedded,
        "frame": navigation.frame,
        "languages": language.others,
        "me": guards.me,
        "proof": csrf.proof,
        "token": csrf.token,
        "url_for": url_for,
    }
    pages = {}
    for code in site.every_language:
        pages[code] = templates.environment(
            words.of(code, site.timezone), app.jinja_loader, {"asset": assets.url}, {"site": site}, reload=app.debug
        )
        pages[code].globals.update(said, language=code)
    return pages
