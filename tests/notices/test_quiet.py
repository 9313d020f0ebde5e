"""What is not urgent waits for the morning where its reader lives; codes and what somebody waits for never do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from portal import config
from portal.kernel import clock
from portal.notices import messages, quiet
from portal.notices.models import Message
from portal.policies.models import PolicyVersion
from tests.conftest import Portal
from tests.policies.conftest import readers, scheduled

HOURS = (time(22), time(7))
VIET_NAM, TO = ZoneInfo("Asia/Ho_Chi_Minh"), messages.Recipient("mai.nguyen@example.com", "en")
NIGHT, MORNING = datetime(2026, 11, 28, 23, 30, tzinfo=VIET_NAM), datetime(2026, 11, 29, 7, tzinfo=VIET_NAM)
URL = "https://privacy.example.com/requests/R-7F3K-Q2"


@pytest.fixture
def sleeping(portal: Portal) -> Iterator[Portal]:
    """A portal that wakes nobody between ten and seven, late in the evening in Viet Nam."""
    mail = replace(portal.config.site.mail, quiet=HOURS)
    config.use(replace(portal.config, site=replace(portal.config.site, mail=mail)))
    with clock.stopped(NIGHT):
        yield portal


@pytest.mark.parametrize(
    ("at", "waits_until"),
    [
        (time(21, 59), None),
        (time(22), datetime(2026, 11, 29, 7)),
        (time(23, 59), datetime(2026, 11, 29, 7)),
        (time(0), datetime(2026, 11, 28, 7)),
        (time(6, 59), datetime(2026, 11, 28, 7)),
        (time(7), None),
    ],
)
def test_a_night_begins_and_ends_on_the_minute(at: time, waits_until: datetime | None) -> None:
    moment = datetime.combine(datetime(2026, 11, 28), at, VIET_NAM).astimezone(UTC)
    expected = waits_until.replace(tzinfo=VIET_NAM) if waits_until else None
    assert quiet.within(HOURS, moment, VIET_NAM) == expected


def test_a_rest_at_noon_ends_on_the_same_day() -> None:
    hours, at = (time(12), time(13, 30)), datetime(2026, 11, 28, 12, 5, tzinfo=VIET_NAM)
    assert quiet.within(hours, at, VIET_NAM) == at.replace(hour=13, minute=30)
    assert quiet.within(hours, at.replace(hour=11), VIET_NAM) is None


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("FR", "Europe/Paris"), ("GB", "Europe/London"), ("DE", "Europe/Berlin"), ("US-CA", "America/Los_Angeles"),
        ("JP", "Asia/Tokyo"), ("", "Asia/Ho_Chi_Minh"), ("ZZ", "Asia/Ho_Chi_Minh"),
    ],
)  # fmt: skip
def test_each_country_has_its_own_night(portal: Portal, country: str, zone: str) -> None:
    assert quiet.zone_of(country) == ZoneInfo(zone)


def test_news_wait_for_the_morning_and_a_code_does_not(sleeping: Portal) -> None:
    messages.request_news(TO, "news", "R-7F3K-Q2", URL)
    messages.sign_in_code(TO, "code", "123456", 10)
    messages.security_changed(TO, "change", "added", "m•••@example.com", clock.now(), "")
    sleeping.drain()
    assert sorted(str(mail["Subject"]).partition(":")[0] for mail in sleeping.mails()) == [
        "A change to how you sign in", "Your code for Smartos Privacy",
    ]  # fmt: skip
    assert Message.get(Message.cause == "news").due_at == MORNING
    with clock.stopped(MORNING):
        sleeping.drain()
    assert len(sleeping.mails()) == 3


def test_it_is_the_readers_own_morning(sleeping: Portal) -> None:
    messages.request_news(replace(TO, country="GB"), "awake", "R-7F3K-Q2", URL)
    sleeping.drain()
    assert len(sleeping.mails()) == 1, "half past four in the afternoon in London"


def test_a_notice_to_everybody_waits_as_a_whole(sleeping: Portal) -> None:
    readers(3)
    version = scheduled()
    sleeping.drain()
    assert not sleeping.mails()
    assert PolicyVersion.get(PolicyVersion.id == version.id).due_at == MORNING
    with clock.stopped(MORNING):
        sleeping.drain()
    assert len(sleeping.mails()) == 3


def test_a_site_without_quiet_hours_waits_for_nothing(portal: Portal) -> None:
    with clock.stopped(NIGHT):
        messages.request_news(TO, "news", "R-7F3K-Q2", URL)
        portal.drain()
    assert len(portal.mails()) == 1
