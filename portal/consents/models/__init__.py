"""The ledger of choices and the present standing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import peewee

from portal.consents.models.drifts import STAYS as STAYS
from portal.consents.models.drifts import Drift as Drift
from portal.consents.models.drifts import Reconciliation as Reconciliation
from portal.consents.models.drifts import drifted as drifted
from portal.consents.models.drifts import note_drifts as note_drifts
from portal.consents.models.remembered import Remembered as Remembered
from portal.consents.models.remembered import keep as keep
from portal.consents.models.remembered import newcomers as newcomers
from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField, atomic, insert_of, is_sqlite, moment, run
from portal.kernel.problems import N_
from portal.subjects.models import Subject


class ConsentEvent(Model):
    """One choice as it was made. The database refuses UPDATE, and DELETE outside an erasure (RULES C3, C4).

    What was recorded elsewhere has an `origin` and, where that is known, the moment at which it was said there; `at` is
    when it came here.
    """

    record = peewee.CharField(36, unique=True, default=lambda: str(uuid.uuid4()))
    subject = peewee.ForeignKeyField(Subject)
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)
    notice = peewee.CharField(32)
    notice_version = peewee.CharField(32)
    language = peewee.CharField(8)
    wording = peewee.TextField()
    actor = peewee.CharField(32)
    channel = peewee.CharField(16)
    at = MomentField(default=clock.now)
    origin = peewee.CharField(64, null=True)
    said_at = MomentField(null=True)
    if TYPE_CHECKING:
        subject_id: int

    class Meta:
        table_name = "consent_events"
        title = N_("Choices you made")
        whose = "subject"
        erasure = "delete"


class Standing(Model):
    """The newest state of every purpose, one row a person: `choices` maps purpose to [state, event, moment]."""

    subject = peewee.ForeignKeyField(Subject, primary_key=True)
    choices = JsonField(default=dict)
    event = peewee.BigIntegerField(default=0)

    class Meta:
        table_name = "standing"
        title = N_("Your present choices")
        whose = "subject"
        erasure = "delete"


class Suspended(Model):
    """What a system had of itself before a stop wrote the protective state there, so that it can come back.

    Only for what nobody ever chose: what somebody chose is in the ledger. `state` is "" where it cannot come back.
    """

    subject = peewee.ForeignKeyField(Subject)
    source = peewee.CharField(64)
    purpose = peewee.CharField(96)
    state = peewee.CharField(32)

    class Meta:
        table_name = "suspended"
        title = N_("Settings put aside while your data is not used")
        whose = "subject"
        erasure = "delete"
        indexes = ((("subject", "source", "purpose"), True),)


class ErasurePermit(Model):
    """Lets the erasure of one person delete from the ledger, inside one transaction."""

    subject = peewee.IntegerField(primary_key=True)

    class Meta:
        table_name = "erasure_permits"
        whose = None
        erasure = None


class Reach(NamedTuple):
    """How far a person's choices have come in one system; `linked`: it holds something about them."""

    linked: bool = False
    confirmed: int = 0
    confirmed_at: datetime | None = None
    attempts: int = 0
    again_at: datetime | None = None  # it was found to say otherwise, and was asked again


# Written out, because every page of a signed-in person asks for them, and every choice is waited for.
_CHOICES = "SELECT choices FROM standing WHERE subject_id = ?"
# PostgreSQL gives out numbers before it shows them: whoever reads up to a number waits for those who hold one.
_NUMBERING = 7_201_903  # any number, the same in every process
_HELD = """INSERT INTO standing (subject_id, choices, event)
SELECT ?, '{}'::jsonb, 0 FROM pg_advisory_xact_lock_shared(?)
ON CONFLICT (subject_id) DO UPDATE SET event = standing.event RETURNING choices"""
_NEWEST = "SELECT COALESCE(MAX(event), 0) FROM standing"
_CHANGED = "SELECT subject_id, choices, event FROM standing WHERE event > ? AND event <= ? ORDER BY event LIMIT ?"
_STORED = """INSERT INTO standing (subject_id, choices, event) VALUES (?, ?, ?)
ON CONFLICT (subject_id) DO UPDATE SET choices = excluded.choices, event = excluded.event"""
_APPENDED = "INSERT INTO consent_events ({}) VALUES {} RETURNING id, purpose"
_RECORDED = "INSERT INTO consent_events ({}) VALUES {} RETURNING id, record"
_AT_ONCE = 100  # events in one statement
_REACH = """SELECT source, confirmed, confirmed_at, attempts, again_at FROM deliveries WHERE subject = ?
UNION ALL SELECT source, NULL, NULL, NULL, NULL FROM links WHERE subject_id = ?
AND (state = 'claimed' OR (state = 'linked' AND proven_by <> 'phone'))"""


