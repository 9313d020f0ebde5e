"""What a program may know of its own key."""

from __future__ import annotations

from typing import Any, cast

from portal.api.schema import listed, number, obj, text
from portal.api.service.callers import Program
from portal.api.views.room import call
from portal.subjects.naming import hash_key
from portal.web import programs

SUPPRESSIONS = "suppressions:read"


@call(
    "GET",
    "/key",
    scope=programs.ANY,
    answer=obj(
        {
            "name": text("What the operator calls this key"),
            "scopes": listed(text(), most=99),
            "calls_a_minute": number(),
            "hash": {
                **obj({"algorithm": text(), "key": text("In hex; keep it as you keep the key itself")}),
                "type": ["object", "null"],
                "description": "Null without the scope suppressions:read",
            },
        }
    ),
)
def own_key() -> dict[str, Any]:
    """What this key is good for.

    `hash` is how people are named in suppressions and changes: HMAC-SHA-256 under this key, in hex,
    of `email:` and the address in small letters; of `phone:` and the number as +84912345678; or of `source:`, the
    system's id, `:` and the person's id there as JSON, in a list: `source:booking:[7]`.
    """
    program = cast(Program, programs.caller())
    return {
        "name": program.name,
        "scopes": sorted(program.scopes),
        "calls_a_minute": program.rate,
        "hash": {"algorithm": "HMAC-SHA-256", "key": hash_key().hex()} if SUPPRESSIONS in program.scopes else None,
    }
