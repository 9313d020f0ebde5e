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
        "preferences": maybe(text("All choices of this person, without signing in; link it, too", most=2000)),
        "feet": {"type": ["object", "null"], "additionalProperties": text("By language", most=5000)},
        "headers": {"type": ["object", "null"], "additionalProperties": text(most=2000)},
        "reason": maybe(text("Why there is none: unknown-person or several-persons, to whom nothing is sent")),
    }
)


_NONE: dict[str, Any] = {"url": None, "headers": None, "preferences": None, "feet": None}


@call(
    "POST",
    "/unsubscribe-addresses",
    scope="mail:write",
    body=obj({"people": PERSONS, "purpose": text("As marketing.events", most=96)}, channel=text(most=32)),
    answer=obj(
        {
            "addresses": listed(_WAY, most=1_000),
            "label": text("What subject or text begins with, as the law wants of advertising: [QC]; may be empty"),
        }
    ),
    largest=LARGE,
)
def unsubscribe_addresses(body: dict[str, Any]) -> dict[str, Any]:
    """Get the way off a list for each of these people.

    Put the headers into the mail as they are, let DKIM sign them (RFC 8058), begin the subject with the label, and end
    the text with the foot in its language. The address needs no sign-in, does not
    run out, and is for one person and one list. Ask `may` first: whoever is unknown here must get no mail.
    """
    pair = marketing.one(f"{body['purpose']}.{body.get('channel') or 'email'}")
    names = [persons.named(person, f"#/people/{place}") for place, person in enumerate(body["people"])]
    known = naming.found(dict.fromkeys(names))
    ways = [_way({one.subject for one in known.get(name, ())}, pair) for name in names]
    return {"addresses": ways, "label": lists.label(pair)}


def _way(found: set[int], pair: marketing.Pair) -> dict[str, Any]:
    if len(found) != 1:
        return {**_NONE, "reason": "several-persons" if found else "unknown-person"}
    (subject,) = found
    headers, every = lists.headers(subject, pair), lists.every_choice(subject)
    off = headers["List-Unsubscribe"].strip("<>")
    way = {"url": off, "headers": headers, "reason": None}
    return {**way, "preferences": every or None, "feet": lists.feet(pair, off, every)}
