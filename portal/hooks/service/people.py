"""How an endpoint is told who it is about: by its own system's ids, or by keyed hashes; never by name or address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from portal import config
from portal.hooks.models import HookEndpoint, HookMessage
from portal.sources import registry
from portal.sources.base import Key
from portal.subjects import naming
from portal.subjects import service as subjects

Named = list[dict[str, Any]]


def is_channel(word: str) -> bool:
    """Tell whether a part of a purpose's name is a way on which messages come."""
    return word in config.site().channels


def by_key(source: str, keys: Iterable[Key]) -> Named:
    """Return persons as the API names them: the id of a system, a list where its key has several columns."""
    return [{"source": source, "id": key[0] if len(key) == 1 else list(key)} for key in keys]


def hashed(subject: int) -> Named:
    """Return everything a person is known by, each as the keyed hash that suppressions name them by."""
    return [{"hash": one} for one in sorted(naming.hashed(name) for name in naming.names([subject])[subject])]


def of(message: HookMessage, endpoint: HookEndpoint) -> Named | None:
    """Return whom a message is about as its endpoint knows them; None where its system does not know the person.

    Raises SourceUnavailable while the system has yet to be asked about them.
    """
    if message.people is not None:
        told: Named = json.loads(message.people)
        return told
    if message.subject is None:
        return []
    if not endpoint.source:
        return hashed(message.subject)
    keys = subjects.person(message.subject, endpoint.source).keys
    if not keys and endpoint.source in subjects.waiting(message.subject):
        raise registry.active().get(endpoint.source).unavailable("it has not yet been asked about this person")
    return by_key(endpoint.source, keys) or None
