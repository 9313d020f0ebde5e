"""Choices that people make inside an app, recorded with what they read and under which notice (RULES C3, C4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from portal.consents import service as consents
from portal.consents.service import Choice, Made, UnknownChoice
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.policies import service as policies

CHANNEL = "app"
SKEW = timedelta(minutes=5)  # that a phone's clock may be ahead


class UnknownNotice(Problem):
    """The notice that somebody is said to have read was never published in this language; facts: `version`."""

    status, code = 422, "unknown-notice"
    say = N_("There is no such version of the privacy policy in this language.")
    then = N_("Send the version and the language of the text that the person had before them.")


class Bundled(Problem):
    """Several permissions were given at once: each takes an act of its own (GDPR 7(2), RULES C2)."""

    status, code = 422, "bundled"
    say = N_("Only one permission can be given at a time.")
    then = N_("Ask for each one by itself, and send it when it was given. Any number can be taken back at once.")


class Outdated(Problem):
    """Somebody chose anew after this choice was made, and the newest always counts; facts: `purpose`."""

    status, code = 409, "newer-choice"
    say = N_("The person has chosen anew since then, so this was not recorded.")
    then = N_("Read their choices, and show what holds now.")


class NotYet(Problem):
    """The choice is said to have been made in the future."""

    status, code = 422, "made-in-future"
    say = N_("A choice cannot be made in the future.")
    then = N_("Send the moment at which the person chose, with its offset from UTC.")


def record(subject_id: int, sent: dict[str, Any], actor: str) -> list[dict[str, Any]]:
    """Record choices as an app sends them; return each with the number of its event.

    Raises UnknownChoice, UnknownNotice, Bundled, Outdated, NotYet; then nothing is recorded.
    """
    language, number = sent["language"], sent["notice_version"]
    try:
        policies.version(policies.NOTICE, language, number)
    except NotFound as error:
        raise UnknownNotice(version=number) from error
    source = sent.get("source", "")
    made = [Made(_name(one), one["state"], one["wording"], source) for one in sent["choices"]]
    with atomic():
        _check(consents.standing(subject_id), made, sent.get("made_at"))
        terms = {"notice": policies.NOTICE, "notice_version": number, "language": language}
        numbers = consents.record_all(subject_id, made, **terms, actor=actor, channel=CHANNEL)
    return [{"purpose": one.purpose, "state": one.state, "event": numbers[one.name]} for one in made]


def _name(one: dict[str, Any]) -> str:
    return f"{one['purpose']}.{one['channel']}" if one.get("channel") else str(one["purpose"])


def _check(standing: dict[str, Choice], made: Sequence[Made], made_at: str | None) -> None:
    if len({one.name for one in made}) < len(made):
        raise UnknownChoice(purpose=made[0].purpose)
    at = datetime.fromisoformat(made_at) if made_at else clock.now()
    if at > clock.now() + SKEW:
        raise NotYet
    raised = 0
    for one in made:
        purpose = consents.purpose(one.purpose)
        if one.state not in purpose.states:
            raise UnknownChoice(purpose=one.purpose)
        before = consents.in_force(standing, one.purpose, one.source)
        if before.at is not None and before.at > at:
            raise Outdated(purpose=one.purpose)
        raised += purpose.raises(before.state, one.state)
    if raised > 1:
        raise Bundled
