"""May we? The call that everybody else's obedience hangs on, so it is as short as it can be."""

from __future__ import annotations

from typing import Any

from portal.api.schema import Schema, checked, flag, listed, moment, obj, text
from portal.api.service import answering
from portal.api.service.persons import PERSON
from portal.api.views.room import LARGE, call
from portal.kernel import clock

MOST = 10_000
REASONS = [
    "chosen", "not-chosen", "not-objected", "needed", "restricted", "objected", "refused", "held", "suppressed",
    "unknown-person", "unknown-purpose", "quiet-hours",
]  # fmt: skip
QUESTION: Schema = obj(
    {"person": PERSON, "purpose": text("As the portal's site file has it: marketing.events, location.level", most=96)},
    channel=text("For messages: email, sms, push", most=32),
    state=text("How far: approximate or precise for location; else the first state that allows anything", most=32),
    source=text("The system that wants to; else the one by whose id the person is named", most=64),
)
_BODY = obj({"questions": listed(QUESTION, most=MOST)})
ANSWER: Schema = obj(
    {"allowed": flag(), "reason": {"type": "string", "enum": REASONS}},
    since=moment("When that came to hold"),
    again_at=moment("With quiet-hours: from when on the same question is answered by what was chosen"),
    request=text("The reference of the request that it follows from"),
)


@call(
    "POST",
    "/may",
    scope="may:read",
    body=_BODY,
    answer=obj({"at": moment("When this was true"), "answers": listed(ANSWER, most=MOST)}),
    largest=LARGE,
    unchecked=True,
)
def may(body: Any) -> dict[str, Any]:
    """Ask whether data may be used.

    Up to 10,000 questions, answered in their order. What was chosen on a page a moment ago counts. Whoever is unknown
    has chosen nothing: what has to be chosen is denied, what the service needs is allowed, and so is what is opt-out.
    """
    at = clock.now().isoformat()
    try:
        questions = body["questions"]
        if body.keys() == {"questions"} and 1 <= len(questions) <= MOST and all(map(_is_sound, questions)):
            return {"at": at, "answers": answering.answers(questions)}
    except (AttributeError, KeyError, TypeError, ValueError):
        pass  # said below, at length and slowly
    return {"at": at, "answers": answering.answers(checked(_BODY, body)["questions"])}


_MEMBERS = {"person", "purpose", "channel", "state", "source"}
_LONGEST = 32
_ADDRESSES = {"email": 254, "phone": 32}


def _is_sound(asked: dict[str, Any]) -> bool:
    """Tell at once that a question has the right shape; what it is not sure of is looked at with the whole schema."""
    person, purpose = asked["person"], asked["purpose"]
    if not (_MEMBERS >= asked.keys() and type(purpose) is str and 0 < len(purpose) <= 96):
        return False
    for name in ("channel", "state", "source"):
        if name in asked and not (type(asked[name]) is str and 0 < len(asked[name]) <= _LONGEST):
            return False
    if len(person) == 2:
        source, key = person["source"], person["id"]
        return type(source) is str and 0 < len(source) <= 64 and (type(key) is int or _is_short(key))
    ((kind, value),) = person.items()
    return kind in _ADDRESSES and type(value) is str and 6 <= len(value) <= _ADDRESSES[kind]


def _is_short(key: Any) -> bool:
    return type(key) is str and 0 < len(key) <= 255
