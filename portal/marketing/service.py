"""What the company may send: each purpose of the site that begins with "marketing." is one topic by one channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from portal import config
from portal.config import Purpose
from portal.consents.service import Choice, UnknownChoice
from portal.kernel.problems import N_
from portal.policies import service as policies

PREFIX = "marketing."
OFF, ON = "off", "on"


class Count(NamedTuple):
    """How many topics are on, of how many, and how many somebody has decided about."""

    on: int
    all: int
    decided: int


def topics() -> list[Purpose]:
    """Return every topic by channel, in the order of the site's file."""
    return [purpose for purpose in config.site().purposes.values() if purpose.id.startswith(PREFIX)]


def choices_of(standing: Mapping[str, Choice]) -> dict[str, Choice]:
    """Return the topics out of a person's standing."""
    return {name: choice for name, choice in standing.items() if name.startswith(PREFIX)}


def count(standing: Mapping[str, Choice]) -> Count:
    """Count the topics of a person's standing."""
    choices = choices_of(standing).values()
    return Count(
        sum(choice.state == ON for choice in choices), len(choices), sum(choice.event > 0 for choice in choices)
    )


def word(counted: Count) -> str:
    """Return a count in a word (a msgid with `on` and `all`), "" while nothing was decided."""
    if not counted.decided:
        return ""
    if counted.on in (0, counted.all):
        return N_("On") if counted.on else N_("Off")
    return N_("%(on)s of %(all)s")


def save(subject_id: int, topic: str, state: str, language: str) -> int:
    """Record a topic as on or off, which holds from this moment; return the event's number. Raises UnknownChoice."""
    if not topic.startswith(PREFIX):
        raise UnknownChoice(purpose=topic)
    return policies.choose(subject_id, topic, state, language)
