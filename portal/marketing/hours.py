"""When a channel may carry advertising: text messages from seven to ten in the evening, say (Decree 91/2020)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from portal import config
from portal.kernel import clock
from portal.notices import quiet


def closed_until(channel: str) -> datetime | None:
    """Return from when on a channel may be used again; None while it may be, and for one without hours."""
    site = config.site()
    known = site.channels.get(channel)
    if known is None or known.hours is None:
        return None
    opens, closes = known.hours
    return quiet.within((closes, opens), clock.now(), ZoneInfo(site.timezone))
