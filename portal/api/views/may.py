"""May we? The call that everybody else's obedience hangs on, so it is as short as it can be."""

from __future__ import annotations

from typing import Any

from portal.api.schema import Schema, checked, flag, listed, moment, obj, text
from portal.api.service import answering
from portal.api.views.room import LARGE, call
from portal.kernel import clock

MOST = 10_000
REASONS = [
    "chosen", "not-chosen", "not-objected", "needed", "restricted", "objected", "refused", "held", "suppressed",
    "unknown-person", "unknown-purpose", "quiet-hours",
]  # fmt: skip
_BODY = obj({"questions": listed(answering.QUESTION, most=MOST)})
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
        if body.keys() == {"questions"} and 1 <= len(body["questions"]) <= MOST:
            return {"at": at, "answers": answering.answers(body["questions"])}
    except answering.UNSOUND:
        pass  # what is wrong is said below, each with its place
    return {"at": at, "answers": answering.answers(checked(_BODY, body)["questions"])}
