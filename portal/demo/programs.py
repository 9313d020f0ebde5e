"""The key by which the demo's Booking App asks the portal; `python -m portal.demo.crew` lays it beside the staff."""

from __future__ import annotations

import os

from portal.api.models import ApiKey
from portal.api.service.keys import RATE, SCOPES, VOUCHES
from portal.kernel import tokens

NAME = "Booking App"


def lay() -> None:
    """Let the Booking App's key open what an app needs, if it does not yet."""
    scopes = sorted([*SCOPES, f"{VOUCHES}booking"])
    row = {"name": NAME, "digest": tokens.digest(os.environ["BOOKING_KEY"]), "scopes": scopes, "rate": RATE}
    ApiKey.insert(row).on_conflict(conflict_target=[ApiKey.name], update={"scopes": scopes}).execute()
