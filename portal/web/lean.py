"""Flask without what it does anew at each request though here it never differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.datastructures import Headers
from werkzeug.routing import MapAdapter, Rule

from portal.web.present import known
from portal.web.programs import is_program

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Told(Headers):
    """Headers that need no check, for we wrote them."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        self._list = headers


class Answer(Response):
    """An answer that lies in memory goes to the server as it is: as a list, its length known, no header to mend."""

    @classmethod
    def page(cls, body: bytes, status: int = 200) -> Answer:
        """Return the answer with a page or a region; which of the two it is depends on who asks."""
        told = [("Content-Type", "text/html; charset=utf-8"), ("Vary", "HX-Request")]
        return cls([body], status, _Told(told))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer; what is not in memory, has no body or leads elsewhere goes Werkzeug's longer way."""
        if self.status_code not in {200, 422} or not self.is_sequence or environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        body = list(self.iter_encoded())
        told = [header for header in self.headers if header[0] != "Content-Length"]
        start_response(self.status, [*told, ("Content-Length", str(sum(map(len, body))))])
        self.close()
        return body


class _Unsigned(SessionInterface):
    """Flask's signed cookie is not used (sessions are rows), so one empty session does for all requests."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Return it; whoever writes into it is told that there is no key."""
        return self._none


class _Way(MapAdapter):
    """Where a request leads. An address with nothing variable in it is looked up and not matched piece by piece."""

    def __init__(self, *facts: Any, plain: dict[tuple[str, str], Rule]) -> None:
        super().__init__(*facts)
        self._plain = plain

    def match(self, *facts: Any, **options: Any) -> Any:
        """Return rule and values for Flask, which asks once a request and names nothing but `return_rule`."""
        rule = None if facts else self._plain.get((self.default_method, self.path_info))
        return (rule, {}) if rule and options == {"return_rule": True} else super().match(*facts, **options)


class Lean(Flask):
    """The application. It serves one host (`headers` refuses others), and no view or hook is a coroutine.

    Hooks belong to the whole app and nobody listens to signals, so neither is sought again at each request.
    """

    response_class = Answer
    session_interface = _Unsigned()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is; it would be asked four times a request whether it is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the map for a request, from what the request has read already."""
        if request is None:
            return super().create_url_adapter(request)
        place, query = request.root_path, request.environ.get("QUERY_STRING", "")
        return _Way(
            self.url_map, request.host, place, "", request.scheme, request.path, request.method, query, plain=self.plain
        )

    @cached_property
    def plain(self) -> dict[tuple[str, str], Rule]:
        """The rules that have nothing variable in them, by method and address."""
        rules = [rule for rule in self.url_map.iter_rules() if not rule.arguments and not rule.redirect_to]
        return {(method, rule.rule): rule for rule in rules for method in rule.methods or ()}

    def full_dispatch_request(self) -> Response:
        """Answer a request."""
        self._got_first_request = True
        try:
            answer = self.preprocess_request()
            if answer is None:
                answer = self.dispatch_request()
        except Exception as error:
            answer = self.handle_user_exception(error)
        return self.finalize_request(answer)

    def preprocess_request(self) -> Any:
        """Ask each hook until one answers."""
        for hook in self.before_request_funcs[None]:
            if (answer := hook()) is not None:
                return answer
        return None

    def process_response(self, response: Response) -> Response:
        """Do with the answer what the view has left to be done, and then what is done with each.

        What goes to programs has no cookie and no session, so no hook looks at it.
        """
        now = known()
        if is_program(now.request.path):
            return response
        for act in (*now.context._after_request_functions, *reversed(self.after_request_funcs[None])):
            response = self.ensure_sync(act)(response)
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Tidy up after a request."""
        for tidy in self.teardown_request_funcs[None]:
            tidy(exc)
