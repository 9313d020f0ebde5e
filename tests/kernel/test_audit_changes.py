"""Whoever owns the database can change the log, but not unseen: each change is found, and the event is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import migrations
from portal.kernel import audit, db
from portal.kernel.audit import AuditEvent, Head, digests, findings, rows, seals
from tests.tampering import forget_log, unguarded

EVENTS, BATCH = 23, 5
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)
COLUMNS: dict[str, Any] = {
    "at": st.datetimes().map(lambda at: at.isoformat(timespec="microseconds") + "+00:00"),
    "name": TEXT,
    "subject": st.one_of(st.none(), st.integers(0, 99)),
    "actor": TEXT,
    "keys": st.dictionaries(TEXT, st.integers() | TEXT, max_size=2).map(json.dumps),
}
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def log(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log under five seals."""
    monkeypatch.setattr(audit, "_declared", {"test.happened": frozenset({"where"})})
    monkeypatch.setattr(seals, "ROWS", BATCH)
    write()


def write() -> list[int]:
    forget_log()
    each = [{"where": f"place {number}"} for number in range(EVENTS)]
    audit.record_each("test.happened", each, subject=1, actor="person")
    assert audit.seal() == EVENTS
    return ids()


def ids() -> list[int]:
    return [number for (number,) in db.run("SELECT id FROM audit_events ORDER BY id").fetchall()]


def found(exported: Head | None = None) -> list[tuple[str, int | None]]:
    report = audit.verify(exported)
    assert report.found == len(report.findings)
    assert report.is_whole == (not report.findings)
    assert all(str(finding) for finding in report.findings)
    return [(finding.what, finding.event) for finding in report.findings]


def change(statement: str, *values: object) -> None:
    with unguarded():
        db.run(statement, *values)


@contextmanager
def whole_again() -> Iterator[None]:
    """Begin each example of a property with the same log."""
    assert found() == []
    yield
    write()


@pytest.mark.usefixtures("log")
@quick
@given(place=st.integers(0, EVENTS - 1), column=st.sampled_from(sorted(COLUMNS)), data=st.data())
def test_any_column_of_any_event_that_is_changed_names_it(place: int, column: str, data: st.DataObject) -> None:
    with whole_again():
        number, value = ids()[place], data.draw(COLUMNS[column])
        before = rows.events("id = ?", number)
        change(f"UPDATE audit_events SET {column} = ? WHERE id = ?", value, number)
        assert found() == ([("changed", number)] if rows.events("id = ?", number) != before else [])


@pytest.mark.usefixtures("log")
@quick
@given(gone=st.sets(st.integers(0, EVENTS - 1), min_size=1, max_size=4))
def test_any_events_that_are_taken_out_are_named(gone: set[int]) -> None:
    with whole_again():
        numbers = [ids()[place] for place in sorted(gone)]
        change(f"DELETE FROM audit_events WHERE {rows.among(numbers)}", *numbers)
        assert found() == [("missing", number) for number in numbers]


@pytest.mark.usefixtures("log")
@quick
@given(copied=st.integers(0, EVENTS - 1), seal=st.integers(-1, 7), under=st.booleans())
def test_any_event_that_is_put_in_is_named(copied: int, seal: int, under: bool) -> None:
    with whole_again():
        numbers = ids()
        new = numbers[0] - 1 if under else numbers[-1] + 1
        copy = f"INSERT INTO audit_events SELECT {new}, at, name, subject, actor, keys, {seal} FROM audit_events"
        change(f"{copy} WHERE id = ?", numbers[copied])
        assert found() == [("inserted", new)]


@pytest.mark.usefixtures("log")
@quick
@given(pair=st.sets(st.integers(0, EVENTS - 1), min_size=2, max_size=2), whole=st.booleans())
def test_two_events_that_are_swapped_are_both_named(pair: set[int], whole: bool) -> None:
    with whole_again():
        one, other = sorted(ids()[place] for place in pair)
        if whole:  # with their seals, so only the numbers differ
            moves = ((-1, one), (one, other), (other, -1))
            for to, number in moves:
                change("UPDATE audit_events SET id = ? WHERE id = ?", to, number)
        else:
            first, second = rows.events(f"{rows.among([one, other])} ORDER BY id", one, other)
            for number, row in ((one, second), (other, first)):
                change("UPDATE audit_events SET keys = ? WHERE id = ?", row[5], number)
        assert {event for _, event in found()} == {one, other}


