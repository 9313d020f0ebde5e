"""How a choice is called, and which systems take it."""

from __future__ import annotations

from functools import lru_cache

from portal import config
from portal.config import Purpose
from portal.kernel.problems import N_, Problem
from portal.sources import registry
from portal.sources.base import Source
from portal.sources.registry import Registry


class UnknownChoice(Problem):
    """No such purpose, or a purpose that has no such state; facts: `purpose`."""

    status, code = 422, "unknown-choice"
    say = N_("There is no such choice.")
    then = N_("Open the page again and choose from what it shows.")


def purpose(purpose_id: str) -> Purpose:
    """Return a purpose of this site; raises UnknownChoice."""
    known = config.site().purposes.get(purpose_id)
    if known is None:
        raise UnknownChoice(purpose=purpose_id)
    return known


def named(purpose_id: str, source_id: str) -> str:
    """Return what the ledger calls a choice for one system, or with "" for all."""
    return f"{purpose_id}@{source_id}" if source_id else purpose_id


def parted(name: str) -> tuple[str, str]:
    """Return purpose and system of a name in the ledger."""
    purpose_id, _, source_id = name.partition("@")
    return purpose_id, source_id


def takers(name: str) -> tuple[Source, ...]:
    """Return the systems that take a choice: all that know its purpose, or the one that it is for."""
    return _takers(registry.active(), name)


@lru_cache(maxsize=1024)
def _takers(systems: Registry, name: str) -> tuple[Source, ...]:
    purpose_id, source_id = parted(name)
    taking = [one for one in systems.connected() if purpose_id in one.manifest.preferences]
    return tuple(one for one in taking if source_id in ("", one.id))
