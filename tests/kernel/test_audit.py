"""The log of what happened: recorded by whoever acts, sealed by one, refused to change by the database."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import peewee
import pytest

from portal.kernel import audit, clock, db, failpoints, work
from portal.kernel.audit import AuditCheck, AuditEvent, AuditSeal, seals, tasks
from portal.kernel.db import database
from tests.counting import queries, transactions
from tests.tampering import unguarded

pytestmark = pytest.mark.usefixtures("tables")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_declared", {})
    audit.declare("test.happened", "where")


def happen(times: int) -> None:
    audit.record_each("test.happened", [{"where": f"place {n}"} for n in range(times)], subject=1, actor="person")


def by_seal() -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = {}
    for event in AuditEvent.select().order_by(AuditEvent.id):
        found.setdefault(event.seal, []).append(event.id)
    return found


def test_only_declared_events_with_exactly_their_keys_are_recorded() -> None:
    with pytest.raises(KeyError):
        audit.record("test.unheard")
    with pytest.raises(ValueError, match="where"):
        audit.record("test.happened", who="somebody")
    assert AuditEvent.select().count() == 0


def test_recording_is_one_statement_however_many_and_looks_at_nothing() -> None:
    with queries() as asked:
        happen(7)
    assert len(asked) == 1
    assert asked[0].startswith("INSERT INTO audit_events")
    assert "SELECT" not in asked[0]


def test_what_is_taken_back_was_never_recorded() -> None:
    def fail() -> None:
        with db.atomic():
            happen(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert audit.seal() == 0
    assert AuditEvent.select().count() == 0


def test_what_is_not_yet_sealed_is_said_with_its_age() -> None:
    begun = datetime(2026, 11, 28, 10, tzinfo=UTC)
    with clock.stopped(begun):
        happen(3)
    with clock.stopped(begun + timedelta(minutes=1)):
        happen(1)
    report = audit.verify()
    assert report.is_whole
    assert (report.rows, report.seals, report.head, report.waiting, report.oldest) == (0, 0, None, 4, begun)
    assert audit.seal() == 4
    report = audit.verify()
    assert (report.rows, report.seals, report.head, report.waiting, report.oldest) == (4, 1, audit.head(), 0, None)


def test_a_seal_is_a_short_transaction_and_a_long_log_has_many() -> None:
    for _ in range(3):
        happen(400)
    with transactions() as seen:
        assert audit.seal() == 1_200
    assert [len(ids) for ids in by_seal().values()] == [500, 500, 200]
    assert max(one.rows for one in seen) <= db.ROWS
    assert max(one.statements for one in seen) <= 6
    assert audit.verify().is_whole
    assert audit.seal() == 0
    assert AuditSeal.select().count() == 3


def test_two_sealers_at_once_seal_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "ROWS", 10)
    happen(400)
    begin, sealed = threading.Barrier(4), list[int]()

    def work_on() -> None:
        begin.wait()
        sealed.append(audit.seal())
        database.close()

    sealers = [threading.Thread(target=work_on) for _ in range(4)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    audit.seal()
    assert sum(sealed) == 400
    assert [len(ids) for ids in by_seal().values()] == [10] * 40
    report = audit.verify()
    assert report.is_whole
    assert (report.rows, report.seals, report.waiting) == (400, 40, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_a_transaction_that_commits_late_is_sealed_later_and_nothing_is_lost() -> None:
    recorded, sealed = threading.Event(), threading.Event()

    def late() -> None:
        with db.atomic():
            happen(2)
            recorded.set()
            assert sealed.wait(20)
        database.close()

    slow = threading.Thread(target=late)
    slow.start()
    assert recorded.wait(20)
    happen(3)
    assert audit.seal() == 3, "nobody waits for whoever has not committed"
    assert audit.verify().is_whole
    sealed.set()
    slow.join()
    assert audit.verify().waiting == 2
    assert audit.seal() == 2
    found = by_seal()
    assert max(found[2]) < min(found[1]), "the ids that came late are lower"
    report = audit.verify()
    assert report.is_whole
    assert (report.rows, report.seals, report.waiting) == (5, 2, 0)


def test_a_sealer_that_dies_anywhere_leaves_nothing_half_done(database_url: str, tmp_path: Path) -> None:
    """A process is killed at each place that sealing passes; whoever comes next goes on."""
    script = f"from portal.kernel import audit, db; db.connect({database_url!r}); audit.seal()"
    passed, deaths = tmp_path / "passed", 0
    while True:
        happen(3)
        environ = {"PYTHONPATH": str(ROOT), "PORTAL_FAILPOINTS_LOG": str(passed)}
        environ["PORTAL_FAILPOINTS_KILL"] = str(deaths + 1)
        passed.write_text("")
        done = subprocess.run([sys.executable, "-c", script], env=environ, timeout=60)
        report = audit.verify()
        assert report.is_whole, passed.read_text()
        assert report.rows + report.waiting == AuditEvent.select().count()
        assert report.rows % 3 == 0, "a seal is there with all its events or not at all"
        if done.returncode == 0:
            break
        deaths += 1
        assert done.returncode == -9
    assert deaths >= 2
    assert audit.verify().waiting == 0
    assert sum(len(ids) for ids in by_seal().values()) == 3 * (deaths + 1)


def test_a_seal_that_fails_before_its_commit_leaves_events_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(3)

    def fail(name: str) -> None:
        raise KeyboardInterrupt(name)

    with monkeypatch.context() as dying:
        dying.setattr(failpoints, "point", fail)
        with pytest.raises(KeyboardInterrupt, match="before commit"):
            audit.seal()
    assert (AuditSeal.select().count(), audit.verify().waiting) == (0, 3)
    assert audit.seal() == 3
    assert audit.verify().is_whole


CHANGES = (
    'UPDATE audit_events SET keys = \'{"where": "nowhere"}\'',
    "UPDATE audit_events SET at = '2026-01-01T00:00:00.000000+00:00'",
    "UPDATE audit_events SET name = 'test.other'",
    "UPDATE audit_events SET subject = NULL",
    "UPDATE audit_events SET actor = 'worker'",
    "UPDATE audit_events SET id = id + 1000",
    "DELETE FROM audit_events",
)
OF_SEALED = (
    "UPDATE audit_events SET seal = NULL",
    "UPDATE audit_events SET seal = 2",
    "UPDATE audit_seals SET at = '2026-01-01T00:00:00.000000+00:00'",
    "UPDATE audit_seals SET head = previous",
    "DELETE FROM audit_seals",
)


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("is_sealed", [True, False])
def test_the_database_refuses_every_change(statement: str, is_sealed: bool) -> None:
    happen(2)
    if is_sealed:
        audit.seal()
    with pytest.raises(peewee.DatabaseError, match="append-only"), db.atomic():
        db.run(statement)
    assert AuditEvent.select().count() == 2
    assert audit.verify().is_whole


@pytest.mark.parametrize("statement", OF_SEALED)
def test_the_database_refuses_to_change_what_is_sealed(statement: str) -> None:
    happen(2)
    audit.seal()
    with pytest.raises(peewee.DatabaseError, match="append-only"), db.atomic():
        db.run(statement)
    assert audit.verify().is_whole


def test_the_database_refuses_to_put_something_under_a_seal() -> None:
    happen(1)
    audit.seal()
    values = {"name": "test.happened", "actor": "person", "at": clock.now()}
    with pytest.raises(peewee.DatabaseError, match="append-only"), db.atomic():
        AuditEvent.create(**values, seal=1)
    others: tuple[str, ...] = ("TRUNCATE audit_events", "TRUNCATE audit_seals")
    if db.is_sqlite():
        others = (
            "REPLACE INTO audit_events (id, at, name, actor, keys) VALUES (1, 'x', 'x', 'x', '{}')",
            "REPLACE INTO audit_seals SELECT number, at, 7, rows, previous, head FROM audit_seals",
            "UPDATE audit_events SET rowid = 7",
        )
    for statement in others:
        with pytest.raises(peewee.DatabaseError, match="append-only"), db.atomic():
            db.run(statement)
    assert audit.verify().is_whole


def test_a_column_of_later_days_may_be_guarded_otherwise() -> None:
    """An embargo, say, is no part of what happened."""
    happen(1)
    audit.seal()
    db.run("ALTER TABLE audit_events ADD COLUMN later VARCHAR(8)")
    db.run("UPDATE audit_events SET later = 'x'")
    assert audit.verify().is_whole


def test_workers_seal_once_a_minute_and_verify_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_runners", {})
    mine = {name: chore for name, chore in work._schedules.items() if name.startswith(tasks.__name__)}
    monkeypatch.setattr(work, "_schedules", mine)
    assert audit.last_check() is None
    happen(2)
    work.sweep()
    happen(2)
    with clock.later(timedelta(seconds=59)):
        work.sweep()
    assert audit.verify().waiting == 0
    checked = audit.last_check()
    assert checked
    assert (checked.rows, checked.seals, checked.waiting, checked.found, checked.findings) == (2, 1, 0, 0, [])
    with unguarded():
        first = AuditEvent.select().order_by(AuditEvent.id).first().id
        AuditEvent.update(actor="staff:1").where(AuditEvent.id == first).execute()
    with clock.later(timedelta(days=1)):
        work.sweep()
    checked = audit.last_check()
    assert checked
    assert checked.found == 1
    assert [(found["what"], found["event"]) for found in checked.findings] == [("changed", first)]
    assert AuditCheck.select().count() == 2


def test_staff_ask_by_name_person_actor_and_span_and_page_by_page() -> None:
    audit.declare("test.looked")
    begun = datetime(2026, 11, 28, 10, tzinfo=UTC)
    for hour, (name, subject, actor) in enumerate(
        [
            ("test.looked", 1, "staff:7"),
            ("test.looked", 2, "staff:77"),
            ("test.looked", None, "worker"),
            ("test.looked", 1, "staffer"),
        ]
    ):
        with clock.stopped(begun + timedelta(hours=hour)):
            audit.record(name, subject=subject, actor=actor)
    with clock.stopped(begun + timedelta(hours=9)):
        happen(1)

    def hours(**wanted: object) -> list[int]:
        found = audit.recent(audit.Wanted(**wanted), None, 10)  # type: ignore[arg-type]
        return [(event.at - begun) // timedelta(hours=1) for event in found]

    assert hours() == [9, 3, 2, 1, 0]
    assert hours(name="test.looked") == [3, 2, 1, 0]
    assert hours(subject=1) == [9, 3, 0]
    assert hours(actor="staff:7") == [0]
    assert hours(actor="staff") == [1, 0]
    assert hours(actor="st%") == []
    assert hours(since=begun + timedelta(hours=1), until=begun + timedelta(hours=3)) == [2, 1]
    assert hours(name="test.looked", subject=1, actor="staff") == [0]
    page, seen = audit.recent(audit.Wanted(), None, 2), list[int]()
    while page:
        seen += [event.id for event in page]
        happen(1)
        page = audit.recent(audit.Wanted(), page[-1].id, 2)
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
