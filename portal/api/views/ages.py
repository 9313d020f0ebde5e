"""Is somebody old enough for an account? Asked at sign-up, and nothing of it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.accounts import sign_up
from portal.api.schema import BadBody, day, flag, maybe, number, obj, text
from portal.api.views.room import call
from portal.kernel import ages, clock

_OLDEST = 130  # years


@call(
    "POST",
    "/age-checks",
    scope="ages:read",
    body=obj(
        {"country": text("ISO 3166", most=6, least=2, pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$"), "born": day("As asked")}
    ),
    answer=obj(
        {
            "old_enough": flag(),
            "limit": number("The age that is needed there"),
            "rule": maybe(text("To be kept with the account in place of the date; null where not old enough")),
        }
    ),
)
def age_checks(body: dict[str, Any]) -> dict[str, Any]:
    """Check an age at sign-up.

    By the age that the person's country asks for, at least the site's own. Neither date nor answer is stored: ask for
    the date neutrally, without naming the limit, and let no second date be tried.
    """
    born, today = date.fromisoformat(body["born"]), clock.today()
    if not 0 <= ages.age(born, today) <= _OLDEST or born > today:
        raise BadBody([{"detail": "must be the birthday of somebody alive", "pointer": "#/born"}])
    rule = sign_up.rule(born, body["country"])
    return {"old_enough": rule is not None, "limit": ages.strictest(body["country"], today), "rule": rule}
