"""What programs look for at addresses of their own: whom to tell of a weakness, whether a signal is obeyed."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urljoin

from flask import Blueprint, Response, jsonify

from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.site import site

room = Blueprint("wellknown", __name__, url_prefix="/.well-known")
navigation.left_out(room, "security", "signal")
_LASTS = timedelta(days=180)


@room.get("/security.txt")
@open_to_all
def security() -> Response:
    """Say where a weakness is reported (RFC 9116, RULES A10)."""
    facts = site()
    expires = (clock.now() + _LASTS).replace(microsecond=0)
    lines = (
        f"Contact: {facts.security_contact}",
        f"Expires: {expires.isoformat()}",
        f"Preferred-Languages: {', '.join(facts.languages)}",
        f"Canonical: {urljoin(facts.base_url, '/.well-known/security.txt')}",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@room.get("/gpc.json")
@open_to_all
def signal() -> Response:
    """Say whether Global Privacy Control is obeyed; raises NotFound on a site that does not say so (RULES G3)."""
    since = site().signal_since
    if since is None:
        raise NotFound
    return jsonify(gpc=True, lastUpdate=since.isoformat())
