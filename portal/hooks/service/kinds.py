"""What is told: the kinds of events, each with what its data hold. The API's description is made from this list."""

from __future__ import annotations

from typing import Final

from portal.hooks.models import TEST as TEST

CHOICE: Final = "choice.changed"
RESTRICTION: Final = "restriction.changed"
OBJECTION: Final = "objection.changed"
HOLD: Final = "hold.changed"
REFUSAL: Final = "refusal.changed"
ERASED: Final = "person.erased"
POLICY: Final = "policy.published"

# For developers, so in English, as all that /api says.
KINDS: Final[dict[str, str]] = {
    CHOICE: "Somebody chose, or a request chose for them: `purpose`, `channel` and `state` as in `POST /choices`",
    RESTRICTION: "All use of a person's data was restricted, or is no more: `stops` says which",
    OBJECTION: "An objection to the use named in `purpose`; while `stops` is true the use has to stop",
    HOLD: "What is named in `purpose` is held while a request is checked; while `stops` is true it has to stop",
    REFUSAL: "A new policy changes `purpose`, and the person has not accepted it; while `stops` is true it has to stop",
    ERASED: "A person, or a part of what is held of them, was erased: `scope` is account, system or table",
    POLICY: "A version of a document was published: `document`, `version`, its first day, where it can be read",
    TEST: "A test that staff sent; it is about nobody",
}


class UnknownKind(ValueError):
    """No such kind of event."""


def written(kinds: list[str]) -> str:
    """Return kinds as an endpoint keeps them, "" for all; raises UnknownKind."""
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownKind(kind)
    return " ".join(dict.fromkeys(kinds))
