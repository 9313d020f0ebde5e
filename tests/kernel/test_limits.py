"""Limits hold across processes, because a table counts."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.kernel import clock, db, limits
from portal.kernel.limits import Tally
from portal.kernel.problems import TooManyTries

pytestmark = pytest.mark.usefixtures("tables")


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_limit_names_the_minutes_to_wait_and_another_value_has_its_own() -> None:
    with clock.stopped(NOON):
        for _ in range(3):
            limits.hit("3/hour", "code", "mai@example.com")
    for passed, minutes in ((0, 60), (10, 50), (59.5, 1)):
        with clock.stopped(NOON + timedelta(minutes=passed)), pytest.raises(TooManyTries) as refusal:
            limits.hit("3/hour", "code", "mai@example.com")
        assert refusal.value.facts["minutes"] == minutes
    with clock.stopped(NOON):
        limits.hit("3/hour", "code", "other@example.com")
    with clock.stopped(NOON + timedelta(hours=1)):
        limits.hit("3/hour", "code", "mai@example.com")


def test_no_address_is_stored() -> None:
    limits.hit("3/hour", "code", "mai@example.com")
    assert all("mai" not in row.key for row in Tally.select())


def test_threads_together_get_no_more_than_the_limit() -> None:
    passed: list[int] = []

    def knock() -> None:
        for _ in range(10):
            try:
                limits.hit("15/hour", "code", "x")
                passed.append(1)
            except TooManyTries:
                pass
        db.database.close()

    threads = [threading.Thread(target=knock) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 15


def _knock(folder: str, passed: multiprocessing.Queue[int]) -> None:
    import base64

    from portal.kernel import crypto

    key = base64.urlsafe_b64encode(bytes(32)).decode()
    crypto.use_keys("secret", (key,), (key,))
    db.connect(f"sqlite:///{folder}/portal.db")
    for _ in range(10):
        try:
            limits.hit("12/hour", "code", "x")
            passed.put(1)
        except TooManyTries:
            pass


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_processes_together_get_no_more_than_the_limit(tmp_path: Path) -> None:
    db.database.close()
    context = multiprocessing.get_context("spawn")
    passed: multiprocessing.Queue[int] = context.Queue()
    processes = [context.Process(target=_knock, args=(str(tmp_path), passed)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sum(1 for _ in iter(lambda: None if passed.empty() else passed.get(), None)) == 12