@pytest.mark.usefixtures("log")
@quick
@given(number=st.integers(1, 5), where=st.integers(0, 39), bit=st.integers(0, 7))
def test_any_bit_of_a_seals_list_that_is_changed_names_the_seal(number: int, where: int, bit: int) -> None:
    with whole_again():
        link = rows.seal("number = ?", number)
        assert link
        listed = bytearray(link.rows)
        listed[where] ^= 1 << bit
        change("UPDATE audit_seals SET rows = ? WHERE number = ?", bytes(listed), number)
        report = audit.verify()
        assert [(finding.what, finding.seal) for finding in report.findings] == [("seal changed", number)]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.parametrize(
    "what", ["at = '2026-01-01T00:00:00.000000+00:00'", "total = 7", "head = 'x'", "rows = ''", "previous = 'x'"]
)
def test_any_column_of_a_seal_that_is_changed_names_it(number: int, what: str) -> None:
    change(f"UPDATE audit_seals SET {what} WHERE number = ?", number)
    named = {(finding.what, finding.seal) for finding in audit.verify().findings}
    assert ("seal changed", number) in named
    assert {seal for _, seal in named} == {number}


@pytest.mark.usefixtures("log")
def test_a_seal_that_is_taken_out_is_missed() -> None:
    change("DELETE FROM audit_seals WHERE number = 3")
    assert [(finding.what, finding.seal) for finding in audit.verify().findings] == [("seals missing", 4)]
    change("DELETE FROM audit_seals WHERE number = 5")
    report = audit.verify()
    assert {(finding.what, finding.seal) for finding in report.findings} == {("seals missing", 4), ("inserted", 5)}
    assert report.found == 1 + EVENTS % BATCH


@pytest.mark.usefixtures("log")
def test_a_seal_that_is_written_anew_with_its_event_no_longer_fits_the_next() -> None:
    victim = ids()[BATCH]
    change("UPDATE audit_events SET actor = 'worker' WHERE id = ?", victim)
    link = rows.seal("number = 2")
    assert link
    listed = digests.list_of(rows.events("seal = 2 ORDER BY id"))
    head = digests.of_seal(2, link.total, link.at, link.previous, listed)
    change("UPDATE audit_seals SET rows = ?, head = ? WHERE number = 2", listed, head)
    assert [(finding.what, finding.seal) for finding in audit.verify().findings] == [("seal unlinked", 3)]


@pytest.mark.usefixtures("log")
def test_an_event_moved_from_its_seal_is_named_and_the_sealer_does_not_make_it_good() -> None:
    for seal in (None, 4):
        number = ids()[0]
        change("UPDATE audit_events SET seal = ? WHERE id = ?", seal, number)
        assert ("changed", number) in found()
        audit.seal()
        assert ("changed", number) in found()
        write()


@pytest.mark.usefixtures("log")
def test_a_head_kept_elsewhere_tells_of_a_log_cut_off_or_written_anew() -> None:
    kept = audit.head()
    assert kept
    audit.record("test.happened", where="later")
    audit.seal()
    assert found(Head.read(kept.line())) == []
    assert audit.verify(kept).head != kept
    for table, column in (("audit_seals", "number"), ("audit_events", "seal")):
        change(f"DELETE FROM {table} WHERE {column} >= 5")
    assert found() == [], "the chain alone does not tell"
    assert found(kept) == [("head", None)]
    write()
    assert found() == []
    assert found(kept) == [("head", None)]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"number": 1}', '{"number": "1", "rows": 1, "head": "", "at": ""}', "5"]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no head of the log"):
        Head.read(text)


@pytest.mark.usefixtures("log")
def test_many_findings_are_counted_and_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MOST", 4)
    change("UPDATE audit_events SET actor = 'worker'")
    report = audit.verify()
    assert (report.found, len(report.findings)) == (EVENTS, 4)


