"""How each demo system writes a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

SAIGON = timezone(timedelta(hours=7))


def plain(moment: datetime) -> str:
    """Write 2026-11-22 03:04:05, UTC without saying so, as the Booking App does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def local(moment: datetime) -> str:
    """Write 2026-11-22T10:04:05+07:00, as the CRM does."""
    return moment.astimezone(SAIGON).isoformat(timespec="seconds")


def zulu(moment: datetime) -> str:
    """Write 2026-11-22T03:04:05Z, as the Whitelabel App does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
