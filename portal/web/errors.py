"""Every refusal in words: as a page, as a note on the page for htmx, as JSON for programs, as text beside downloads."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import structlog
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from portal.kernel import tokens
from portal.kernel.problems import N_, Problem
from portal.web import programs
from portal.web.guards import Nobody
from portal.web.htmx import alone, draw
from portal.web.language import preferred
from portal.web.present import known
from portal.web.site import site
from portal.web.words import _, of

_SENTENCES = {
    400: (N_("The request could not be understood."), N_("Go back and try again.")),
    401: (N_("You are not signed in."), N_("Sign in, then try again.")),
    403: (N_("This page is not open to you."), N_("Sign in with another account, or start again from the first page.")),
    404: (N_("There is no such page."), N_("Check the address, or start again from the first page.")),
    405: (N_("This address cannot be used that way."), N_("Go back and use the buttons on the page.")),
    413: (N_("What you sent is too large."), N_("Go back and send a smaller file.")),
    416: (N_("That part of the file does not exist."), N_("Start the download again.")),
    429: (N_("That was tried too often."), N_("Wait a few minutes, then try again.")),
    500: (
        N_("Something went wrong on our side."),
        N_("Nothing you did caused it. Try again in a few minutes; if it stays, tell us the code %(code)s."),
    ),
}
# What the browser gets when even the plain page cannot be drawn.
_LAST_WORDS = '<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title><h1>{0}</h1><p>{1}</p></html>'


@dataclass(frozen=True)
class Refusal:
    """A refusal in the language of the request."""

    status: int
    code: str
    say: str
    then: str
    headers: dict[str, str] = field(default_factory=dict)
    errors: Sequence[dict[str, str]] = ()  # for programs: what is wrong where (RULES A9)
    way: tuple[str, str] = ("", "")  # for persons: how they get on all the same


def init_app(app: Flask) -> None:
    """Let no error leave without words."""
    app.register_error_handler(Problem, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _refused(problem: Problem) -> Response:
    _speak()
    minutes, seconds = problem.facts.get("minutes"), problem.facts.get("seconds")
    wait = int(str(seconds)) if seconds else int(str(minutes)) * 60 if minutes else 0
    headers = {"Retry-After": str(wait)} if wait else {}
    say, then = _(problem.say, **problem.facts), _(problem.then, **problem.facts)
    path, words = getattr(problem, "way", ("", ""))
    way = (path, _(words))
    return _answer(Refusal(problem.status, problem.code, say, then, headers, getattr(problem, "errors", ()), way))


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    _speak()
    say, then = _SENTENCES.get(error.code, _SENTENCES[400])
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Content-Range", "Retry-After"}}
    return _answer(Refusal(error.code, f"http-{error.code}", _(say), _(then), kept))


def _unforeseen(error: Exception) -> Response:
    """Answer what nobody expected: asks no database and no session, for either may be what broke."""
    if current_app.testing or current_app.debug:
        raise error
    code = tokens.new_reference("E")
    _write_down(error, code)
    say, then = _SENTENCES[500]
    try:
        known().words = of(preferred(Nobody()), site().timezone)
        return _answer(Refusal(500, "http-500", _(say), _(then, code=code)))
    except Exception:  # the page that explains a failure must not fail
        if programs.is_program(request.path):
            return _json(Refusal(500, "http-500", say, then % {"code": code}))
        return Response(_LAST_WORDS.format(say, then % {"code": code}), 500)


def _speak() -> None:
    """Settle the language of a refusal where nobody has: programs are told in words when something is wrong only."""
    if known().words is None:
        known().words = of(preferred(Nobody()), site().timezone)


def _write_down(error: Exception, code: str) -> None:
    """Log what broke and where, by route and line: not the address and not the message, for both may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    structlog.get_logger("portal").error(
        "unforeseen error",
        reference=code,
        kind=type(error).__name__,
        route=f"{request.method} {request.url_rule.rule if request.url_rule else 'none'}",
        where=[f"{frame.name} in {frame.filename}:{frame.lineno}" for frame in frames],
    )


def _answer(refusal: Refusal) -> Response:
    voice = next((voice for prefix, voice in _VOICES.items() if request.path.startswith(prefix)), _page)
    response = voice(refusal)
    response.headers.extend(refusal.headers)
    return response


def _page(refusal: Refusal) -> Response:
    """Answer with a page; for htmx with a note above the page, so that nothing typed is lost."""
    if alone():
        shown = {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML show:top"}
        return Response(draw("errors/_note.html", problem=refusal), refusal.status, headers=shown)
    page = "errors/failsafe.html" if refusal.status == 500 else "errors/problem.html"
    return Response(draw(page, problem=refusal), refusal.status)


def _json(refusal: Refusal) -> Response:
    """Answer as RFC 9457 wants it; the path is left out of `instance`, for it may hold a secret."""
    body = {
        "type": f"urn:portal:problem:{refusal.code}",
        "title": refusal.say,
        "status": refusal.status,
        "detail": refusal.then,
        "instance": f"urn:uuid:{uuid4()}",
        "code": refusal.code,
        **({"errors": refusal.errors} if refusal.errors else {}),
    }
    headers = programs.limits() | ({"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {})
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, refusal.status, headers, content_type="application/problem+json")


def _text(refusal: Refusal) -> Response:
    return Response(f"{refusal.say}\n{refusal.then}\n", refusal.status, content_type="text/plain; charset=utf-8")


_VOICES: dict[str, Callable[[Refusal], Response]] = {programs.PREFIX: _json, "/archives/": _text}
