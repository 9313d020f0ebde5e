"""Who must be left out, for whoever sends to lists of their own: whole as a stream, then what changed since."""

from __future__ import annotations

from typing import Any

from flask import Response

from portal.api.schema import Schema, flag, listed, number, obj, text
from portal.api.service import pages, suppressing
from portal.api.views.room import call

LINE: Schema = obj(
    {
        "people": listed(text("A keyed hash; see `hash` of /key"), most=9_999, least=0),
        "no": listed(text("A purpose or use that must not be followed"), most=9_999, least=0),
    }
)


@call(
    "GET",
    "/suppressions",
    scope="suppressions:read",
    answer={
        "description": "One line a person; the last line holds the cursor",
        "anyOf": [LINE, obj({"cursor": text()})],
    },
    media_type="application/x-ndjson",
)
def suppressions() -> Response:
    """Stream who must be left out.

    A line of JSON for each person who said no to something: every name they are known by, as keyed hashes, and what
    they said no to. Whoever is not in it has not said yes either: ask `may` before the first mail.
    """
    return Response(suppressing.stream(), content_type="application/x-ndjson")


@call(
    "GET",
    "/suppressions/changes",
    scope="suppressions:read",
    query={
        "cursor": text("From the stream or the page before; `now` begins with the next change", most=64),
        "limit": number("Of changes in a page", minimum=1, maximum=pages.MOST, default=pages.USUAL),
    },
    answer=obj({"changes": listed(LINE, most=pages.MOST, least=0), "next": text(), "more": flag()}),
)
def suppression_changes(cursor: str | None, limit: int) -> dict[str, Any]:
    """Read what changed since.

    Each line replaces what was known of its people before; with an empty `no`, nothing is left of it. Go on from
    `next`, at once while there is `more`.
    """
    return suppressing.changes(cursor, limit)
