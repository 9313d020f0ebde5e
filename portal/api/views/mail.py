"""What senders of mail need: the way off a list for each person, as mail programs understand it."""

from __future__ import annotations

from typing import Any

from portal.api.schema import Schema, listed, maybe, obj, text
from portal.api.service import persons
from portal.api.service.persons import PERSONS
from portal.api.views.room import LARGE, call
from portal.marketing import lists
from portal.marketing import service as marketing
from portal.subjects import naming

_WAY: Schema = obj(
    {
        "url": maybe(text("For the visible link in the mail's text, too", most=2000)),
        "headers": {"type": ["object", "null"], "additionalProperties": text(most=2000)},
        "reason": maybe(text("Why there is none: unknown-person or several-persons, to whom nothing is sent")),
    }
)


@call(
    "POST",
    "/unsubscribe-addresses",
    scope="mail:write",
    body=obj({"people": PERSONS, "purpose": text("As marketing.events", most=96)}, channel=text(most=32)),
    answer=obj({"addresses": listed(_WAY, most=1_000)}),
    largest=LARGE,
)
def unsubscribe_addresses(body: dict[str, Any]) -> dict[str, Any]:
    """Get the way off a list for each of these people.

    Put the headers into the mail as they are, and let DKIM sign them (RFC 8058). The address needs no sign-in, does not
    run out, and is for one person and one list. Ask `may` first: whoever is unknown here must get no mail.
    """
    pair = marketing.one(f"{body['purpose']}.{body.get('channel') or 'email'}")
    names = [persons.named(person, f"#/people/{place}") for place, person in enumerate(body["people"])]
    known = naming.found(dict.fromkeys(names))
    return {"addresses": [_way({one.subject for one in known.get(name, ())}, pair) for name in names]}


def _way(found: set[int], pair: marketing.Pair) -> dict[str, Any]:
    if len(found) != 1:
        return {"url": None, "headers": None, "reason": "several-persons" if found else "unknown-person"}
    (subject,) = found
    headers = lists.headers(subject, pair)
    return {"url": headers["List-Unsubscribe"].strip("<>"), "headers": headers, "reason": None}
