"""The log that was chained row by row is carried over: what held holds, what did not is named as before."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from portal import migrations
from portal.kernel import audit, db

pytestmark = pytest.mark.usefixtures("tables")
NAME, ROWS = "0011_audit_seals", 1_203
BEGUN = datetime(2026, 11, 22, 10, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_declared", {"test.happened": frozenset({"place", "a"})})


def link(last: str, at: datetime, name: str, subject: int | None, actor: str, keys: object) -> str:
    text = json.dumps([last, at.isoformat(timespec="microseconds"), name, subject, actor, keys], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write() -> None:
    """Write a log as it was before."""
    last = ""
    for number in range(ROWS):
        at, keys = BEGUN + timedelta(microseconds=number), {"place": f"Đà Nẵng {number}", "a": number}
        subject, actor = number % 7 or None, "person" if number % 2 else "staff:7"
        last = link(last, at, "test.happened", subject, actor, keys)
        values = (db.written(at), "test.happened", subject, actor, json.dumps(keys), last)
        db.run("INSERT INTO audit_events (at, name, subject, actor, keys, hash) VALUES (?, ?, ?, ?, ?, ?)", *values)


def broken() -> list[int]:
    """Return what did not follow in the log as it was before."""
    last, found = "", []
    rows = db.run("SELECT id, hash, at, name, subject, actor, keys FROM audit_events ORDER BY id").fetchall()
    for number, hash_, at, name, subject, actor, keys in rows:
        read = json.loads(keys) if isinstance(keys, str) else keys
        if hash_ != link(last, db.moment(at), name, subject, actor, read):
            found.append(number)
        last = hash_
    return found


def test_a_log_that_held_holds_there_and_back() -> None:
    migrations.down(NAME)
    write()
    assert broken() == []
    migrations.up()
    report = audit.verify()
    assert report.is_whole
    assert (report.rows, report.seals, report.waiting) == (ROWS, 3, 0)
    assert audit.AuditEvent.get(audit.AuditEvent.at == BEGUN).keys == {"place": "Đà Nẵng 0", "a": 0}
    audit.record("test.happened", place="x", a=1)
    audit.record("test.happened", place="y", a=2)
    assert audit.seal() == 2
    assert audit.verify().rows == ROWS + 2
    migrations.down(NAME)
    assert broken() == []
    assert db.run("SELECT count(*) FROM audit_events").fetchone()[0] == ROWS + 2
    migrations.up()
    report = audit.verify()
    assert report.is_whole
    assert report.rows == ROWS + 2


def test_what_was_changed_before_is_not_made_good() -> None:
    migrations.down(NAME)
    write()
    ids = [number for (number,) in db.run("SELECT id FROM audit_events ORDER BY id").fetchall()]
    db.run("UPDATE audit_events SET actor = 'worker' WHERE id = ?", ids[1])
    db.run("DELETE FROM audit_events WHERE id = ?", ids[700])
    expected = [ids[1], ids[701]]
    assert broken() == expected
    for _ in range(2):
        migrations.up()
        assert [(finding.what, finding.event) for finding in audit.verify().findings] == [
            ("changed", number) for number in expected
        ]
        migrations.down(NAME)
        assert broken() == expected
    migrations.up()
