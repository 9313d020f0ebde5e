"""A worker may die at any place: no message is missed, and one that comes twice has the same id."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest

from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.hooks.models import DELIVERED, HookEndpoint, HookMessage
from portal.kernel import clock, failpoints, work
from tests.consents.conftest import TERMS
from tests.dying import LEASE, Dying, Killed
from tests.hooks.conftest import Listener

EVENTS = "marketing.events.email"
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_a_worker_killed_anywhere_misses_nothing(
    anna: int, app: HookEndpoint, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.claims.use_lease(LEASE.total_seconds())
    elapsed, at, states = LEASE * 0, 0, iter(["on", "off"] * 200)
    chosen: list[str] = []
    while True:
        at += 1
        dying = Dying(at)
        with clock.later(elapsed):
            monkeypatch.setattr(failpoints, "point", dying.point)
            with suppress(Killed):
                chosen.append(next(states))
                consents.record(anna, EVENTS, chosen[-1], **TERMS)
                work.drain()
        monkeypatch.setattr(failpoints, "point", Dying().point)
        elapsed += LEASE * 2
        with clock.later(elapsed):
            work.drain()
        if len(dying.passed) < at:
            break
    assert at > 10, "there are places to die at"
    rows = {row.message: row for row in HookMessage.select()}
    assert {row.state for row in rows.values()} == {DELIVERED}
    came = Counter(got.id for got in listener.got)
    assert came.keys() == rows.keys()
    assert max(came.values()) == 2, "the answer was lost once at least, and then it came again"
    bodies = {(got.id, got.body) for got in listener.got}
    assert len(bodies) == len(rows), "what comes again is the same to the byte"
    assert len(rows) == ConsentEvent.select().where(ConsentEvent.actor == "person").count()
    told = list(dict.fromkeys(got.id for got in listener.got))
    assert told == [row.message for row in HookMessage.select().order_by(HookMessage.event)]
