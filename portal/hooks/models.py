"""Who listens, and what each of them is to be told: the outbox of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import ROWS, Model, MomentField, atomic, moment, run, written
from portal.kernel.problems import N_
from portal.kernel.work import Claimable, wake_table

ON, PAUSED, DISABLED, ENDED = "on", "paused", "disabled", "ended"
WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given up"
OVERTAKEN, NOBODY = "overtaken", "nobody"  # a later one was heard; the system does not know the person
TRIED_FOR = timedelta(days=3)
TEST = "portal.test"


class HookEndpoint(Model):
    """One address that listens. `source` is the system it speaks for, "" for one that hears of everybody.

    `kinds` are the kinds of events, separated by spaces, "" for all. Until `old_until` both secrets sign. `why` says
    what ended or disabled it; `failing_since` is null while it answers, and until `resting_until` it is left alone.
    """

    name = peewee.CharField(64, unique=True)
    url = peewee.CharField(500)
    source = peewee.CharField(64, default="")
    kinds = peewee.CharField(255, default="")
    secret = EncryptedField()
    old_secret = EncryptedField(null=True)
    old_until = MomentField(null=True)
    state = peewee.CharField(16, default=ON)
    why = peewee.CharField(64, default="")
    failures = peewee.IntegerField(default=0)
    failing_since = MomentField(null=True)
    resting_until = MomentField(null=True)
    heard_at = MomentField(null=True)
    created_at = MomentField(default=clock.now)

    class Meta:
        table_name = "hook_endpoints"
        whose = None
        erasure = None


class HookMessage(Claimable):
    """One event for one endpoint; `message` is its id there, the same however often it is sent.

    `subject` is null for what is about nobody, and for an erasure: then `people` holds, until it was heard, how the
    system names the person. `event` is the number in the ledger, 0 for what is in no ledger. `took` is in milliseconds.
    """

    endpoint = peewee.ForeignKeyField(HookEndpoint, backref="+", on_delete="CASCADE")
    message = peewee.CharField(40)
    kind = peewee.CharField(32)
    subject = peewee.IntegerField(null=True)
    about = peewee.CharField(96, default="")
    facts = peewee.TextField(default="{}")
    event = peewee.BigIntegerField(default=0)
    people = EncryptedField(null=True)
    state = peewee.CharField(16, default=WAITING)
    at = MomentField(default=clock.now)
    give_up_at = MomentField()
    tried_at = MomentField(null=True)
    status = peewee.IntegerField(null=True)
    took = peewee.IntegerField(null=True)
    trouble = peewee.CharField(64, default="")
    if TYPE_CHECKING:
        endpoint_id: int

    class Meta:
        table_name = "hook_messages"
        title = N_("Changes that other systems were told of")
        titles = {
            "endpoint": N_("Number of the listener"),
            "message": N_("Number of the message"),
            "event": N_("Number of the choice"),
            "give_up_at": N_("Tried until"),
            "took": N_("Milliseconds that the answer took"),
            "status": N_("Status of the answer"),
            "tried_at": N_("Tried last at"),
            "trouble": N_("What went wrong"),
        }
        withheld = ("people",)  # it is about whoever has no row any more
        whose = "subject"
        erasure = "delete"
        indexes = (
            (("endpoint", "message"), True),
            (("endpoint", "subject", "id"), False),
            (("endpoint", "id"), False),
            (("subject", "event"), False),
        )


class Told(NamedTuple):
    """One event as it is written for all who listen; `sources` are the systems it concerns, None for all of them."""

    message: str
    kind: str
    about: str  # the purpose, or what else tells events of one kind apart
    facts: str
    event: int = 0
    sources: Sequence[str] | None = None


_EVENT = """SELECT CAST(? AS INTEGER) AS subject, ? AS message, ? AS kind, ? AS about, ? AS facts, ? AS event,
? AS sources"""
# A paused endpoint keeps what it is not told yet; one that was ended hears nothing more.
_TELL = """INSERT INTO hook_messages (endpoint_id, message, kind, subject, about, facts, event, people, state, at,
due_at, give_up_at, fence, attempts, trouble)
SELECT e.id, v.message, v.kind, v.subject, v.about, v.facts, v.event, NULL, 'waiting', ?,
CASE WHEN e.state <> 'on' THEN NULL WHEN e.resting_until > ? THEN e.resting_until ELSE ? END, ?, 0, 0, ''
FROM ({}) v JOIN hook_endpoints e ON e.state <> 'ended'
AND (e.kinds = '' OR ' ' || e.kinds || ' ' LIKE ? || v.kind || ?)
AND (e.source = '' OR v.sources = '*' OR v.sources LIKE ? || e.source || ?) ORDER BY v.event, e.id"""
_WITHIN = ("% ", " %")  # not in the statement: a driver would take the sign for one of its own
_LISTENED = "SELECT 1 FROM hook_endpoints WHERE state <> 'ended' LIMIT 1"
_UNHEARD = """SELECT 1 FROM hook_messages m JOIN hook_endpoints e ON e.id = m.endpoint_id
WHERE m.subject = ? AND m.event > 0 AND m.event <= ? AND m.state IN ('waiting', 'given up')
AND e.source = ? AND e.state <> 'ended' LIMIT 1"""
_FIGURES = """SELECT endpoint_id, state, COUNT(*), MIN(at) FROM hook_messages
WHERE state IN ('waiting', 'given up') GROUP BY endpoint_id, state"""


def is_listened_to() -> bool:
    """Tell whether anybody listens, or will when they are on again."""
    return run(_LISTENED).fetchone() is not None


def tell(subject: int | None, events: Sequence[Told]) -> int:
    """Write events about one person, or nobody, for every endpoint that listens to them; see `tell_each`."""
    return tell_each([(subject, one) for one in events])


def tell_each(events: Sequence[tuple[int | None, Told]]) -> int:
    """Write events for every endpoint that listens to them, in one statement; return how many messages those are."""
    at = clock.now()
    now = written(at)
    each = " UNION ALL ".join([_EVENT] * len(events))
    values: list[Any] = [part for whose, one in events for part in (whose, *one[:5], _listed(one.sources))]
    values += [*_WITHIN, *_WITHIN]
    done = run(_TELL.format(each), now, now, now, written(at + TRIED_FOR), *values).rowcount
    if done > 0:
        wake_table(HookMessage)
    return int(done)


def _listed(sources: Sequence[str] | None) -> str:
    return "*" if sources is None else f" {' '.join(sources)} "


def is_unheard(subject: int, source: str, event: int) -> bool:
    """Tell whether a system that listens has still to hear something of a person up to an event."""
    return run(_UNHEARD, subject, event, source).fetchone() is not None


def in_turn() -> Any:
    """Return the condition that nothing earlier about the same person waits for the same endpoint."""
    earlier = HookMessage.alias()
    before = (earlier.endpoint == HookMessage.endpoint) & (earlier.subject == HookMessage.subject)
    waits = before & (earlier.state == WAITING) & (earlier.id < HookMessage.id)
    held_up = peewee.fn.EXISTS(earlier.select(peewee.SQL("1")).where(waits))
    return (HookMessage.state == WAITING) & ~held_up


def move(where: peewee.Expression, **changes: object) -> int:
    """Change messages that satisfy a condition, in transactions of bounded length; return how many those were.

    What is changed must satisfy the condition no more.
    """
    total = 0
    while True:
        some = HookMessage.select(HookMessage.id).where(where).order_by(HookMessage.id).limit(ROWS)
        with atomic():
            moved = int(HookMessage.update(changes).where(HookMessage.id << some).execute())
        total += moved
        if moved < ROWS:
            return total


class Figures(NamedTuple):
    """What an endpoint has still to hear, since when, and what it was told in vain."""

    waiting: int = 0
    oldest: datetime | None = None
    given_up: int = 0


def figures() -> dict[int, Figures]:
    """Return, by endpoint, what waits and what was given up, in one statement."""
    found: dict[int, Figures] = {}
    for endpoint, state, count, oldest in run(_FIGURES).fetchall():
        known = found.get(endpoint, Figures())
        if state == WAITING:
            found[endpoint] = known._replace(waiting=int(count), oldest=moment(oldest))
        else:
            found[endpoint] = known._replace(given_up=int(count))
    return found
