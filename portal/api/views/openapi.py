"""The description of all calls, made from the calls themselves when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Flask, Response, current_app

from portal import config
from portal.api.schema import Schema, obj, text
from portal.api.service.keys import SCOPES
from portal.api.views.room import Call, call
from portal.api.views.webhooks import webhooks

_KEY = "portal.api.openapi"
_PARAMETER = re.compile(r"<(\w+):(\w+)>")
PROBLEM: Schema = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
        "code": {"type": "string", "description": "A word that stays the same; do not read the sentences."},
        "errors": {
            "type": "array",
            "items": obj({"detail": text(), "pointer": text("A JSON pointer into what was sent", least=0)}),
        },
    },
}
_LIMITS = {
    "RateLimit": {"schema": {"type": "string"}, "description": "Calls left in this minute, seconds until the next"},
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "Calls a minute"},
}


@call("GET", "/openapi.json", scope=None, answer={"type": "object"})
def openapi() -> Response:
    """This description."""
    kept: dict[str, bytes] = current_app.extensions
    if _KEY not in kept:
        kept[_KEY] = orjson.dumps(document(current_app))
    return Response(kept[_KEY], content_type="application/json")


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of an application."""
    site = config.site()
    paths: dict[str, dict[str, Any]] = {}
    for said in calls(app):
        path = "/api/v1" + _PARAMETER.sub(r"{\2}", said.path)
        paths.setdefault(path, {})[said.method.lower()] = _operation(said)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{site.name} {site.product} API", "version": "1", "summary": "Ask before you use data."},
        "servers": [{"url": site.base_url}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": webhooks(),
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _scopes()}},
        },
    }


def calls(app: Flask) -> Iterator[Call]:
    """Yield every call of an application, in the order in which they were declared."""
    for view in app.view_functions.values():
        if (said := getattr(view, "call", None)) is not None:
            yield said


def _scopes() -> str:
    return "A key made by `portal api-key add`. Scopes: " + "; ".join(f"`{name}`: {s}" for name, s in SCOPES.items())


def _operation(said: Call) -> dict[str, Any]:
    about = [said.about, f"Scope: `{said.scope}`." if said.scope else ""]
    return {
        "operationId": said.name,
        "summary": said.says,
        "description": " ".join(part for part in about if part),
        **({"security": []} if said.scope is None else {}),
        "parameters": list(_parameters(said)),
        **({"requestBody": {"required": True, "content": _content(said.body)}} if said.body else {}),
        "responses": {
            str(said.status): {
                "description": "The answer",
                **({"headers": _LIMITS} if said.scope is not None else {}),
                "content": _content(said.answer, said.media_type),
            },
            **{code: _problem(says) for code, says in _refusals(said)},
        },
    }


def _parameters(said: Call) -> Iterator[dict[str, Any]]:
    for kind, name in _PARAMETER.findall(said.path):
        shape = {"type": "integer"} if kind == "int" else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": shape}
    for name, schema in said.query.items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}
    if said.once:
        says = "A random word: the same call with the same word is answered again and not done again, for a day"
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": text(says)}


def _refusals(said: Call) -> Iterator[tuple[str, str]]:
    if said.scope is not None:
        yield "401", "No key, or one that is unknown or disabled"
        yield "403", "The key has not this scope"
        yield "429", "Too many calls in this minute; see Retry-After"
    if said.body is not None:
        yield "400", "The body is no JSON"
        yield "413", "The body is too large"
        yield "415", "The body is not sent as application/json"
    if said.body is not None or said.query:
        yield "422", "What was sent has not the right shape, or names what does not exist"
    if said.scope:
        yield "404", "No such thing, or not this person's"
        yield "409", "It exists, but its state does not allow this"
    yield "500", "Something went wrong on our side"


def _problem(says: str) -> dict[str, Any]:
    return {
        "description": says,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _content(schema: Schema, media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": schema}}
