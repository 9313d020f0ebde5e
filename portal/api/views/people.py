"""How a person stands, what they choose inside an app, and their own requests."""

from __future__ import annotations

from typing import Any

from portal.api.schema import Schema, day, flag, listed, maybe, moment, number, obj, text
from portal.api.service import choosing, pages, requests, state
from portal.api.service.persons import PERSON, subject
from portal.api.views.room import call
from portal.consents import service as consents
from portal.web import programs

STOP: Schema = obj({"state": text(), "since": maybe(moment()), "request": text(least=0)})
ABOUT: Schema = obj({"about": text(), "state": text(), "since": maybe(moment()), "request": text(least=0)})
ANSWER: Schema = obj(
    {
        "state": {"type": "string", "enum": [consents.ACCEPTED, consents.DECLINED]},
        "at": moment("When the person said so; nobody is recorded for going on"),
    }
)
VERSION: Schema = {
    "version": text(),
    "effective_from": day(),
    "asks": flag("Whether people are asked to accept it: not for a minor change, nor for what held before the portal"),
    "answer": {**ANSWER, "type": ["object", "null"]},
}
CHOICE: Schema = obj(
    {
        "state": text("What was chosen, else the default"),
        "effective": text("What may be acted by now: the protective state where something says no"),
        "chosen": flag("Whether anybody ever chose"),
        "since": maybe(moment()),
        "in": {"type": "object", "additionalProperties": text(), "description": "What differs in single systems"},
    }
)
STATE: Schema = obj(
    {
        "choices": {"type": "object", "additionalProperties": CHOICE},
        "restriction": {**STOP, "type": ["object", "null"]},
        "objections": listed(ABOUT, most=999, least=0),
        "holds": listed(ABOUT, most=999, least=0),
        "legal_holds": listed(obj({"source": text(), "table": text(), "until": day()}), most=999, least=0),
        "policies": listed(
            obj(
                {
                    "document": text(),
                    **VERSION,
                    "sha256": text(),
                    "next": {**obj(VERSION), "type": ["object", "null"]},
                }
            ),
            most=9,
            least=0,
        ),
    }
)
REQUEST_MEMBERS: Schema = {
    "request_id": text(),
    "kind": text(),
    "title": text("In English; translate by `kind`"),
    "status": {"type": "string", "enum": requests.STATUSES},
    "received_at": moment(),
    "acknowledge_by": maybe(day()),
    "expected_by": day("The earliest date of all laws that apply"),
    "legal_maximum": maybe(day("The latest day that the law of the person's own country allows")),
    "law": text(),
    "waiting_for": maybe(text("person, customer or source")),
    "closed_at": maybe(moment()),
    "page": text("Where the person follows it, signed in"),
}


@call("POST", "/people/state", scope="people:read", body=obj({"person": PERSON}), answer=STATE)
def people_state(body: dict[str, Any]) -> dict[str, Any]:
    """Read how a person stands.

    Choices as they take effect, restriction, objections, holds, and the policies in force and to come, with whether the
    person accepted or declined each, and when. To act by it, ask `may`.
    """
    return state.state(subject(body["person"]))


@call(
    "POST",
    "/choices",
    scope="choices:write",
    status=201,
    once=True,
    body=obj(
        {
            "person": PERSON,
            "choices": listed(
                obj(
                    {"purpose": text(most=96), "state": text(most=32), "wording": text("What was read", most=2000)},
                    channel=text(most=32),
                ),
                most=50,
            ),
            "notice_version": text("Of the privacy policy that was shown", most=32),
            "language": text(most=8),
        },
        source=text("The one system that it is for; else it is for all", most=64),
        made_at=moment("When the person chose, where the phone was offline"),
    ),
    answer=obj({"recorded": listed(obj({"purpose": text(), "state": text(), "event": number()}), most=50)}),
)
def choices(body: dict[str, Any]) -> dict[str, Any]:
    """Record choices made inside an app.

    All or none, with their evidence: the words that were read, in which language, under which version of the policy.
    Only one of them may give permission; any number may take it back. The newest choice counts, wherever it was made.
    """
    program = programs.caller()
    program.subject = subject(body["person"])
    return {"recorded": choosing.record(program.subject, body, f"app:{program.name}"[:32])}


@call(
    "POST",
    "/people/requests",
    scope="requests:read",
    body=obj(
        {"person": PERSON},
        cursor=text("From the page before", most=64),
        limit=number(minimum=1, maximum=pages.MOST),
    ),
    answer=obj(
        {"requests": listed(obj(REQUEST_MEMBERS), most=pages.MOST, least=0), "next": maybe(text("Null at the end"))}
    ),
)
def people_requests(body: dict[str, Any]) -> dict[str, Any]:
    """List the person's own requests.

    The newest first, page by page.
    """
    return requests.listed(subject(body["person"]), body.get("cursor"), body.get("limit", pages.USUAL))


@call(
    "POST",
    "/people/requests/status",
    scope="requests:read",
    body=obj({"person": PERSON, "reference": text(most=32)}),
    answer=obj({**REQUEST_MEMBERS, "reason": maybe(text("Of the protocol's words, where it was denied"))}),
)
def people_request(body: dict[str, Any]) -> dict[str, Any]:
    """Read how one request of the person stands.

    Names and states are those of the Data Rights Protocol.
    """
    return requests.status(subject(body["person"]), body["reference"])
