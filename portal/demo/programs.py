"""The key by which the demo's Booking App asks the portal; `python -m portal.demo.crew` lays it beside the staff."""

from __future__ import annotations

import os

from portal.api.models import ApiKey
from portal.api.service.keys import RATE, SCOPES
from portal.kernel import tokens

NAME = "Booking App"


def lay() -> None:
    """Let the Booking App's key open what an app needs, if it does not yet."""
    row = {"name": NAME, "digest": tokens.digest(os.environ["BOOKING_KEY"]), "scopes": sorted(SCOPES), "rate": RATE}
    ApiKey.insert(row).on_conflict_ignore().execute()
