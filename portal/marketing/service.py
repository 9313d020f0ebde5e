"""What the company may send: topics by channels, each pair a choice of its own, off until somebody switches it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from portal import config
from portal.config import Channel, Purpose, Site, Topic
from portal.consents import service as consents
from portal.consents.service import Choice, UnknownChoice
from portal.kernel.problems import N_
from portal.policies import service as policies
from portal.sources import registry
from portal.sources.registry import Registry

OFF, ON = "off", "on"
EVERYTHING = "everything"


class Pair(NamedTuple):
    """One topic by one channel; `id` is the name of the choice: marketing.events.email.

    `kept_here`: no system is told, whoever sends asks the portal.
    """

    id: str
    purpose: Purpose
    topic: Topic
    channel: Channel
    kept_here: bool


class Count(NamedTuple):
    """How many topics are on by some channel, of how many, and whether anything was decided."""

    on: int
    all: int
    decided: bool


def pairs() -> tuple[Pair, ...]:
    """Return what is offered, in the order of the site's file: what some system takes, or the portal alone keeps."""
    return _pairs(config.site(), registry.active())


@lru_cache(maxsize=4)
def _pairs(site: Site, systems: Registry) -> tuple[Pair, ...]:
    taken = {name for system in systems.connected() for name in system.manifest.preferences}
    asked = [
        Pair(name, site.purposes[name], topic, site.channels[channel], channel in topic.kept_here)
        for topic in site.topics.values()
        for channel in topic.channels
        for name in [f"marketing.{topic.id}.{channel}"]
    ]
    return tuple(pair for pair in asked if pair.kept_here or pair.id in taken)


def offered() -> bool:
    """Tell whether there is anything to choose: a topic by a channel that some system, or the portal, keeps."""
    return bool(pairs())


def topics() -> dict[str, list[Pair]]:
    """Return the pairs by the id of their topic."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs():
        found.setdefault(pair.topic.id, []).append(pair)
    return found


def channels() -> list[Channel]:
    """Return the channels by which anything is offered, in the order of the site's file."""
    offered = {pair.channel.id for pair in pairs()}
    return [channel for channel in config.site().channels.values() if channel.id in offered]


def within(scope: str) -> list[Pair]:
    """Return what one tap switches off: EVERYTHING, the id of a topic or that of a channel; raises UnknownChoice."""
    found = [pair for pair in pairs() if scope in (EVERYTHING, pair.topic.id, pair.channel.id)]
    if not found:
        raise UnknownChoice(purpose=scope)
    return found


def one(name: str) -> Pair:
    """Return a pair by the name of its choice; raises UnknownChoice for what is not offered."""
    for pair in pairs():
        if pair.id == name:
            return pair
    raise UnknownChoice(purpose=name)


def count(standing: Mapping[str, Choice]) -> Count:
    """Count the topics of a person's standing."""
    topic_of, every = _topic_of(config.site(), registry.active())
    made = [(topic_of[name], choice.state) for name, choice in standing.items() if choice.event and name in topic_of]
    return Count(len({topic for topic, state in made if state == ON}), every, bool(made))


@lru_cache(maxsize=4)
def _topic_of(site: Site, systems: Registry) -> tuple[dict[str, str], int]:
    """Return the topic of each pair, and how many topics there are: every page's menu counts them."""
    found = {pair.id: pair.topic.id for pair in _pairs(site, systems)}
    return found, len(set(found.values()))


def word(counted: Count) -> str:
    """Return a count in a word (a msgid with `on` and `all`), "" while nothing was decided."""
    if not counted.decided:
        return ""
    return N_("%(on)s of %(all)s") if counted.on else N_("Off")


def save(subject_id: int, chosen: Sequence[Pair], state: str, language: str) -> None:
    """Record pairs as on or off, which holds from this moment; raises UnknownChoice.

    One tap switches one pair on, or any number off: permission is never bundled (RULES P1).
    """
    if state == ON and len(chosen) > 1:
        raise UnknownChoice(purpose=chosen[0].id)
    policies.choose_all(subject_id, {pair.id: state for pair in chosen}, language)


def may_send(subject_id: int, topic: str, channel: str) -> bool:
    """Tell whether something may be sent: never what nobody switched on or the site does not know (RULES M1).

    At which hours a channel may be used stands in `hours`.
    """
    name = f"marketing.{topic}.{channel}"
    return name in config.site().purposes and consents.may(subject_id, name, ON)
