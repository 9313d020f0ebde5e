"""How one person stands: choices as they take effect, all that says no, and the policies in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal import config
from portal.config import Purpose
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.policies import service as policies
from portal.sources import registry
from portal.subjects import holds

Told = dict[str, Any]


def state(subject_id: int) -> Told:
    """Return how a person stands, from one reading of their standing."""
    standing = consents.standing(subject_id)
    stops = dict(consents.stops(standing))
    restriction = stops.get(consents.RESTRICTION)
    return {
        "choices": {name: _choice(standing, purpose) for name, purpose in config.site().purposes.items()},
        "restriction": _stop("", restriction) if restriction else None,
        "objections": _of_kind(stops, consents.OBJECTION),
        "holds": _of_kind(stops, consents.HOLD),
        "legal_holds": [
            {"source": hold.source, "table": hold.table, "until": hold.until.isoformat()}
            for hold in holds.of_subject(subject_id)
        ],
        "policies": [told for document in policies.DOCUMENTS if (told := _policy(standing, document))],
    }


def _choice(standing: Mapping[str, Choice], purpose: Purpose) -> Told:
    choice, own = standing[purpose.id], consents.for_one(standing, purpose.id)
    return {
        "state": choice.state,
        "effective": _effective(standing, purpose),
        "chosen": choice.event > 0,
        "since": choice.at.isoformat() if choice.at else None,
        "in": {
            system.id: _effective(standing, purpose, system.id)
            for system in registry.active().connected()
            if system.id in own
        },
    }


def _effective(standing: Mapping[str, Choice], purpose: Purpose, source_id: str = "") -> str:
    """Return the state that may be acted by: the protective one where something says no."""
    if consents.stop_of(standing, purpose.id, source_id) is not None:
        return purpose.states[0]
    return consents.in_force(standing, purpose.id, source_id).state


def _of_kind(stops: Mapping[str, Choice], kind: str) -> list[Told]:
    return [_stop(name.removeprefix(kind), choice) for name, choice in stops.items() if name.startswith(kind)]


def _stop(about: str, choice: Choice) -> Told:
    said = {"state": choice.state, "since": choice.at.isoformat() if choice.at else None, "request": choice.case}
    return {"about": about, **said} if about else said


def _policy(standing: Mapping[str, Choice], document: str) -> Told | None:
    """Return the version in force and the one that takes effect next, each with what the person said to it."""
    language = config.site().languages[0]
    try:
        now = policies.in_force(document, language)
    except NotFound:
        return None
    today, known = clock.today(), policies.versions(document)
    ahead = [one for one in known if one.begins > today and not one.is_withdrawn]
    asks = {one.version: one.asks for one in known}
    told = {"document": document, **_version(standing, document, now.version, now.effective_from), "sha256": now.sha256}
    told |= {"asks": asks[now.version], "next": None}
    if following := min(ahead, key=lambda one: one.begins, default=None):
        coming = _version(standing, document, following.version, following.begins)
        told["next"] = {**coming, "asks": following.asks}
    return told


def _version(standing: Mapping[str, Choice], document: str, number: str, begins: date) -> Told:
    said = standing.get(f"{consents.POLICY}{document}.{number}")
    answer = {"state": said.state, "at": said.at.isoformat()} if said and said.at else None
    return {"version": number, "effective_from": begins.isoformat(), "answer": answer}
