"""Rows that workers claim."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from portal.kernel import clock, db, outbox, work
from portal.kernel.outbox import Delivery
from portal.kernel.problems import LeaseLost, SourceUnavailable
from portal.kernel.work import Claim, claims, engine

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[Claim[Delivery]]:
    """A runner over deliveries that notes what it was given and is done with it."""
    seen: list[Claim[Delivery]] = []

    def handle(claim: Claim[Delivery]) -> None:
        seen.append(claim)
        outbox.confirm(claim, claim.row.wanted, clock.now())

    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    return seen


def test_a_due_row_is_carried_out_once(handled: list[Claim[Delivery]]) -> None:
    outbox.mark(1, {"booking": 7})
    assert (work.drain(), work.drain()) == (1, 0)
    assert handled[0].row.wanted == 7
    assert Delivery.get().confirmed == 7


def test_a_newer_event_keeps_the_row_due(handled: list[Claim[Delivery]], monkeypatch: pytest.MonkeyPatch) -> None:
    def handle(claim: Claim[Delivery]) -> None:
        handled.append(claim)
        if len(handled) == 1:
            outbox.mark(1, {"booking": 8})
        outbox.confirm(claim, claim.row.wanted, clock.now())

    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    outbox.mark(1, {"booking": 7})
    work.drain()
    assert [claim.row.wanted for claim in handled] == [7, 8]
    assert Delivery.get().confirmed == 8


def test_a_claimed_row_is_not_given_to_another_worker_before_its_lease_runs_out() -> None:
    run = work.Runner("test", Delivery, None, lambda claim: None)
    outbox.mark(1, {"booking": 1})
    assert work.claim_next(run)
    assert work.claim_next(run) is None
    with clock.later(timedelta(seconds=61)):
        assert work.claim_next(run)


def test_whoever_lost_the_lease_can_record_nothing() -> None:
    run = work.Runner("test", Delivery, None, lambda claim: None)
    outbox.mark(1, {"booking": 1})
    first = work.claim_next(run)
    assert first
    with clock.later(timedelta(seconds=61)):
        second = work.claim_next(run)
        assert second
        with pytest.raises(LeaseLost), first.step(confirmed=1):
            pytest.fail("a lost lease opened a step")
        second.done(confirmed=1)
    assert Delivery.get().due_at is None


def test_a_system_that_is_down_puts_the_row_off_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def handle(claim: Claim[Delivery]) -> None:
        raise SourceUnavailable(source="Booking App", detail="refused")

    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    outbox.mark(1, {"booking": 1})
    waits = []
    for _ in range(4):
        assert work.drain() == 1
        due = Delivery.get().due_at
        waits.append(round((due - clock.now()).total_seconds()))
        Delivery.update(due_at=clock.now()).execute()
    assert waits == [1, 2, 4, 8]


def test_a_handler_that_breaks_drops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def handle(claim: Claim[Delivery]) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    outbox.mark(1, {"booking": 1})
    assert work.drain() == 1
    assert Delivery.get().due_at > clock.now()


def test_many_workers_share_the_rows_and_no_row_is_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def handle(claim: Claim[Delivery]) -> None:
        seen.append(claim.row.subject)
        outbox.confirm(claim, claim.row.wanted, clock.now())

    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    with db.atomic():
        for subject in range(40):
            outbox.mark(subject, {"booking": 1})

    def labour() -> None:
        work.run("test")
        db.database.close()

    workers = [threading.Thread(target=labour) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(seen) == list(range(40))


def test_a_chore_is_begun_once_a_span_whoever_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr(work, "_runners", {})
    monkeypatch.setattr(work, "_schedules", {"chore": (timedelta(hours=1), lambda: begun.append(1))})
    work.sweep()
    work.sweep()
    assert len(begun) == 1
    with clock.later(timedelta(hours=1, seconds=1)):
        work.sweep()
        work.sweep()
    assert len(begun) == 2


def test_workers_are_woken_after_the_commit_and_not_after_a_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, lambda claim: None)})
    monkeypatch.setattr(engine, "wake", lambda table, delay: woken.append(table))

    def break_off() -> None:
        with db.atomic():
            outbox.mark(1, {"booking": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert woken == []
    with db.atomic():
        outbox.mark(1, {"booking": 1})
        assert woken == []
    assert woken == ["deliveries"]


def test_what_is_queued_is_json_and_comes_back_as_a_task() -> None:
    queue = work.queue()
    engine.wake("messages", 0)
    raw = queue.storage.dequeue()
    assert raw.startswith(b"{")
    assert queue.deserialize_task(raw).args == ("messages",)


def test_a_table_waits_to_be_looked_at_by_a_few_workers_and_not_once_for_each_row() -> None:
    storage = work.queue().storage
    for table in ("messages", "deliveries", *["messages"] * 20):
        engine.wake(table, 0)
    assert storage.queue_size() == 5
    assert work.queue().deserialize_task(storage.dequeue()).args == ("messages",)
    engine.wake("messages", 0)
    assert storage.queue_size() == 5


def test_a_row_that_failed_a_thousand_times_is_put_off_an_hour_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def handle(claim: Claim[Delivery]) -> None:
        raise SourceUnavailable(source="Booking App", detail="refused")

    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    outbox.mark(1, {"booking": 1})
    Delivery.update(attempts=1100).execute()
    assert work.drain() == 1
    assert timedelta(minutes=59) < Delivery.get().due_at - clock.now() <= timedelta(hours=1)


def test_a_chore_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    chores = {"bad": (timedelta(hours=1), lambda: 1 / 0), "good": (timedelta(hours=1), lambda: begun.append(1))}
    monkeypatch.setattr(work, "_runners", {})
    monkeypatch.setattr(work, "_schedules", chores)
    work.sweep()
    assert begun == [1]


def test_the_lease_is_kept_while_another_system_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[object] = []

    def handle(claim: Claim[Delivery]) -> None:
        time.sleep(0.9)
        others.append(work.claim_next(work.Runner("other", Delivery, None, lambda claim: None)))
        outbox.confirm(claim, claim.row.wanted, clock.now())

    monkeypatch.setattr(claims, "_lease", timedelta(seconds=0.6))
    monkeypatch.setattr(work, "_runners", {"test": work.Runner("test", Delivery, None, handle)})
    outbox.mark(1, {"booking": 1})
    assert work.drain() == 1
    assert others == [None]
    assert Delivery.get().confirmed == 1
