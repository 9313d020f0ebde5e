"""What every page of the staff shares: the blueprint and the cookies."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.accounts.staff import spans
from portal.kernel.problems import Problem
from portal.web import cookies
from portal.web.words import _

STAFF_SESSION, STAFF_ATTEMPT = "staff", "staff-attempt"
KEPT = "/staff/kept"

room = Blueprint("staff", __name__)


def said(problem: Problem) -> str:
    """Return a refusal as it stands at a field."""
    return _(problem.say) + " " + _(problem.then)


def with_session(response: Response, token: str) -> Response:
    """Let the browser keep the token of a session, until it is closed or the session is over."""
    cookies.drop(response, STAFF_ATTEMPT)
    cookies.put(response, STAFF_SESSION, token, max_age=int(spans.longest().total_seconds()))
    return response


def with_attempt(response: Response, token: str) -> Response:
    """Let the browser keep the token of an attempt to sign in."""
    cookies.put(response, STAFF_ATTEMPT, token, max_age=int(spans.CODE_LIFE.total_seconds()))
    return response