@pytest.mark.usefixtures("log")
def test_a_verification_reads_one_seal_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the log, what is in memory is one seal's: more than that is never asked for."""
    read = list[int]()
    events = rows.events

    def counted(where: str, *values: Any) -> list[digests.Row]:
        read.append(len(events(where, *values)))
        return events(where, *values)

    monkeypatch.setattr(rows, "events", counted)
    assert audit.verify().rows == EVENTS
    assert max(read) <= BATCH
    assert sum(read) == EVENTS


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL holds columns to their types
@pytest.mark.parametrize(
    "what",
    [
        "name = CAST(x'ff' AS TEXT)",
        "keys = CAST(x'c328' AS TEXT)",
        "at = 5",
        "name = x'746573742e68617070656e6564'",
        "keys = x'7b7d'",
        "subject = 'None'",
        "subject = 1.5",
        "seal = 3.5",
        "seal = 'x'",
    ],
)
def test_what_sqlite_lets_somebody_write_into_any_column_stops_nothing(what: str) -> None:
    number = ids()[11]
    change(f"UPDATE audit_events SET {what} WHERE id = ?", number)
    assert ("changed", number) in found()
    assert {event for _, event in found()} == {number}
    change("INSERT INTO audit_events (at, name, actor, keys) VALUES (5, CAST(x'ff' AS TEXT), 'x', '{}')")
    new = ids()[-1]
    assert audit.verify().waiting == 1
    assert audit.seal() == 1
    assert ("changed", new) in found()
    change("UPDATE audit_seals SET head = CAST(x'ff' AS TEXT) WHERE number = 2")
    assert "seal changed" in {what for what, _ in found()}


def test_the_same_log_has_the_same_hashes_on_both_engines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, laid_postgresql_url: str
) -> None:
    monkeypatch.setattr(audit, "_declared", {"test.happened": frozenset({"where"})})
    row = (7, "2026-11-28T10:04:00.000001+00:00", "test.happened", None, "staff:7", '{"b": "\\u1ea1", "a": 1}')
    made = []
    for url in (f"sqlite:///{tmp_path}/portal.db", laid_postgresql_url):
        opened = db.connect(url)
        migrations.up()
        db.run("INSERT INTO audit_events (id, at, name, subject, actor, keys) VALUES (?, ?, ?, ?, ?, ?)", *row)
        audit.seal()
        link = rows.seal("number = 1")
        assert link
        made.append((rows.events("id = 7"), link.rows))
        assert AuditEvent.get().keys == {"b": "ạ", "a": 1}
        opened.close()
        if hasattr(opened, "close_all"):
            opened.close_all()
    assert made[0] == made[1] == ([row], digests.list_of([row]))


def test_the_form_of_the_hashes_never_changes() -> None:
    """Old seals rest on it: whoever changes these figures makes every log of before worthless."""
    row = (7, "2026-11-28T10:04:00.000001+00:00", "test.happened", None, "staff:7", '{"where": "here"}')
    listed = digests.list_of([row, (8, row[1], "test.happened", 3, "person", "{}")])
    by_hand = (
        '7 None 32:2026-11-28T10:04:00.000001+00:00 7:staff:7 13:test.happened {"where": "here"}',
        "8 3 32:2026-11-28T10:04:00.000001+00:00 6:person 13:test.happened {}",
    )
    one, other = (hashlib.sha256(text.encode()).hexdigest() for text in by_hand)
    assert listed.hex() == f"{7:016x}{one}{8:016x}{other}"
    assert one == "017f6edb52f44c39ed48002266621ed104b5199670076241ae052f853e2e4555"
    head = digests.of_seal(1, 2, row[1], digests.FIRST, listed)
    assert head == hashlib.sha256(f"1 2 32:{row[1]}  {hashlib.sha256(listed).hexdigest()}".encode()).hexdigest()
    assert head == "a7c154ca545b509e291f2a82ffa1e8993f2b4413154928ad3c5c4923e0e99a3f"