def choices_of(subject_id: int) -> dict[str, Any]:
    """Return the present choices as they are stored: purpose to [state, event, moment]."""
    found = run(_CHOICES, subject_id).fetchone()
    return document(found[0]) if found else {}


def held(subject_id: int) -> dict[str, Any]:
    """Return the present choices to whoever changes them: nobody else can before this transaction ends."""
    if is_sqlite():
        return choices_of(subject_id)  # one transaction at a time writes there, and this one has begun
    return document(run(_HELD, subject_id, _NUMBERING).fetchall()[0][0])


def newest_event(known: int) -> int:
    """Return a number up to which all events are in sight and none can come any more; `known` is one of before."""
    newest = int(run(_NEWEST).fetchone()[0])
    if newest <= known or is_sqlite():
        return newest
    with atomic():
        run("SELECT pg_advisory_xact_lock(?)", _NUMBERING)
        return int(run(_NEWEST).fetchone()[0])


def changed(after: int, until: int, limit: int) -> list[tuple[int, Any, int]]:
    """Return subject, choices and newest event of whoever chose anew in a span of events, in their order."""
    return list(run(_CHANGED, after, until, limit).fetchall())


def store(subject_id: int, choices: dict[str, Any], newest: int) -> None:
    """Make these the present choices."""
    run(_STORED, subject_id, json.dumps(choices), newest)


def append(events: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Append events that have the same columns to the ledger; return the number of each by its purpose."""
    values = [value for event in events for value in event.values()]
    found = run(insert_of(_APPENDED, tuple(events[0]), len(events)), *values).fetchall()
    return {purpose: number for number, purpose in found}


def append_each(events: Sequence[dict[str, Any]]) -> list[int]:
    """Append events that have the same columns, also several about one purpose; return their numbers in that order."""
    numbers: list[int] = []
    for begin in range(0, len(events), _AT_ONCE):
        some = events[begin : begin + _AT_ONCE]
        values = [value for event in some for value in event.values()]
        statement = insert_of(_RECORDED, tuple(some[0]), len(some))
        found = {record: number for number, record in run(statement, *values).fetchall()}
        numbers += [found[event["record"]] for event in some]
    return numbers


def spoken(subject_id: int, names: Sequence[str]) -> list[ConsentEvent]:
    """Return all that the ledger has about some purposes, the oldest first."""
    mine = (ConsentEvent.subject == subject_id) & (ConsentEvent.purpose << names)
    return list(ConsentEvent.select().where(mine).order_by(ConsentEvent.id))


def numbers_by(actor: str, numbers: Sequence[int]) -> set[int]:
    """Return which of these events an actor made."""
    made = ConsentEvent.select(ConsentEvent.id).where(ConsentEvent.actor == actor, ConsentEvent.id.in_(numbers))
    return {event.id for event in made} if numbers else set()


def choices_made(subject_id: int, about: str = "", before: int = 0) -> peewee.ModelSelect[ConsentEvent]:
    """Return the choices about a purpose, its parts and single systems, the newest first; stops are no choices."""
    name = ConsentEvent.purpose
    stop = (name == "restriction") | name.startswith("objection.") | name.startswith("hold.")
    found = ConsentEvent.select().where(ConsentEvent.subject == subject_id, ~stop)
    if about:
        found = found.where((name == about) | name.startswith(f"{about}.") | name.startswith(f"{about}@"))
    if before:
        found = found.where(ConsentEvent.id < before)
    return found.order_by(ConsentEvent.id.desc())


def reach_of(subject_id: int) -> dict[str, Reach]:
    """Return, by system, how far a person's choices have come, in one statement."""
    return reached(run(_REACH, subject_id, subject_id).fetchall())


def reached(found: Sequence[Sequence[Any]]) -> dict[str, Reach]:
    """Return the same from rows of deliveries and links: system, confirmed and when, tries, when asked again."""
    linked = {source for source, confirmed, *_ in found if confirmed is None}
    far = {source: Reach(True) for source in linked}
    for source, confirmed, at, attempts, again in found:
        if confirmed is not None:
            far[source] = Reach(source in linked, confirmed, at and moment(at), attempts, again and moment(again))
    return far


def document(stored: Any) -> dict[str, Any]:
    """Return choices as either engine gives them out."""
    read: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return read
