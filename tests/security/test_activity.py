"""A person reads what happened with their account, who of the staff looked, and nothing of anybody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.kernel import audit, clock
from portal.kernel.audit import AuditEvent
from portal.security import service
from tests.accounts.test_signing_in import MAI, ask, code_of, give
from tests.browse import Browser
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member
from tests.tampering import forget_log


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def test_signing_in_is_in_the_log_of_the_person_from_the_first_time(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    give(client, code_of(portal))
    signed = AuditEvent.get(AuditEvent.name == "accounts.signed_in")
    assert signed.subject
    assert "You signed in" in Browser(portal.app, client=client).get("/activity").text


def test_days_are_headings_in_the_zone_of_the_site_and_the_newest_is_first(mai: Member) -> None:
    forget_log()
    for at in (datetime(2026, 11, 20, 16, 59, tzinfo=UTC), datetime(2026, 11, 20, 17, 1, tzinfo=UTC)):
        with clock.stopped(at):
            audit.record("accounts.signed_in", subject=mai.subject)
    page = mai.browser.get("/activity")
    assert [node.text for node in page.root.one("main").all("h2")] == ["21 November 2026", "20 November 2026"]
    assert "00:01" in page.text
    assert "23:59" in page.text


def test_a_look_of_the_staff_shows_role_and_reason(mai: Member) -> None:
    audit.record("staff.looked", subject=mai.subject, actor="staff:7", role="approver", reason="answering")
    text = mai.browser.get("/activity").text
    assert "Our staff (approver) looked at your data: answering a request" in text
    assert "staff:7" not in text


def test_nobody_reads_the_log_of_somebody_else(portal: Portal, mai: Member) -> None:
    ha = member(portal, "sharer")
    audit.record("download.asked", subject=ha.subject, reference="R-7F3K-Q2")
    assert "R-7F3K-Q2" not in mai.browser.get("/activity").text
    assert "R-7F3K-Q2" in ha.browser.get("/activity").text


def test_a_long_log_is_read_page_by_page_and_no_line_is_lost_or_shown_twice(mai: Member) -> None:
    forget_log()
    for number in range(2 * service.PAGE + 5):
        audit.record("download.asked", subject=mai.subject, reference=f"R-{number:04}")
    page, seen = mai.browser.get("/activity"), list[str]()
    while True:
        seen += [line.text.split("(")[1][:6] for line in page.root.one("main").all("li")]
        if "Older" not in page.links:
            break
        audit.record("accounts.signed_out", subject=mai.subject)
        page = page.click("Older")
    assert seen == [f"R-{number:04}" for number in reversed(range(2 * service.PAGE + 5))]


def test_what_happened_many_times_in_one_minute_is_told_once_with_how_often(mai: Member) -> None:
    forget_log()
    with clock.stopped(datetime(2026, 11, 20, 3, 4, tzinfo=UTC)):
        for source in ("crm", "crm", "crm", "booking"):
            audit.record("data.shown", subject=mai.subject, source=source, table="contacts")
    told = [line.text for line in mai.browser.get("/activity").root.one("main").all("li")]
    assert told == [
        "Masked values in Smartos Booking App were shown to you in full 10:04",
        "Masked values in Smartos CRM were shown to you in full 10:04, 3 times",
    ]


def test_a_choice_is_named(mai: Member) -> None:
    mai.browser.post("marketing.page", data={"marketing.events.email": "on"})
    assert "You made a choice: Events by e-mail" in mai.browser.get("/activity").text


@pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999"])
def test_a_made_up_place_in_the_log_is_no_error(mai: Member, before: str) -> None:
    mai.browser.get(f"/activity?before={before}")


def test_a_page_of_the_log_costs_the_same_however_long_the_log_is(mai: Member) -> None:
    with queries() as few:
        mai.browser.get("/activity")
    for _ in range(service.PAGE):
        audit.record("accounts.signed_in", subject=mai.subject)
    with queries() as many:
        mai.browser.get("/activity")
    assert len(few) == len(many)


def test_an_empty_log_says_so(mai: Member) -> None:
    forget_log()
    assert "Nothing has happened yet." in mai.browser.get("/activity").text


def test_what_happened_yesterday_stays_when_a_session_ends(mai: Member) -> None:
    audit.record("accounts.signed_in", subject=mai.subject)
    with clock.later(timedelta(days=1)):
        assert "You signed in" in mai.browser.get("/activity").text
