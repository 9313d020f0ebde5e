"""The webhooks in the API's description: what each kind of event holds, for those that listen (docs/webhooks.md)."""

from __future__ import annotations

from typing import Any

from portal.api.schema import Schema, day, flag, listed, maybe, moment, number, obj, text
from portal.hooks.service import kinds
from portal.hooks.service.kinds import KINDS

_SYSTEM = text("A connected system")
_PERSON: Schema = {
    "description": "How the system that listens knows the person; a keyed hash (`GET /key`) for who listens for all",
    "oneOf": [
        obj(
            {
                "source": _SYSTEM,
                "id": {
                    "description": "The person's id there, a list where the key has several columns",
                    "type": ["string", "integer", "array"],
                    "items": {"type": ["string", "integer"]},
                },
            }
        ),
        obj({"hash": text("HMAC-SHA-256 in hex", least=64, most=64)}),
    ],
}
_PEOPLE = listed(_PERSON, least=0, most=1_000, says="One person, once for each way in which they are known")
_ABOUT: Schema = {
    "people": _PEOPLE,
    "purpose": text("As marketing.events or location.level; empty for everything", least=0),
    "channel": maybe(text("For messages: email, sms, push")),
    "source": text("The one system that it is for; empty for all", least=0),
    "state": text("As in the state of a person"),
    "at": moment("When it was chosen or decided"),
    "event": number("Its number in the ledger: the larger one is newer", minimum=1),
}
_STOPS = {**_ABOUT, "stops": flag("Whether it says no now")}
_DATA: dict[str, Schema] = {
    kinds.CHOICE: obj(_ABOUT),
    kinds.RESTRICTION: obj(_STOPS),
    kinds.OBJECTION: obj(_STOPS),
    kinds.HOLD: obj(_STOPS),
    kinds.REFUSAL: obj(_STOPS),
    kinds.ERASED: obj(
        {
            "people": _PEOPLE,
            "scope": text("What was erased", enum=["account", "system", "table"]),
            "system": text("The one system in which it was erased; empty for all", least=0),
            "table": text("The one table, as the manifest calls it; empty for all", least=0),
        }
    ),
    kinds.POLICY: obj(
        {
            "document": text("As privacy or terms"),
            "version": text(),
            "begins": day("Its first day"),
            "changes": listed(text(), least=0, most=1_000, says="Purposes that mean something else under it"),
            "url": text("Where it is read"),
        }
    ),
    kinds.TEST: obj({}),
}
_HEADERS = {
    "webhook-id": "The same however often it is sent",
    "webhook-timestamp": "Seconds since 1970 at this try",
    "webhook-signature": "v1, a comma and HMAC-SHA256 in base64; two, with a space between, while a secret changes",
}


def body(kind: str) -> Schema:
    """Return the shape of a message of a kind."""
    return obj(
        {"type": {"type": "string", "enum": [kind]}, "timestamp": moment("When it happened"), "data": _DATA[kind]}
    )


def webhooks() -> dict[str, Any]:
    """Return the `webhooks` of the document, by kind of event."""
    return {kind: {"post": _operation(kind, says)} for kind, says in KINDS.items()}


def _operation(kind: str, says: str) -> dict[str, Any]:
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": about}
        for name, about in _HEADERS.items()
    ]
    return {
        "operationId": kind.replace(".", "_"),
        "summary": says.partition(":")[0],
        "description": f"{says}. Signed as Standard Webhooks 1.0 has it.",
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body(kind)}}},
        "responses": {
            "2XX": {"description": "It was taken, and is not sent again"},
            "410": {"description": "Nothing more is to be sent here"},
            "default": {"description": "Sent again for three days; Retry-After is obeyed"},
        },
    }
