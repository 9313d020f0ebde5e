"""What somebody uses: in words (Chrome, Android), and whether this very browser was here before."""

from __future__ import annotations

import re

from flask import request

from portal.kernel import tokens
from portal.web import cookies
from portal.web.present import known

MARK = "device"  # the cookie
_SHAPE = re.compile(r"[\w-]{43}", re.ASCII)

# The first sign that is found counts: most browsers name others too.
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
    found = (next((name for sign, name in signs if sign in agent), "") for signs in (_PROGRAMS, _SYSTEMS))
    return ", ".join(dict.fromkeys(name for name in found if name))


def mark() -> str:
    """Return the random mark of this browser, a new one where it brought none: it says "was here before", no more."""
    present = known()
    if not present.mark:
        brought = cookies.got(MARK) or ""
        present.mark = brought if _SHAPE.fullmatch(brought) else tokens.new_token()
    return present.mark
