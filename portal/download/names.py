"""Names of files inside an archive: plain, short, and the same on every system that unpacks it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 80
# Windows gives these names to devices, whatever stands behind the dot.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def plain(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a file name, without its ending, for each name: no path in it, and no two alike in any case of letters."""
    used, given = {name.lower() for name in taken}, {}
    for name in names:
        stem = _OTHER.sub("-", name).strip("-")[:_LONGEST] or "table"
        given[name] = _unused(stem, used | _DEVICES)
        used.add(given[name].lower())
    return given


def _unused(stem: str, used: set[str]) -> str:
    tries = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(used) + 2))
    return next(name for name in tries if name.lower() not in used)
