"""The days between asking and erasing: what goes off at once, and the reminder."""

from __future__ import annotations

from datetime import timedelta

from portal import config
from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.deletion import service
from portal.kernel import clock
from portal.policies import service as policies
from tests.browse import Browser
from tests.deletion.conftest import GRACE, Member

SOON = timedelta(days=11, minutes=1)


def reaching() -> set[str]:
    names = {name for name in config.site().purposes if name.startswith(("marketing.", "location.level"))}
    assert len(names) > 10
    return names


def reminders(mai: Member) -> list[str]:
    return [mail["Subject"] for mail in mai.portal.mails() if "Reminder" in mail["Subject"]]


def test_marketing_and_location_go_off_at_once_and_the_ledger_says_why(mai: Member) -> None:
    policies.choose(mai.subject, "marketing.events.email", "on", "en")
    consents.record(mai.subject, "location.level", "precise", notice_version="1", language="en", wording="…")
    mai.schedule()
    standing = consents.standing(mai.subject)
    assert {standing[name].state for name in reaching()} == {"off"}
    events = ConsentEvent.select().where(ConsentEvent.actor == "deletion")
    assert {event.purpose for event in events} == reaching()
    assert consents.replay(mai.subject) == consents.standing(mai.subject)


def test_what_is_off_already_is_not_written_again_and_what_was_never_chosen_goes_off(mai: Member) -> None:
    policies.choose(mai.subject, "marketing.events.email", "off", "en")
    mai.schedule()
    events = ConsentEvent.select().where(ConsentEvent.actor == "deletion")
    assert {event.purpose for event in events} == reaching() - {"marketing.events.email"}


def test_a_level_for_one_app_goes_off_too(mai: Member) -> None:
    policies.choose(mai.subject, "location.level", "off", "en")
    policies.choose(mai.subject, "location.level", "precise", "en", "booking")
    mai.schedule()
    assert not consents.may(mai.subject, "location.level", "approximate", "booking")


def test_after_a_cancel_they_stay_off_and_the_page_leads_to_their_switches(mai: Member) -> None:
    policies.choose(mai.subject, "marketing.events.email", "on", "en")
    url = service.cancel_url(mai.schedule())
    page = Browser(mai.portal.app).get(url).form("Keep my account").send()
    assert "They stay off until you switch them on again" in page.text
    assert {"/marketing", "/location"} <= set(page.links.values())
    assert consents.standing(mai.subject)["marketing.events.email"].state == "off"
    mai.portal.drain()
    assert "Marketing and location stay off" in mai.portal.last_mail()


def test_a_part_switches_nothing_off(mai: Member) -> None:
    policies.choose(mai.subject, "marketing.events.email", "on", "en")
    service.schedule(mai.subject, "en", service.Scope("booking", "location_points"))
    assert consents.standing(mai.subject)["marketing.events.email"].state == "on"
    page = mai.browser.get("/deletion?system=whitelabel&category=check_ins")
    assert page.links["Look at that choice"] == "/location"


def test_a_reminder_goes_out_three_days_before_once_with_a_way_back(mai: Member) -> None:
    reference = mai.schedule()
    with clock.later(SOON - timedelta(hours=1)):
        mai.portal.drain()
    assert reminders(mai) == []
    for _ in range(2):
        with clock.later(SOON):
            mai.portal.drain()
    assert reminders(mai) == [f"Reminder: your account goes soon ({reference})"]
    assert service.cancel_url(reference) in mai.portal.last_mail()
    assert mai.deletion().state == "scheduled"
    with clock.later(GRACE):
        mai.portal.drain()
    assert mai.deletion().state == "erased"


def test_whoever_kept_the_account_is_not_reminded(mai: Member) -> None:
    service.cancel(service.load(mai.schedule(), mai.subject))
    with clock.later(SOON):
        mai.portal.drain()
    assert reminders(mai) == []


def test_a_worker_that_was_away_for_the_reminder_erases_without_one(mai: Member) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    assert (reminders(mai), mai.deletion().state) == ([], "erased")
