"""Was this posted from a page of ours? One hook for all forms, so none can forget to ask (RULES A4).

Browsers say where a request comes from in a header that no page can set: Sec-Fetch-Site, or Origin in those too old
for it. Only where both are missing does the token in the form decide: derived from the session, or for whoever is
signed out from a cookie of its own, which another site can neither read nor set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Response, after_this_request, request
from markupsafe import Markup

from portal.kernel import tokens
from portal.kernel.problems import N_, Problem
from portal.web import cookies, keeping
from portal.web.guards import me
from portal.web.present import known
from portal.web.site import origin, site

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_VISIT = "visit"


class CrossSite(Problem):
    """Something was posted, and nothing shows that a page of ours sent it."""

    status, code = 403, "cross-site"
    say = N_("This form did not come from this site, so nothing was changed.")
    then = N_("Open the page again and send the form from there. Cookies must be allowed.")


def check(view: Callable[..., object]) -> None:
    """Refuse a post that another site may have made this browser send."""
    if known().request.method not in _SAFE and not hasattr(view, "is_for_machines") and not _from_here():
        raise CrossSite


def token() -> str:
    """Return what each form carries: worthless in any other session or browser."""
    now = known()
    if not now.token:
        session = me().token
        now.token = tokens.derived("csrf", session or _visit()) + keeping.mark(session)
    return now.token


def proof() -> Markup:
    """Return the field that each form carries; a function and no macro, for a macro's call costs ten times as much."""
    return Markup(f'<input type="hidden" name="csrf_token" value="{token()}">')  # noqa: S704 - letters and digits


def _from_here() -> bool:
    if (relation := request.headers.get("Sec-Fetch-Site")) is not None:
        return relation == "same-origin"
    if (sender := request.headers.get("Origin")) is not None:
        return sender == origin(site().base_url)
    sent = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
    return tokens.same(sent, token())


def _visit() -> str:
    """Return what stands for a session where there is none, and let the browser keep it."""
    visit = cookies.got(_VISIT)
    if not visit:
        visit = tokens.new_token()
        after_this_request(partial(_keep, visit))
    return visit


def _keep(visit: str, response: Response) -> Response:
    cookies.put(response, _VISIT, visit)
    return response
