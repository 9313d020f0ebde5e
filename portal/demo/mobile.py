"""The back end of the demo's mobile app: it knows who is signed in there, and hands that person over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from portal import config
from portal.demo.database import opened
from portal.kernel.problems import NotFound
from portal.sources.identifiers import EXTERNAL

SOURCE = "booking"
PATIENCE = 10.0  # seconds
_PEOPLE = "SELECT member_number, full_name, email FROM users ORDER BY id LIMIT 12"


@dataclass(frozen=True)
class User:
    """Somebody who is signed in to the app on their phone."""

    number: str
    name: str
    email: str


def users() -> list[User]:
    """Return the first people of the Booking App."""
    with opened(config.active().environ["BOOKING_URL"]) as booking:
        return [User(number, name, email or "") for number, name, email in booking.all(_PEOPLE)]


def user(number: str) -> User:
    """Return one of them; raises NotFound."""
    found = next((one for one in users() if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def hand_over(who: User, wishes: dict[str, Any]) -> dict[str, Any]:
    """Ask the portal's API for a code, over HTTP as every back end does; raises OSError."""
    person = {"source": SOURCE, EXTERNAL: who.number} | ({"email": who.email} if who.email else {})
    asked = Request(  # noqa: S310 - our own address
        f"{config.site().base_url}/api/v1/handoffs",
        json.dumps({"person": person, **wishes}).encode(),
        {"Authorization": f"Bearer {config.active().environ['BOOKING_KEY']}", "Content-Type": "application/json"},
    )
    with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
        given: dict[str, Any] = json.load(answer)
    return given
