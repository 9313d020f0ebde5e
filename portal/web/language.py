"""Which language a page speaks: the one chosen here, else the account's, else what the browser prefers."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from portal.config import Site
from portal.web import cookies, navigation
from portal.web.guards import Session, me, open_to_all
from portal.web.htmx import away
from portal.web.present import known
from portal.web.site import came_from, site
from portal.web.words import here, name_of, of

_COOKIE = "language"

room = Blueprint("language", __name__)
navigation.left_out(room, "choose")


@room.get("/language/<string:code>")
@open_to_all
def choose(code: str) -> Response:
    """Remember a language and go back; it works as a link, since a cookie with a language harms nobody."""
    if code not in site().every_language:
        abort(404)
    response = away(came_from())
    known().words = of(code, site().timezone)
    remember(response)
    return response


def remember(response: Response) -> None:
    """Let the browser keep the language of this answer."""
    cookies.put(response, _COOKIE, here().language, max_age=int(timedelta(days=365).total_seconds()))


def speak(session: Session) -> None:
    """Settle the language of this request."""
    now = known()
    facts: Site = now.app.extensions["portal"].site
    chosen, spoken = cookies.got(_COOKIE), facts.languages if session.account_id is not None else spoken_here(session)
    language = chosen if chosen in spoken else session.language if session.language in spoken else preferred(session)
    now.words = of(language, facts.timezone)


def spoken_here(session: Session) -> tuple[str, ...]:
    """Return the languages of the page that is asked for.

    Some rooms are in more of them than the rest, for whoever is signed out: around a page for somebody signed in stands
    the menu, with words of every room.
    """
    if session.account_id is not None:
        return site().languages
    return (*site().languages, *site().room_languages.get(request.blueprint or "", ()))


def preferred(session: Session) -> str:
    """Return the language to use when nothing but the browser is asked."""
    return request.accept_languages.best_match(spoken_here(session)) or site().languages[0]


def others() -> list[tuple[str, str]]:
    """Return code and own name of each language that this page is not in."""
    return [(code, name_of(code)) for code in spoken_here(me()) if code != here().language]
