"""Flask without what it does anew at each request though here it never differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from werkzeug.routing import MapAdapter

from portal.web.present import known
from portal.web.programs import is_program

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Answer(Response):
    """An answer that lies in memory goes to the server as a list: in one step, where an iterator takes three."""

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Return the body."""
        pieces = super().get_app_iter(environ)
        if not self.is_sequence or self.direct_passthrough:
            return pieces
        body = list(pieces)
        self.close()
        return body


class Lean(Flask):
    """The application. It serves one host (`headers` refuses others), and no view or hook is a coroutine."""

    response_class = Answer

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is; it would be asked four times a request whether it is a coroutine."""
        return func

    def process_response(self, response: Response) -> Response:
        """Let the hooks of pages see what goes out, but not what goes to programs: it has no cookie and no session."""
        return response if is_program(known().request.path) else super().process_response(response)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the map for a request, from what the request has read already."""
        if request is None:
            return super().create_url_adapter(request)
        place, query = request.root_path, request.environ.get("QUERY_STRING", "")
        return MapAdapter(self.url_map, request.host, place, "", request.scheme, request.path, request.method, query)
