"""Choices, each made under the notice in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.consents import service as consents
from portal.consents.service import Made
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.policies.models import number_in_force
from portal.policies.service.reading import NOTICE


def choose(
    subject_id: int,
    purpose_id: str,
    state: str,
    language: str,
    source_id: str = "",
    actor: str = "person",
    channel: str = "portal",
) -> int:
    """Record a choice under the notice in force, in the words that the person read; raises UnknownChoice.

    With `source_id` it holds for that system alone.
    """
    return _choose(subject_id, [_made(purpose_id, state, language, source_id)], language, actor, channel)[0]


def choose_all(
    subject_id: int, states: Mapping[str, str], language: str, actor: str = "person", channel: str = "portal"
) -> dict[str, int]:
    """Record choices as `choose` does, all or none; return the number of each event by its purpose."""
    made = [_made(name, state, language) for name, state in states.items()]
    return dict(zip(states, _choose(subject_id, made, language, actor, channel), strict=True))


def _made(purpose_id: str, state: str, language: str, source_id: str = "") -> Made:
    words = consents.purpose(purpose_id).wording
    return Made(purpose_id, state, words.get(language) or next(iter(words.values())), source_id)


def _choose(subject_id: int, made: Sequence[Made], language: str, actor: str, channel: str = "portal") -> list[int]:
    newest = number_in_force(NOTICE, clock.today())
    if newest is None:
        raise NotFound
    terms = {"notice": NOTICE, "notice_version": newest, "language": language, "actor": actor, "channel": channel}
    numbers = consents.record_all(subject_id, made, **terms)
    return [numbers[one.name] for one in made]
