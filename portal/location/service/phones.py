"""What apps say of the phone's own switch: told to the portal, or read in the system where the app keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.kernel.problems import N_, Problem
from portal.location.models import PhoneState
from portal.sources import registry
from portal.sources.base import Source
from portal.sources.history import Reported

STATES = ("always", "while_in_use", "denied")


class NoSuchApp(Problem):
    """The system that is said to be the app's is not connected."""

    status, code = 422, "no-such-app"
    say = N_("No connected system is called that.")
    then = N_("Name the system by the id of its manifest.")


def report(subject_id: int, source_id: str, state: str, at: datetime) -> None:
    """Keep what an app says of the phone's switch, unless something newer is known; raises NoSuchApp."""
    if all(source.id != source_id for source in registry.active().connected()):
        raise NoSuchApp
    told = {"state": state, "at": at}
    PhoneState.insert(subject=subject_id, source=source_id, **told).on_conflict(
        conflict_target=[PhoneState.subject, PhoneState.source], update=told, where=(PhoneState.at <= at)
    ).execute()


def newest(subject_id: int, told: dict[Source, Reported | None]) -> list[tuple[Source, Reported]]:
    """Return the newest of what each system holds itself and of what its app told the portal."""
    own: dict[str, Any] = {row.source: row for row in PhoneState.select().where(PhoneState.subject == subject_id)}
    connected = {source.id: source for source in registry.active().connected()}
    found = {source.id: reported for source, reported in told.items() if reported}
    for name, row in own.items():
        before = found.get(name)
        if name in connected and (before is None or before.at is None or before.at <= row.at):
            found[name] = Reported(row.state, row.at)
    return [(connected[name], reported) for name, reported in found.items()]
