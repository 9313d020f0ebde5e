"""What every answer carries, and which host it answers to (RULES A5, A6).

It wraps the application, so that no answer can leave without: not an error, not a refusal, not what an extension made.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No inline script or style anywhere, so no nonce is needed and the header never changes.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FRAMING = f"{_POLICY}; frame-src 'self'"  # of the few pages that show a part in a frame
_ALWAYS = [
    ("Content-Security-Policy", _POLICY),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    # Not no-referrer: browsers would then send "Origin: null" with our own forms too, and csrf.py would refuse them.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cache-Control", "no-store"),
]
_NAMED = {name.lower(): (name, value) for name, value in _ALWAYS}
# Probes come by address, not by name, and their answers show no host.
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class Headers:
    """A WSGI application that answers for one host only and adds the headers to all it says."""

    def __init__(self, app: WSGIApplication, base_url: str) -> None:
        base = urlsplit(base_url)
        port = base.port or {"http": 80, "https": 443}[base.scheme]
        self._app = app
        self._elsewhere = f"This host is not served here. Open {base_url}\n".encode()
        said = {
            "title": "This host is not served here.",
            "status": 400,
            "detail": f"Call {base_url}",
            "code": "http-400",
        }
        kind = {"type": "urn:portal:problem:http-400", "instance": "urn:portal:another-host"}
        self._problem = json.dumps(kind | said).encode()
        self._hosts = {base.netloc.lower(), f"{base.hostname}:{port}"}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            return start_response(status, headers + _missing(headers), *failure)

        if environ.get("HTTP_HOST", "").lower() not in self._hosts and environ["PATH_INFO"] not in _PROBES:
            if environ["PATH_INFO"].startswith("/api/"):
                start("400 Bad Request", [("Content-Type", "application/problem+json")])
                return [self._problem]
            start("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [self._elsewhere]
        return self._app(environ, start)


def _missing(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what to add: whoever set a header of these meant it."""
    there = {name.lower() for name, _ in headers}
    return _ALWAYS if there.isdisjoint(_NAMED) else [header for name, header in _NAMED.items() if name not in there]
