"""Places are kept as long as the person chose; older ones go at night, and until then that can be undone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.consents.models import ConsentEvent
from portal.kernel import clock, work
from portal.location import service
from portal.location.models import Keeping
from portal.location.service import calendar, keeping
from tests.conftest import Portal
from tests.location.conftest import MAI, booking, count
from tests.people import Member

DAYS = st.dates(date(1980, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(1, 60)
NIGHT = timedelta(days=1)


@given(day=DAYS, months=MONTHS)
def test_months_before_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    before = calendar.months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    following = before + timedelta(days=1)
    assert before.day == day.day or (before.day < day.day and following.day == 1)


@given(day=DAYS, months=MONTHS)
def test_a_day_later_never_reaches_less_far(day: date, months: int) -> None:
    assert calendar.months_before(day, months) <= calendar.months_before(day + timedelta(days=1), months)
    assert calendar.months_before(day, months + 1) < calendar.months_before(day, months)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2026, 1, 15), 3, date(2025, 10, 15)),
        (date(2028, 2, 29), 36, date(2025, 2, 28)),
    ],
)
def test_months_have_ends(day: date, months: int, before: date) -> None:
    assert calendar.months_before(day, months) == before


@pytest.mark.usefixtures("portal")
def test_a_day_begins_where_the_company_sits() -> None:
    with clock.stopped(datetime(2026, 5, 30, 23, 30, tzinfo=ZoneInfo("UTC"))):  # there it is the 31st, half past six
        assert calendar.older_than(3).until == datetime(2026, 2, 28, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        assert calendar.next_night() == datetime(2026, 6, 1, 3, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        assert calendar.weeks()[-1] == date(2026, 5, 25)
        assert len(calendar.weeks()) == 13


@pytest.fixture
def old(mai: Member) -> int:
    """Seven places of Mai's that are five months old, and one that is two years old."""
    for back, many in (("-150 days", 7), ("-740 days", 1)):
        for _ in range(many):
            booking(
                mai.portal,
                "INSERT INTO location_points (user_id, recorded_at, lat, lon)"
                f" VALUES (({MAI}), datetime('now', '{back}'), 1, 1)",
            )
    return 8


def pass_a_night(portal: Portal) -> None:
    with clock.later(NIGHT):
        portal.drain()


@pytest.mark.parametrize("htmx", [False, True])
def test_the_page_says_how_many_go_and_the_night_takes_them(mai: Member, old: int, htmx: bool) -> None:
    before = count(mai.portal)
    page = mai.browser.get("location.history", htmx=htmx)
    options = {node["value"]: str(node.children[0]) for node in page.root.all("option")}
    assert options["3"] == "3 months (8 places go)"
    assert options["18"] == "18 months (1 place goes)"
    assert options["keep"] == "Until I delete them"
    assert [node["value"] for node in page.root.all("option") if "selected" in node.attributes] == ["18"]
    page = page.form("Save how long history is kept").send(keep="3", htmx=htmx)
    assert "8 places go at 03:00 on" in page.text
    mai.portal.drain()
    assert count(mai.portal) == before, "nothing goes before the night"
    pass_a_night(mai.portal)
    assert count(mai.portal) == before - old
    assert "Undo" not in mai.browser.get("location.history").text
    [event] = ConsentEvent.select()
    assert (event.purpose, event.state) == ("location.retention", "3")


@pytest.mark.parametrize("htmx", [False, True])
def test_until_the_night_it_can_be_undone(mai: Member, old: int, htmx: bool) -> None:
    before = count(mai.portal)
    page = (
        mai.browser.get("location.history", htmx=htmx).form("Save how long history is kept").send(keep="3", htmx=htmx)
    )
    assert "what you had chosen before: 18 months" in page.text
    page = page.form("Undo").send(htmx=htmx)
    assert not page.root.all("button", id="keep-undo")
    pass_a_night(mai.portal)
    assert count(mai.portal) == before - 1, "18 months hold again"
    assert [event.state for event in ConsentEvent.select().order_by(ConsentEvent.id)] == ["3", "18"]


def test_after_the_night_there_is_nothing_to_undo(mai: Member, old: int) -> None:
    service.keep(mai.subject, "3", "en")
    with clock.later(NIGHT), pytest.raises(service.TooLate):
        service.undo(mai.subject, "en")
    pass_a_night(mai.portal)
    service.undo(mai.subject, "en")
    assert [event.state for event in ConsentEvent.select()] == ["3"]


def test_every_night_comes_again(mai: Member, old: int) -> None:
    service.keep(mai.subject, "3", "en")
    pass_a_night(mai.portal)
    before = count(mai.portal)
    assert Keeping.get().due_at > clock.now() + NIGHT
    with clock.later(timedelta(days=400)):
        mai.portal.drain()
    assert before > 0
    assert count(mai.portal) == 0


def test_until_deleted_keeps_everything(mai: Member, old: int) -> None:
    service.keep(mai.subject, "keep", "en")
    before = count(mai.portal)
    with clock.later(timedelta(days=4000)):
        mai.portal.drain()
    assert count(mai.portal) == before


def test_who_never_chose_is_kept_as_the_site_says(mai: Member, old: int) -> None:
    before = count(mai.portal)
    assert keeping.take_in_everybody() == 1
    assert keeping.take_in_everybody() == 0
    pass_a_night(mai.portal)
    assert count(mai.portal) == before - 1
    assert ConsentEvent.select().count() == 0


def test_a_choice_outlives_the_round_that_takes_everybody_in(mai: Member, old: int) -> None:
    service.keep(mai.subject, "keep", "en")
    before = count(mai.portal)
    assert keeping.take_in_everybody() == 0
    pass_a_night(mai.portal)
    assert count(mai.portal) == before


def test_a_system_that_is_down_at_night_is_caught_up_with(mai: Member, old: int) -> None:
    before = count(mai.portal)
    service.keep(mai.subject, "3", "en")
    file = mai.portal.systems.database("booking")
    gone = file.rename(file.with_suffix(".away"))
    pass_a_night(mai.portal)
    gone.rename(file)
    with clock.later(NIGHT + timedelta(hours=1)):
        mai.portal.drain()
    assert count(mai.portal) == before - old


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("state", ["", "5", "-3", "off"])
def test_what_is_no_length_of_time_is_refused(mai: Member, state: str, htmx: bool) -> None:
    mai.browser.post("location.keep", data={"keep": state}, htmx=htmx, status=422)
    assert ConsentEvent.select().count() == Keeping.select().count() == 0


def test_the_chores_are_known_to_the_worker(mai: Member) -> None:
    assert "portal.location.tasks.take_in_everybody" in work._schedules
