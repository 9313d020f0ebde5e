"""Where somebody is: what the phone says, and which places a system may take in. No place itself ever comes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.api.schema import Schema, flag, listed, maybe, moment, obj, text
from portal.api.service.persons import PERSON, subject
from portal.api.views.room import LARGE, call
from portal.location import service as location

MOST = 10_000
SOURCE = text("The system that the app belongs to, as its manifest has it", most=64)
LEVELS = ["off", "approximate", "precise"]
LEVEL: Schema = {"type": "string", "enum": LEVELS}


@call(
    "POST",
    "/location/state",
    scope="location:write",
    body=obj(
        {
            "person": PERSON,
            "source": SOURCE,
            "state": {"type": "string", "enum": list(location.STATES)},
            "at": moment("When the phone said so"),
        }
    ),
    answer=obj({"location_allowed": flag(), "level": LEVEL, "taken_from": maybe(moment("Nothing from before it"))}),
)
def location_state(body: dict[str, Any]) -> dict[str, Any]:
    """Report the phone's own switch.

    The answer says how the portal's half stands: places are used only where both allow it. The person sees on their
    location page what was reported last, and when.
    """
    person, source = subject(body["person"]), body["source"]
    location.report(person, source, body["state"], datetime.fromisoformat(body["at"]))
    level, since = location.level_in(person, source), location.taken_from(person)
    return {
        "location_allowed": level != location.OFF,
        "level": level,
        "taken_from": since.isoformat() if since else None,
    }


@call(
    "POST",
    "/location/points",
    scope="location:write",
    body=obj(
        {
            "person": PERSON,
            "source": SOURCE,
            "captured_at": listed(moment("When the phone was there"), most=MOST, says="One for each place"),
        }
    ),
    answer=obj(
        {
            "points": listed(
                obj(
                    {
                        "allowed": flag(),
                        "level": {**LEVEL, "description": "Store it no more precisely than this"},
                        "reason": {
                            "type": "string",
                            "enum": ["allowed", "off-now", "off-then", "deleted", "in-future"],
                        },
                    }
                ),
                most=MOST,
            )
        }
    ),
    largest=LARGE,
)
def location_points(body: dict[str, Any]) -> dict[str, Any]:
    """Ask which places may be taken in.

    Send when each was captured, and not where; drop what is not allowed, on the phone too. Nothing is allowed that was
    captured while location was off or before the person last deleted all, and nothing at all while it is off.
    """
    captured = [datetime.fromisoformat(at) for at in body["captured_at"]]
    found = location.admitted(subject(body["person"]), body["source"], captured)
    return {"points": [{"allowed": one.allowed, "level": one.level, "reason": one.reason} for one in found]}
