"""The back end of the demo's mobile app: it knows who is signed in there, holds a key, and hands that person over."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from portal import config
from portal.api.service import keys
from portal.kernel import tokens
from portal.kernel.problems import NotFound
from portal.sources.identifiers import EXTERNAL

SOURCE = "booking"
SCOPES = ("handoffs:write", f"{keys.VOUCHES}{SOURCE}")
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
    path = config.active().environ["BOOKING_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as booking:
        return [User(number, name, email or "") for number, name, email in booking.execute(_PEOPLE)]


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
        {"Authorization": f"Bearer {_key()}", "Content-Type": "application/json"},
    )
    with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
        given: dict[str, Any] = json.load(answer)
    return given


def _key() -> str:
    """Return the app's key, made when it is first wanted and kept beside the others, readable by the owner."""
    folder = (config.active().demo or Path("var/mailbox")).parent / "keys"
    file = folder / "mobile_app"
    if not file.exists():
        folder.mkdir(exist_ok=True, mode=0o700)
        made = keys.add(f"Demo mobile app {tokens.new_token()[:6]}", SCOPES)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as kept:
            kept.write(made)
    return file.read_text()
