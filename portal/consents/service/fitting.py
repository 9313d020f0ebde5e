"""A system checked, its manifest's choices against those of this site too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches

from portal import config
from portal.consents.service.names import RESTRICTION
from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding, Level, Source
from portal.sources.manifest import Preference


def checked(source: Source) -> list[Finding]:
    """Return what the system's own check finds, and where `[preferences]` and `site.toml` do not fit together.

    A choice that the site does not offer is a warning: it is never written. A state without a value is an error: it
    could not be. Raises SourceUnavailable.
    """
    found = source.check()
    with suppress(SourceUnavailable):  # a name that the system does not have, which has been found then
        found += _misfits(source)
    return found


def _misfits(source: Source) -> Iterator[Finding]:
    purposes = config.site().purposes
    known = {name: purpose.states for name, purpose in purposes.items()} | {RESTRICTION: ("off", "on")}
    for name, preference in source.manifest.preferences.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            yield _finding("warning", preference, f'"{name}" is no choice of site.toml, so it is never written.{meant}')
        elif (held := source.states(name)) and (lacking := [state for state in known[name] if state not in held]):
            say = (
                f'"{name}" can be {" or ".join(lacking)} in site.toml, and values says nothing for it. Write it there.'
            )
            yield _finding("error", preference, say)


def _finding(level: Level, preference: Preference, say: str) -> Finding:
    place = preference.place
    return Finding(level, place.table if place else "", place.column if place else "", say)
