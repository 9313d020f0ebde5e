"""Staff see who listens and what they were told; admins test, pause and send again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.hooks.models import DELIVERED, GIVEN_UP, PAUSED, WAITING, HookEndpoint, HookMessage
from portal.hooks.service import signing
from portal.kernel import clock
from tests.conftest import Portal
from tests.people import staff

pytestmark = pytest.mark.parametrize("urls", ["embedded"], indirect=True)


@pytest.fixture
def endpoint(portal: Portal) -> HookEndpoint:
    """An endpoint that heard one message and was told another in vain."""
    made: HookEndpoint = HookEndpoint.create(
        name="Booking App", url="https://booking.example.com/hook", source="booking", secret=signing.new_secret()
    )
    told = {"endpoint": made, "kind": "choice.changed", "give_up_at": clock.now(), "due_at": None, "took": 41}
    now = clock.now()
    HookMessage.create(message="msg_1", state=DELIVERED, tried_at=now, status=204, **told)
    HookMessage.create(message="msg_2", state=GIVEN_UP, tried_at=now, trouble="no answer in time", **told)
    return made


def test_everybody_of_the_staff_sees_the_answers_and_no_secret(portal: Portal, endpoint: HookEndpoint) -> None:
    member = staff(portal, "staff")
    assert "Booking App" in member.browser.get("/staff/webhooks").text
    page = member.browser.get(f"/staff/webhooks/{endpoint.id}").text
    assert "204 after 41 ms" in page
    assert "no answer in time after 41 ms" in page
    assert "Send again" not in page
    assert endpoint.secret not in page


def test_an_admin_pauses_tests_and_resumes(portal: Portal, endpoint: HookEndpoint) -> None:
    page = staff(portal, "admin").browser.get(f"/staff/webhooks/{endpoint.id}")
    page = page.form("Pause it").send()
    assert HookEndpoint.get().state == PAUSED
    page = page.form("Send a test event").send()
    assert HookMessage.select().where(HookMessage.kind == "portal.test", HookMessage.state == WAITING).count() == 1
    page.form("Go on with it").send()
    assert HookEndpoint.get().state == "on"


def test_an_admin_sends_one_again_or_all_since_a_day(portal: Portal, endpoint: HookEndpoint) -> None:
    admin, page = staff(portal, "admin"), f"/staff/webhooks/{endpoint.id}"
    second = HookMessage.get(HookMessage.message == "msg_2")
    admin.browser.post(f"{page}/messages/{second.id}/again")
    assert {row.message: row.state for row in HookMessage.select()} == {"msg_1": DELIVERED, "msg_2": WAITING}
    admin.browser.post(f"{page}/again", data={"since": f"{clock.now().date() - timedelta(days=1):%Y-%m-%d}"})
    assert {row.state for row in HookMessage.select()} == {WAITING}
    wrong = admin.browser.post(f"{page}/again", data={"since": "yesterday"}, status=422)
    assert "2026-11-22" in wrong.text
    assert "yesterday" in wrong.response.text


def test_who_is_no_admin_changes_nothing(portal: Portal, endpoint: HookEndpoint) -> None:
    member = staff(portal, "approver")
    for act in ("pause", "test", "again"):
        member.browser.post(f"/staff/webhooks/{endpoint.id}/{act}", status=404)
    assert HookEndpoint.get().state == "on"
