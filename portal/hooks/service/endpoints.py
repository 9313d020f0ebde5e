"""Endpoints as operators and staff handle them: added, given a new secret, paused, tested, told again, removed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from portal import config
from portal.hooks.models import (
    DELIVERED,
    ENDED,
    GIVEN_UP,
    ON,
    OVERTAKEN,
    PAUSED,
    TEST,
    TRIED_FOR,
    WAITING,
    Figures,
    HookEndpoint,
    HookMessage,
    figures,
    move,
)
from portal.hooks.service import kinds, reaching, signing, telling
from portal.kernel import audit, clock, outbox
from portal.kernel.db import atomic, clear
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.kernel.work import wake_table
from portal.sources import registry

OVERLAP = timedelta(days=1)  # that an old secret goes on signing beside a new one
KEPT = timedelta(days=30)  # that what was told can be told again
PAGE = 50
_OVER = (DELIVERED, GIVEN_UP, OVERTAKEN)

audit.declare("hooks.added", "endpoint")
audit.declare("hooks.changed", "endpoint", "what")
audit.declare("hooks.told_again", "endpoint", "messages")
audit.declare("hooks.removed", "endpoint")


class NotHeld(Problem):
    """What it said of an erased person is gone, since it was heard."""

    status, code = 409, "webhook-not-held"
    say = N_("This message cannot be sent again.")
    then = N_("It was about somebody who is erased, and whom it named is not kept. Nothing was sent.")


def everything() -> list[HookEndpoint]:
    """Return all endpoints by name."""
    return list(HookEndpoint.select().order_by(HookEndpoint.name))


def load(number: int) -> HookEndpoint:
    """Return an endpoint; raises NotFound."""
    found: HookEndpoint | None = HookEndpoint.get_or_none(HookEndpoint.id == number)
    if found is None:
        raise NotFound
    return found


def named(name: str) -> HookEndpoint:
    """Return the endpoint of a name; raises NotFound."""
    found: HookEndpoint | None = HookEndpoint.get_or_none(HookEndpoint.name == name)
    if found is None:
        raise NotFound
    return found


def add(name: str, url: str, *, source: str = "", events: list[str] | None = None, secret: str = "") -> HookEndpoint:
    """Add an endpoint, or change address, system and events of the one with this name, and let it be told.

    `source` is the connected system that it speaks for: it is told of people by that system's ids, and of what concerns
    that system. Without it it hears of everybody, by keyed hashes. A secret is made where none is given. Raises
    BadAddress, BadSecret, UnknownKind, NotFound for a system that is not connected; then nothing changes.
    """
    allowed = reaching.networks(config.active().webhook_networks)
    reaching.parsed(url, allowed)
    if source:
        registry.active().get(source)
    if secret:
        signing.key_of(secret)
    said = {"url": url, "source": source, "kinds": kinds.written(events or [])}
    with atomic():
        found = HookEndpoint.get_or_none(HookEndpoint.name == name)
        if found is None:
            found = HookEndpoint.create(name=name, secret=secret or signing.new_secret(), **said)
            audit.record("hooks.added", actor="operator", endpoint=found.id)
        else:
            _change(found, "operator", "address", **said, **({"secret": secret} if secret else {}))
    if found.state != ON:
        resume(found.id, "operator")
    return load(found.id)


def rotate(number: int, secret: str = "") -> HookEndpoint:
    """Give an endpoint a new secret; for a day messages carry both signatures. Raises NotFound, BadSecret."""
    if secret:
        signing.key_of(secret)
    found = load(number)
    both = {"old_secret": found.secret, "old_until": clock.now() + OVERLAP}
    with atomic():
        _change(found, "operator", "secret", secret=secret or signing.new_secret(), **both)
    return load(number)


def pause(number: int, actor: str) -> None:
    """Tell an endpoint nothing until it is resumed, and keep what it has not heard. Raises NotFound, NotNow."""
    found = load(number)
    if found.state != ON:
        raise NotNow
    with atomic():
        _change(found, actor, "paused", state=PAUSED)
    move((HookMessage.endpoint == number) & HookMessage.due_at.is_null(False), due_at=None)


def resume(number: int, actor: str) -> None:
    """Go on where an endpoint was paused or disabled: it gets three days again for all that waits. Raises NotFound."""
    found = load(number)
    fresh = {"state": ON, "why": "", "failures": 0, "failing_since": None, "resting_until": None}
    with atomic():
        _change(found, actor, "resumed", **fresh)
    now = clock.now()
    waits = (HookMessage.endpoint == number) & (HookMessage.state == WAITING)
    move(waits & HookMessage.due_at.is_null(), due_at=now, attempts=0, give_up_at=now + TRIED_FOR)
    wake_table(HookMessage)


def remove(number: int) -> None:
    """Forget an endpoint and all that it was told; what waited for its answer waits no more."""
    found = load(number)
    with atomic():
        HookEndpoint.update(state=ENDED).where(HookEndpoint.id == number).execute()
        audit.record("hooks.removed", actor="operator", endpoint=number)
    clear(HookMessage, HookMessage.endpoint == number)
    with atomic():
        HookEndpoint.delete().where(HookEndpoint.id == number).execute()
    if found.source:
        outbox.look_again_all(found.source)


def test(number: int, actor: str) -> HookMessage:
    """Send a test event now, also to a paused endpoint; raises NotFound."""
    found = load(number)
    with atomic():
        audit.record("hooks.changed", actor=actor, endpoint=number, what="tested")
        return telling.test(found)


def send_again(number: int, message: int, actor: str) -> None:
    """Send one message again under its id; raises NotFound, NotNow while it waits or nothing is sent, NotHeld."""
    found = load(number)
    mine = (HookMessage.id == message) & (HookMessage.endpoint == number)
    one: HookMessage | None = HookMessage.get_or_none(mine)
    if one is None:
        raise NotFound
    if one.kind == kinds.ERASED and one.people is None:
        raise NotHeld
    if found.state != ON or one.state not in _OVER:
        raise NotNow
    with atomic():
        HookMessage.update(_anew()).where(mine, HookMessage.state << _OVER).execute()
        audit.record("hooks.told_again", actor=actor, endpoint=number, messages=1)
        wake_table(HookMessage)


def send_again_since(number: int, since: datetime, actor: str) -> int:
    """Send everything again that an endpoint was told since a moment, in order, under the same ids; return how many.

    What it named of people who are erased is kept no longer than it was needed, so that is left out. Raises NotFound,
    NotNow while nothing is sent.
    """
    if load(number).state != ON:
        raise NotNow
    gone = (HookMessage.kind == kinds.ERASED) & HookMessage.people.is_null()
    told = (HookMessage.endpoint == number) & (HookMessage.at >= since) & (HookMessage.state << _OVER)
    count = move(told & ~gone & (HookMessage.kind != TEST), **_anew())
    with atomic():
        audit.record("hooks.told_again", actor=actor, endpoint=number, messages=count)
        wake_table(HookMessage)
    return count


def messages(number: int, before: int = 0) -> list[HookMessage]:
    """Return the newest messages of an endpoint, one more than a page; `before` is the number of one, 0 for now."""
    mine = HookMessage.endpoint == number
    where = mine & (HookMessage.id < before) if before else mine
    return list(HookMessage.select().where(where).order_by(HookMessage.id.desc()).limit(PAGE + 1))


def standings() -> dict[int, Figures]:
    """Return what each endpoint has still to hear, and what it was told in vain."""
    return figures()


def thin_out() -> None:
    """Forget what was told more than thirty days ago, and within seven days whom an erasure named."""
    now = clock.now()
    over = HookMessage.state != WAITING
    named = over & (HookMessage.kind == kinds.ERASED) & (HookMessage.at < now - timedelta(days=7))
    move(named & HookMessage.people.is_null(False), people=None)
    clear(HookMessage, over & (HookMessage.at < now - KEPT))


def _anew() -> dict[str, Any]:
    now = clock.now()
    return {"state": WAITING, "due_at": now, "attempts": 0, "give_up_at": now + TRIED_FOR}


def _change(endpoint: HookEndpoint, actor: str, what: str, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(endpoint, name, value)
    endpoint.save(only=list(changes))
    audit.record("hooks.changed", actor=actor, endpoint=endpoint.id, what=what)
