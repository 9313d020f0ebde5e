"""Cases: dates, allowed moves, who may read one, and the timeline."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from portal.cases import service
from portal.cases.models import Case, CaseEvent
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow
from portal.subjects.models import Subject
from tests.conftest import Portal


@pytest.fixture
def subject(portal: Portal) -> int:
    return int(Subject.create().id)


def test_a_case_opens_approved_with_its_two_dates_and_a_readable_reference(subject: int) -> None:
    with clock.stopped(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):  # the 2nd in Viet Nam
        case = service.open_case("deletion", subject)
    found = service.load(case.reference, subject)
    assert (found.state, found.profile, found.channel) == ("approved", "vn", "portal")
    assert (found.acknowledge_by, found.complete_by) == (date(2026, 3, 4), date(2026, 3, 22))
    assert found.reference.startswith("R-")
    assert not set(found.reference[2:]) & set("01OI")
    assert [(event.name, event.actor) for event in service.timeline(found)] == [
        ("received", "person"),
        ("identity proven", "person"),
    ]


def test_only_an_approved_case_waits_for_a_worker(subject: int) -> None:
    case = service.open_case("download", subject)
    assert Case.get_by_id(case.id).due_at is not None
    service.move(case, "in_progress", "started", "worker")
    assert Case.get_by_id(case.id).due_at is None


def test_a_case_moves_as_the_table_says_and_in_no_other_way(subject: int) -> None:
    for before, after in product(service.MOVES, repeat=2):
        case = service.open_case("download", subject)
        Case.update(state=before).where(Case.id == case.id).execute()
        case = service.load(case.reference, subject)
        if after in service.MOVES[before]:
            service.move(case, after, "tried", "worker", systems=2)
            found = service.load(case.reference, subject)
            assert (found.closed_at is not None) == (after in service.FINAL)
            last = service.timeline(found)[-1]
            assert (last.name, last.actor, last.facts) == ("tried", "worker", {"systems": 2})
        else:
            with pytest.raises(NotNow):
                service.move(case, after, "tried")
            after = before
        assert service.load(case.reference, subject).state == case.state == after


def test_of_two_moves_at_once_one_wins_and_the_other_leaves_no_trace(subject: int) -> None:
    one = service.open_case("download", subject)
    other = service.load(one.reference, subject)
    service.move(one, "in_progress", "started")
    with pytest.raises(NotNow):
        service.move(other, "revoked", "cancelled")
    found = service.load(one.reference, subject)
    assert found.state == "in_progress"
    assert [event.name for event in service.timeline(found)] == ["received", "identity proven", "started"]


def test_a_move_and_what_it_belongs_to_stand_or_fall_together(subject: int) -> None:
    case = service.open_case("download", subject)

    def start_and_fail() -> None:
        with atomic():
            service.move(case, "in_progress", "started")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start_and_fail()
    assert service.load(case.reference, subject).state == "approved"


def test_a_stranger_cannot_tell_another_persons_case_from_none(subject: int) -> None:
    case, stranger = service.open_case("download", subject), int(Subject.create().id)
    for reference in (case.reference, "R-2222-22"):
        with pytest.raises(NotFound):
            service.load(reference, stranger)


def test_a_person_sees_own_cases_newest_first_and_no_internal_note(subject: int) -> None:
    first, second = service.open_case("download", subject), service.open_case("deletion", subject)
    service.open_case("download", int(Subject.create().id))
    assert [case.reference for case in service.of_subject(subject)] == [second.reference, first.reference]
    CaseEvent.create(case=second, name="noted", actor="staff:1", internal=True)
    assert "noted" not in {event.name for event in service.timeline(second)}
