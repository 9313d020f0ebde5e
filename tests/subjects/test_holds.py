"""A legal hold keeps its table out of a deletion, is said in preview and certificate, and ends by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.deletion import service as deletion
from portal.deletion.models import Certificate, Deletion, ErasureRecord
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.location import service as location
from portal.sources import registry
from portal.subjects import holds
from portal.subjects.models import LegalHold
from tests import independent
from tests.conftest import Portal
from tests.people import Member, member

TABLE = ("booking", "visits")


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


def hold(mai: Member, days: int = 60, where: tuple[str, str] = TABLE, reason: str = "Proceedings 12/2026") -> LegalHold:
    until = clock.today() + timedelta(days=days)
    holds.place(mai.subject, "R-2222-22", where, until, reason, 7, "")
    found: LegalHold = LegalHold.select().order_by(LegalHold.id.desc()).get()
    return found


def visits(mai: Member) -> int:
    look = "SELECT count(*) FROM visits WHERE user_id = ?"
    return int(str(independent.value(mai.portal.systems, "booking", look, keys(mai))))


def keys(mai: Member) -> int:
    look = "SELECT id FROM users WHERE lower(email) = ?"
    return int(str(independent.value(mai.portal.systems, "booking", look, mai.email)))


def line(mai: Member, table: str) -> deletion.Planned | None:
    found = [one for system in deletion.outlook(mai.subject).systems if system.id == "booking" for one in system.lines]
    return next((one for one in found if one.table == table), None)


@pytest.mark.parametrize(
    ("days", "where", "reason", "problem"),
    [
        (0, TABLE, "Because", holds.BadHold),
        (5000, TABLE, "Because", holds.BadHold),
        (9, TABLE, " ", holds.BadHold),
        (9, ("booking", "nothing"), "Because", NotFound),
        (9, ("portal", "cases"), "Because", NotFound),
    ],
)
@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_hold_needs_a_reason_a_day_and_a_place(
    mai: Member, days: int, where: tuple[str, str], reason: str, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        hold(mai, days, where, reason)
    assert not LegalHold.select().exists()


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_hold_stands_until_its_day_is_over_where_the_site_is(mai: Member) -> None:
    evening = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half an hour before midnight in Viet Nam
    with clock.stopped(evening - timedelta(days=5)):
        holds.place(mai.subject, "R-2222-22", TABLE, date(2026, 11, 22), "Proceedings 12/2026", 7, "")
    with clock.stopped(evening):
        (one,) = holds.of_subject(mai.subject)
        assert one.due_at == evening + timedelta(minutes=30)
    with clock.stopped(evening + timedelta(hours=1)):
        assert holds.of_subject(mai.subject) == []


def test_the_preview_says_that_it_is_kept_why_and_until_when(mai: Member) -> None:
    before = line(mai, "visits")
    assert before is not None
    assert before.action == "delete"
    kept = hold(mai)
    after = line(mai, "visits")
    assert after is not None
    assert (after.action, after.rows, after.until) == ("keep", before.rows, kept.until.isoformat())
    assert after.reason_in("en") == "Proceedings 12/2026"
    holds.end(kept.id, 7)
    assert line(mai, "visits") == before


def test_what_is_held_outlives_the_deletion_and_goes_when_the_hold_ends(portal: Portal, mai: Member) -> None:
    kept, user = hold(mai), keys(mai)
    count = visits(mai)
    assert count
    reference = deletion.schedule(mai.subject, "en")
    with clock.later(timedelta(days=15)):
        portal.drain()
        assert Deletion.get().state == "erased"
        assert visits(mai) == count
        said = [one for part in Certificate.get().lines for one in part["tables"] if one["table"] == "visits"]
        assert [(one["action"], one["until"]) for one in said] == [("keep", kept.until.isoformat())]
        assert ErasureRecord.get().hashes["kept"]["booking"]
    with clock.later(timedelta(days=23)):  # the last look, which must not erase it either
        portal.drain()
        assert Deletion.get().state == "done"
        assert visits(mai) == count
        assert LegalHold.get().erased_for == reference
    with clock.later(timedelta(days=62)):
        portal.drain()
    look = "SELECT count(*) FROM visits WHERE user_id = ?"
    assert independent.value(portal.systems, "booking", look, user) == 0
    ended = LegalHold.get()
    assert (ended.person, ended.due_at) == (None, None)
    assert ended.ended_at is not None
    assert ErasureRecord.get().hashes["kept"]["booking"] == []


def test_a_replay_after_a_restored_backup_leaves_what_is_held(portal: Portal, mai: Member) -> None:
    hold(mai)
    count = visits(mai)
    deletion.schedule(mai.subject, "en")
    with clock.later(timedelta(days=15)):
        portal.drain()
    deletion.replay()
    assert visits(mai) == count


def test_places_under_a_hold_neither_age_out_nor_go_by_a_button(portal: Portal, mai: Member) -> None:
    kept = hold(mai, where=("booking", "location_points"))
    booking = registry.active().get("booking")
    assert holds.keeps(mai.subject, booking, "location_points")
    with pytest.raises(holds.Held):
        location.remove_all(mai.subject)
    holds.end(kept.id, 7)
    assert not holds.keeps(mai.subject, booking, "location_points")
    assert location.remove_all(mai.subject)
