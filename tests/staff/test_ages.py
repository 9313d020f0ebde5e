"""The desk of ages: what counts where, where it is from, what an admin changes from a day on or signs off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.kernel import ages, audit, clock
from portal.kernel.ages import edits
from portal.kernel.ages.edits import AgeEdit, AgeSignOff
from tests.conftest import Portal
from tests.people import StaffMember, staff


@pytest.fixture
def admin(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def test_every_age_is_listed_with_its_source_and_who_may_rest_on_it(admin: StaffMember) -> None:
    page = admin.browser.get("/staff/ages")
    rows = {row.one("th").text: [cell.text for cell in row.all("td")] for row in page.root.all("tbody")[0].all("tr")}
    assert len(rows) == len(ages.rows())
    assert rows["Germany"][0] == "16"
    assert {signed for *_, signed in rows.values()} == {"No"}
    assert list(rows) == sorted(rows, key=str.casefold)


def test_an_admin_signs_a_row_off_once(admin: StaffMember) -> None:
    page = admin.browser.get("/staff/ages/DE").form("I have read its source: sign it off").send()
    assert "automatic steps may rest on it" in page.text
    assert edits.signed_off("DE", clock.today())
    admin.browser.post("/staff/ages/DE/sign-off")
    assert AgeSignOff.select().count() == 1


def test_a_change_counts_from_its_day_on_and_needs_to_be_signed_off_anew(admin: StaffMember) -> None:
    admin.browser.get("/staff/ages/DE").form("I have read its source: sign it off").send()
    tomorrow = clock.today() + timedelta(days=1)
    form = admin.browser.get("/staff/ages/DE/change").form("Change it")
    page = form.send(age="15", since=tomorrow.isoformat(), reason="BDSG, section 99")
    assert "BDSG, section 99" in page.text
    assert (edits.limit("DE", clock.today()), edits.limit("DE", tomorrow)) == (16, 15)
    assert not edits.signed_off("DE", tomorrow)
    assert "children.age_amended" in audit.declared()


@pytest.mark.parametrize(
    ("age", "days", "says"),
    [("99", 1, "An age is a number from 0 to 21."), ("15", 0, "A change holds from tomorrow on"), ("old", 1, "whole")],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(admin: StaffMember, age: str, days: int, says: str) -> None:
    day = (clock.today() + timedelta(days=days)).isoformat()
    form = admin.browser.get("/staff/ages/DE/change").form("Change it")
    page = form.send(age=age, since=day, reason="BDSG, section 99", status=422)
    assert says in page.text
    assert page.form("Change it").values["reason"] == "BDSG, section 99"
    assert not AgeEdit.select().exists()


def test_others_of_the_staff_read_and_change_nothing(portal: Portal) -> None:
    sam = staff(portal, "staff")
    assert "sign it off" not in sam.browser.get("/staff/ages/DE").text
    sam.browser.get("/staff/ages/DE/change", status=404)
    sam.browser.post("/staff/ages/DE/sign-off", status=404)
    sam.browser.get("/staff/ages/XQ", status=404)
