"""What somebody uses, in words: Chrome, Android."""

from __future__ import annotations

from flask import request

# The first mark that is found counts: most browsers name others too.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("Wget", "Wget"),
    ("Android", "Android"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device() -> str:
    """Return program and machine by their names, which no language changes; "" where neither is known."""
    agent = request.headers.get("User-Agent", "")
    known = (next((name for mark, name in marks if mark in agent), "") for marks in (_PROGRAMS, _SYSTEMS))
    return ", ".join(dict.fromkeys(name for name in known if name))
