"""A system checked, its manifest against what this site knows too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from difflib import get_close_matches

from portal import config
from portal.consents.service.names import RESTRICTION
from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding, Level, Source
from portal.sources.manifest import Preference


def checked(source: Source) -> list[Finding]:
    """Return what the system's own check finds, and where the manifest and `site.toml` do not fit together.

    A name that the site does not know is a warning: a choice of that name is never written. A state without a value is
    an error: it could not be written. Raises SourceUnavailable.
    """
    found = [*source.check(), *_strangers(source)]
    with suppress(SourceUnavailable):  # a name that the system does not have, which has been found then
        found += _misfits(source)
    return found


def _strangers(source: Source) -> Iterator[Finding]:
    """Yield the purposes and the controller that people would read as they are written in the manifest."""
    site, manifest = config.site(), source.manifest
    companies = {*site.controllers, site.controller, ""}
    if manifest.controller not in companies:
        say = f'"{manifest.controller}" is in no [controllers] of site.toml.{_meant(manifest.controller, companies)}'
        yield Finding("warning", "", "controller", say)
    known = {*site.purposes, *site.uses}
    for table in manifest.tables.values():
        for name in (name for name in table.purposes if name not in known):
            say = f'"{name}" is in neither [purposes] nor [uses] of site.toml.{_meant(name, known)}'
            yield Finding("warning", table.name, "purposes", say)


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f" Did you mean {near[0]}?" if near else ""


def _misfits(source: Source) -> Iterator[Finding]:
    purposes = config.site().purposes
    known = {name: purpose.states for name, purpose in purposes.items()} | {RESTRICTION: ("off", "on")}
    for name, preference in source.manifest.preferences.items():
        if name not in known:
            say = f'"{name}" is no choice of site.toml, so it is never written.{_meant(name, known)}'
            yield _finding("warning", preference, say)
        elif (held := source.states(name)) and (lacking := [state for state in known[name] if state not in held]):
            say = (
                f'"{name}" can be {" or ".join(lacking)} in site.toml, and values says nothing for it. Write it there.'
            )
            yield _finding("error", preference, say)


def _finding(level: Level, preference: Preference, say: str) -> Finding:
    place = preference.place
    return Finding(level, place.table if place else "", place.column if place else "", say)
