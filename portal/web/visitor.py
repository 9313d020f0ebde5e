"""Where a visitor is, as far as a proxy in front says so: no address is kept, and nobody else is asked."""

from __future__ import annotations

from flask import request

from portal import config

_LONGEST = 120


def place() -> str:
    """Return the country or city that the operator's own proxy names, "" where none is believed."""
    settings = config.active()
    if not (settings.place_header and settings.trusted_proxies):
        return ""
    told = request.headers.get(settings.place_header, "").strip()
    return told[:_LONGEST] if told.isprintable() else ""
