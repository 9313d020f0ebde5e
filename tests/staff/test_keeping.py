"""What is over goes, and a site may shorten sessions but not lengthen them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from portal import config
from portal.accounts.staff import factors, members, tasks
from portal.accounts.staff.models import StaffAccount, StaffChallenge, StaffEnrolment, StaffSession
from portal.demo.stage import HERE
from portal.kernel import clock
from tests.conftest import Portal
from tests.people import staff
from tests.staff.test_signing_in import DOOR, post


def test_sessions_attempts_and_enrolments_go_when_they_are_over(portal: Portal) -> None:
    ann = staff(portal, "admin")
    post(portal.app.test_client(), DOOR, email=ann.email)
    members.add("operator", "lan@staff.example", "Lan", "staff")
    tables = (StaffSession, StaffChallenge, StaffEnrolment)
    tasks.forget_past()
    assert [table.select().count() for table in tables] == [1, 1, 1]
    with clock.later(timedelta(hours=48, minutes=1)):
        tasks.forget_past()
    assert [table.select().count() for table in tables] == [0, 0, 0]
    assert StaffAccount.select().count() == 2


def test_a_second_enrolment_takes_the_place_of_the_first(portal: Portal) -> None:
    ann = staff(portal, "admin")
    tokens = [factors.new_enrolment(StaffAccount.get_by_id(ann.number))[0] for _ in range(2)]
    assert StaffEnrolment.select().count() == 1
    assert factors.enrolment(tokens[1]).staff_id == ann.number
    with pytest.raises(factors.EnrolmentOver):
        factors.enrolment(tokens[0])


@pytest.mark.parametrize(
    ("idle", "hours", "is_good"), [(1, 1, True), (30, 8, True), (31, 8, False), (30, 9, False), (0, 8, False)]
)
def test_a_site_shortens_sessions_within_limits(tmp_path: Path, idle: int, hours: int, is_good: bool) -> None:
    file = tmp_path / "site.toml"
    demo = (HERE / "site.toml").read_text(encoding="utf-8")
    file.write_text(f"{demo}\n[staff]\nidle_minutes = {idle}\nlongest_hours = {hours}\n", encoding="utf-8")
    if is_good:
        site = config.read_site(file, "http://localhost:8000")
        assert (site.staff_idle_minutes, site.staff_hours) == (idle, hours)
    else:
        with pytest.raises(config.ConfigProblem, match=r"staff\."):
            config.read_site(file, "http://localhost:8000")
