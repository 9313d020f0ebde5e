"""The hours in which nobody is woken: what is not urgent waits for the morning where its reader lives."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from portal import config
from portal.kernel import clock

# Of countries with several: where most of their people live.
_MOST = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CL": "America/Santiago",
    "CN": "Asia/Shanghai", "DE": "Europe/Berlin", "ES": "Europe/Madrid", "ID": "Asia/Jakarta",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/Chicago", "US-CA": "America/Los_Angeles",
}  # fmt: skip
_DAY = timedelta(days=1)


def morning(country: str = "") -> datetime | None:
    """Return when the quiet hours end that it is now in a country; None outside of them, and where the site has none.

    A country that is not known, or is too wide to tell, has the site's own time.
    """
    quiet = config.site().mail.quiet
    return within(quiet, clock.now(), zone_of(country)) if quiet else None


def within(hours: tuple[time, time], at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when hours of a place end that a moment lies in, None if it lies outside; they may pass midnight."""
    (begin, end), here = hours, at.astimezone(zone)
    clocked = here.time().replace(tzinfo=None)
    if not (begin <= clocked < end if begin < end else clocked >= begin or clocked < end):
        return None
    day = here.date() if clocked < end else here.date() + _DAY
    return datetime.combine(day, end, zone).astimezone(at.tzinfo)


def zone_of(country: str) -> ZoneInfo:
    """Return the time zone of a country (ISO 3166, with a state where one is known), else the site's."""
    return ZoneInfo(_MOST.get(country) or _zones().get(country[:2]) or config.site().timezone)


@cache
def _zones() -> dict[str, str]:
    """Return the zone of each country that has a single one, as the locale data has them."""
    found: dict[str, list[str]] = {}
    for zone, country in get_global("zone_territories").items():
        found.setdefault(country, []).append(zone)
    return {country: zones[0] for country, zones in found.items() if len(zones) == 1} | {
        country: zone for country, zone in _MOST.items() if len(country) == 2
    }
