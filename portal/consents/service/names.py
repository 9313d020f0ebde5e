"""How a choice is called, and which systems take it."""

from __future__ import annotations

from collections.abc import Iterator
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


# What can say no beside the choices: an account that is only stored (RULES X7), an objection (L3, M1), a hold (K3),
# a purpose that a new policy changes and the person has not accepted (C1, C8).
RESTRICTION, OBJECTION, HOLD, REFUSAL = "restriction", "objection.", "hold.", "refusal."
POLICY = (
    "policy."  # what somebody said to a version of a policy: policy.<document>.<version>; by itself it stops nothing
)
ACCEPTED, DECLINED, REFUSED = "accepted", "declined", "refused"
CHECKING, RESTRICTED, UPHELD, HELD, LIFTING = "checking", "restricted", "upheld", "held", "lifting"
LIFTED, REJECTED, NONE = "lifted", "rejected", "none"
STOPS = frozenset({CHECKING, RESTRICTED, UPHELD, HELD, LIFTING, REFUSED})  # while it is in one of these, it says no


def is_reserved(name: str) -> bool:
    """Tell a name of the ledger that is no choice: it says no, or what somebody said to a policy."""
    return name == RESTRICTION or name.startswith((OBJECTION, HOLD, REFUSAL, POLICY))


def reserved_states(name: str) -> tuple[str, ...]:
    """Return the states that a reserved name can be in; none for any other."""
    if name == RESTRICTION:
        return (NONE, CHECKING, RESTRICTED, LIFTING, LIFTED)
    if name.startswith(OBJECTION):
        return (NONE, CHECKING, UPHELD, LIFTING, REJECTED)
    if name.startswith(REFUSAL):
        return (NONE, REFUSED)
    if name.startswith(POLICY):
        return (ACCEPTED, DECLINED)
    return (NONE, HELD) if name.startswith(HOLD) else ()


def page_of(purpose_id: str) -> str:
    """Return the page on which a choice is made: that of the room that draws it, else the one of all other uses."""
    site, first = config.site(), purpose_id.partition(".")[0]
    of_topics = {f"marketing.{topic.id}.{way}" for topic in site.topics.values() for way in topic.channels}
    drawn = first == "sharing" or purpose_id in of_topics | {"location.level", "location.retention"}
    return first if drawn else "uses"


def widened(purpose_id: str) -> Iterator[str]:
    """Yield a purpose and what it is a part of: marketing.events.email, marketing.events, marketing."""
    while purpose_id:
        yield purpose_id
        purpose_id = purpose_id.rpartition(".")[0]


def covered(about: str) -> tuple[str, ...]:
    """Return the purposes of this site that are, or are a part of, what somebody speaks about."""
    return tuple(name for name in config.site().purposes if name == about or name.startswith(f"{about}."))


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


def touched(name: str) -> tuple[Source, ...]:
    """Return the systems in which something changes with a choice, or with what says no."""
    if name.startswith(POLICY):
        return ()
    return _touched(registry.active(), name) if is_reserved(name) else takers(name)


@lru_cache(maxsize=1024)
def _touched(systems: Registry, name: str) -> tuple[Source, ...]:
    about = "" if name == RESTRICTION else name.partition(".")[2]
    return tuple(
        one
        for one in systems.connected()
        if any(about in ("", *widened(preference)) for preference in one.manifest.preferences)
    )
