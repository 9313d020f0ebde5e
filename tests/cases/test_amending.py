"""What staff change in the legal profiles: from its day on, above the files, and never for what was received before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import peewee
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases import deadlines, legal, service
from portal.cases.legal import Edit, Law, terms
from portal.cases.models import Case, LegalEdit
from portal.cases.service import amending
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, Problem
from portal.subjects.models import Subject
from tests.conftest import Portal

SAIGON = "Asia/Ho_Chi_Minh"
TODAY = date(2026, 11, 28)
NOON = datetime(2026, 11, 28, 5, tzinfo=UTC)
DAY = timedelta(days=1)
REASON = "Decision 1/2026 of the Prime Minister, published at https://example.com/1-2026"
NUMBER = 7  # of a member of the staff


@pytest.fixture(autouse=True)
def at_noon(portal: Portal) -> object:
    with clock.stopped(NOON):
        yield


def test_a_change_counts_from_its_day_on_and_a_case_of_before_keeps_its_date() -> None:
    subject = int(Subject.create().id)
    before = service.open_case("deletion", subject)
    service.amend("vn", "deletion.complete", "12 days", TODAY + 5 * DAY, REASON, NUMBER)
    with clock.stopped(NOON + 5 * DAY):
        after = service.open_case("deletion", subject)
        extended = deadlines.extend("deletion", before.received_at, reason="More time is needed.")
    assert Case.get_by_id(before.id).complete_by == TODAY + 20 * DAY
    assert extended.complete_by == TODAY + 40 * DAY, "the law of its day counts for its extension too"
    assert after.complete_by == TODAY + 17 * DAY
    assert deadlines.days("deletion") == 20


def test_a_holiday_that_the_government_declares_moves_an_acknowledgement() -> None:
    eve = datetime(2027, 2, 4, 5, tzinfo=UTC)
    assert deadlines.terms("deletion", eve).acknowledge_by == date(2027, 2, 11)
    service.amend("vn", "holidays.2027-02-10", "free", TODAY + DAY, REASON, NUMBER)
    assert deadlines.terms("deletion", eve).acknowledge_by == date(2027, 2, 12)
    service.amend("vn", "holidays.2027-02-06", "worked", TODAY + DAY, REASON, NUMBER)
    assert deadlines.terms("deletion", eve).acknowledge_by == date(2027, 2, 11), "a Saturday that is worked"


def test_the_newest_of_two_changes_counts_and_what_it_replaced_stays_readable() -> None:
    for value in ("12 days", "14 days"):
        service.amend("vn", "inquiry.complete", value, TODAY + DAY, REASON, NUMBER)
    assert deadlines.terms("inquiry", NOON + DAY).days == 14
    assert [row.value for row in amending.history("vn")] == ["14 days", "12 days"]


def test_staff_see_each_value_with_its_source_and_since_when() -> None:
    service.amend("gb", "authority.address.en", "1 New Street, London", TODAY + DAY, REASON, NUMBER)
    today, tomorrow = (_by_path("gb", day) for day in (TODAY, TODAY + DAY))
    assert today["authority.address.en"].edited_by is None
    changed = tomorrow["authority.address.en"]
    assert (changed.words, changed.source, changed.since) == ("1 New Street, London", REASON, TODAY + DAY)
    assert changed.edited_by == NUMBER
    told = deadlines.terms("complaint", NOON + DAY, "GB").authority
    assert told.address["en"] == "1 New Street, London"
    assert told.address["vi"] == today["authority.address.vi"].words
    assert today["complaint.acknowledge"].since == date(2026, 6, 19)
    assert today["holidays.2026-12-28"].words == "Boxing Day"  # made up for on a Monday
    assert "holidays.2027-12-27" in today


def test_the_authority_of_one_country_can_be_changed_alone() -> None:
    service.amend("eu", "authority-DE.url", "https://example.com/de", TODAY + DAY, REASON, NUMBER)
    german, french = (deadlines.terms("deletion", NOON + DAY, country).authority for country in ("DE", "FR"))
    assert german.url == "https://example.com/de"
    assert french.url == "https://www.cnil.fr"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"profile": "xx"}, NotFound),
        ({"path": "deletion.price"}, NotFound),
        ({"path": "holidays.tomorrow"}, NotFound),
        ({"path": "holidays.20270210", "value": "free"}, NotFound),
        ({"value": "soon"}, amending.Unreadable),
        ({"value": "-3 days"}, amending.Unreadable),
        ({"value": "999 days"}, amending.Unreadable),
        ({"value": "same"}, amending.Unreadable),
        ({"path": "download.complete", "value": "none"}, amending.Unreadable),
        ({"path": "holidays.2027-02-10", "value": "perhaps"}, amending.Unreadable),
        ({"path": "authority.url", "value": "javascript:alert(1)"}, amending.Unreadable),
        ({"path": "authority.name.en", "value": "A name\nBcc: somebody"}, amending.Unreadable),
        ({"path": "authority.name.en", "value": ""}, amending.Unreadable),
        ({"path": "authority.name.en", "value": "x" * 501}, amending.Unreadable),
        ({"effective_from": TODAY}, amending.Backdated),
        ({"path": "holidays.2026-11-28", "value": "free"}, amending.Backdated),
        ({"reason": " "}, amending.Unexplained),
        ({"reason": "x" * 2001}, amending.Unexplained),
    ],
)
def test_a_change_that_the_clock_could_not_keep_is_refused_and_nothing_is_written(
    change: dict, problem: type[Problem]
) -> None:
    asked = {
        "profile": "vn",
        "path": "deletion.complete",
        "value": "15 days",
        "effective_from": TODAY + DAY,
        "reason": REASON,
        "by": NUMBER,
        **change,
    }
    with pytest.raises(problem) as refused:
        service.amend(**asked)
    assert str(refused.value)
    assert not LegalEdit.select().exists()


def test_a_time_can_be_taken_away_where_the_law_drops_it() -> None:
    service.amend("vn", "deletion.extension", "none", TODAY + DAY, REASON, NUMBER)
    assert deadlines.terms("deletion", NOON).extendable_to is not None
    assert deadlines.terms("deletion", NOON + DAY).extendable_to is None


def test_a_change_is_logged_without_what_was_written() -> None:
    service.amend("vn", "deletion.complete", "15 days", TODAY + DAY, REASON, NUMBER)
    event = AuditEvent.get(AuditEvent.name == "cases.law_amended")
    assert event.actor == f"staff:{NUMBER}"
    assert event.keys == {"profile": "vn", "path": "deletion.complete", "effective_from": "2026-11-29"}


def test_the_database_lets_nobody_change_or_take_away_an_edit() -> None:
    made = service.amend("vn", "deletion.complete", "15 days", TODAY + DAY, REASON, NUMBER)
    mine = LegalEdit.id == made.id
    for query in (LegalEdit.update(value="90 days").where(mine), LegalEdit.delete().where(mine)):
        with pytest.raises(peewee.DatabaseError), atomic():
            query.execute()
    assert LegalEdit.get_by_id(made.id).value == "15 days"


def test_only_what_a_profile_is_asked_for() -> None:
    with pytest.raises(NotFound):
        amending.current("../../etc/passwd")


edits = st.lists(
    st.builds(
        Edit,
        profile=st.sampled_from(["vn", "eu"]),
        path=st.sampled_from(["deletion.complete", "deletion.extension", "deletion.acknowledge"]),
        value=st.sampled_from(["5 days", "3 working days", "1 month", "30 days"]),
        effective_from=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
        reason=st.just(REASON),
        by=st.just(NUMBER),
    ),
    max_size=6,
).map(tuple)


@given(edits, edits, st.dates(date(2026, 1, 2), date(2027, 12, 31)), st.booleans())
def test_later_changes_leave_every_earlier_day_as_it_was(
    some: tuple[Edit, ...], more: tuple[Edit, ...], day: date, extension: bool
) -> None:
    later = tuple(edit for edit in more if edit.effective_from > day)
    received = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    one, other = (
        terms("deletion", received, "DE", SAIGON, extension=extension, law=Law(edits=known))
        for known in (some, (*some, *later))
    )
    assert one == other


def test_a_newer_file_overtakes_an_older_change() -> None:
    early = Edit("gb", "complaint.acknowledge", "10 days", date(2026, 6, 1), REASON, NUMBER)
    britain = legal.profile("gb")
    found = {day: britain.on(date(2026, 6, day), (early,)).values["complaint.acknowledge"].words for day in (2, 19)}
    assert found == {2: "10 days", 19: "30 days"}


def _by_path(profile: str, day: date) -> dict[str, legal.Value]:
    return {value.path: value for value in amending.current(profile, day)}
