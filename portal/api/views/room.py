"""How a call is declared: its address, scope and shapes; from these it is guarded, checked and described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from portal.api.schema import Schema, checked
from portal.api.service import replays
from portal.web import navigation, programs
from portal.web.guards import open_to_all
from portal.web.present import known

room = Blueprint("api", __name__, url_prefix="/api/v1")

Handler = Callable[..., Any]
LARGE = 4 * 1024 * 1024  # bytes of the largest bodies: ten thousand questions


@dataclass(frozen=True)
class Call:
    """One call as programs see it; `scope` is None where no key is needed."""

    method: str
    path: str
    name: str
    scope: str | None
    says: str
    about: str
    answer: Schema
    body: Schema | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    status: int = 200
    once: bool = False
    media_type: str = "application/json"


def call(
    method: str,
    path: str,
    *,
    scope: str | None,
    answer: Schema,
    body: Schema | None = None,
    query: Mapping[str, Schema] | None = None,
    status: int = 200,
    once: bool = False,
    largest: int | None = None,
    media_type: str = "application/json",
    unchecked: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a call. The function gets the body, checked, and what the path and the query say; it returns the answer.

    `once`: it may be sent with an Idempotency-Key, and is then done once. `unchecked`: the function checks the body
    itself, as fast as it must. What it returns is written as JSON; a Response goes out as it is.
    """

    def declare(handler: Handler) -> Handler:
        says, _, about = (handler.__doc__ or "").partition("\n")
        said = Call(
            method, path, handler.__name__, scope, says.rstrip("."), " ".join(about.split()),
            answer, body, query or {}, status, once, media_type,
        )  # fmt: skip
        view = _view(said, handler, None if unchecked else body)
        view = open_to_all(view) if scope is None else programs.scoped(scope)(view)
        view.__dict__.update(call=said, __name__=handler.__name__, **({"largest": largest} if largest else {}))
        room.add_url_rule(path, handler.__name__, view, methods=[method], provide_automatic_options=False)
        navigation.left_out(room, handler.__name__)
        return handler

    return declare


def _view(said: Call, handler: Handler, body: Schema | None) -> Handler:
    def view(**values: Any) -> Response:
        given: list[Any] = []
        if said.body is not None:
            sent = _sent()
            given = [checked(body, sent) if body else sent]
        if said.query:
            values.update(_queried(said.query))
        name = request.headers.get("Idempotency-Key") if said.once else None
        if name is None:
            return _respond(said, handler(*given, **values))
        return _once(said, name, lambda: handler(*given, **values))

    return view


def _once(said: Call, name: str, do: Callable[[], Any]) -> Response:
    asked = f"{request.method} {request.path}\n".encode() + request.get_data()
    (status, text), again = replays.once(
        programs.caller(), name, asked, lambda: (said.status, orjson.dumps(do()).decode())
    )
    headers = programs.limits() | ({"Idempotency-Replayed": "true"} if again else {})
    return Response(text, status, headers, content_type="application/json")


def _respond(said: Call, answer: Any) -> Response:
    if isinstance(answer, Response):
        answer.headers.update(programs.limits())
        return answer
    return Response(orjson.dumps(answer), said.status, programs.limits(), content_type=said.media_type)


def _sent() -> Any:
    now = known().request
    if now.environ.get("CONTENT_TYPE") != "application/json" and now.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        return orjson.loads(now.get_data())
    except orjson.JSONDecodeError as error:
        raise BadRequest from error


def _queried(query: Mapping[str, Schema]) -> dict[str, Any]:
    """Return what the query says; whole numbers are written with digits alone."""
    found: dict[str, Any] = {}
    for name, value in known().request.args.items():
        wants = query.get(name, {}).get("type")
        found[name] = int(value) if wants == "integer" and value.isascii() and value.isdigit() else value
    shape = {"type": "object", "properties": dict(query), "additionalProperties": False}
    checked(shape, found)
    return {name: found.get(name, schema.get("default")) for name, schema in query.items()}
