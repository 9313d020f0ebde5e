"""The acceptance list for well-known addresses, choices and policies, as a stranger would call it (RULES §18)."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from portal.consents.models import ConsentEvent
from portal.kernel import clock
from portal.policies import service as policies
from portal.policies.service.markup import fingerprint
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member
from tests.policies.conftest import scheduled
from tests.receipts.test_receipts import MANDATORY

EVENTS = "Events by e-mail"


@pytest.fixture
def new(portal: Portal) -> Member:
    """Somebody whose account was made a moment ago."""
    return member(portal, "somebody.new@example.com")


def test_line_9_a_password_manager_is_led_to_a_page_that_is_there(portal: Portal, new: Member) -> None:
    answer = portal.app.test_client().get("/.well-known/change-password")
    assert answer.status_code == 303
    assert answer.location != "/.well-known/change-password"
    assert new.browser.get("/.well-known/change-password").response.request.path == answer.location
    assert Browser(portal.app).get("/.well-known/change-password").path == "/sign-in", "signed out: signing in first"


@pytest.mark.parametrize("way", ["get", "head"])
def test_line_10_what_cannot_exist_is_not_there(portal: Portal, way: str) -> None:
    name = "resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert getattr(portal.app.test_client(), way)(f"/.well-known/{name}").status_code == 404


def test_lines_7_and_11_are_served_to_whoever_asks_without_a_cookie(portal: Portal) -> None:
    for name in ("gpc.json", "security.txt"):
        answer = portal.app.test_client().get(f"/.well-known/{name}")
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    told = json.loads(portal.app.test_client().get("/.well-known/gpc.json").data)
    assert told["gpc"] is True
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", told["lastUpdate"])


@pytest.mark.parametrize("page", ["/marketing", "/sharing", "/location"])
def test_line_12_a_new_account_has_nothing_on_and_nothing_ticked(new: Member, page: str) -> None:
    root = new.browser.get(page).root
    controls = [*root.all("input", type="checkbox"), *root.all("input", type="radio")]
    assert not [control["name"] for control in controls if "checked" in control.attributes]
    switches = root.all("button", role="switch")
    assert not [one["name"] for one in switches if one["aria-checked"] != "false"]
    assert controls or switches
    assert not ConsentEvent.select().exists(), "looking is no choice"


def test_line_13_on_off_on_are_three_events_each_with_a_whole_receipt(new: Member) -> None:
    for _turn in range(3):
        new.browser.get("/marketing").form(EVENTS).send()
    events = list(ConsentEvent.select().where(ConsentEvent.subject == new.subject).order_by(ConsentEvent.id))
    assert [event.state for event in events] == ["on", "off", "on"]
    assert len({event.record for event in events}) == 3
    for event in events:
        answer = new.browser.client.get(f"/receipts/{event.record}?as=27560")
        assert answer.status_code == 200
        receipt = json.loads(answer.data)
        assert receipt.keys() >= MANDATORY
        assert receipt["record_id"] == event.record
        assert receipt["event"]["state"]


def test_line_14_an_old_version_is_the_same_text_after_a_new_one(portal: Portal) -> None:
    address, browser = "/privacy-policy/versions/1", Browser(portal.app)
    kept = policies.version("privacy", "en", "1")
    assert fingerprint(kept.summary, kept.text) == kept.sha256
    before = browser.get(address).root.one("article").text
    number = scheduled(days=30).version
    with clock.later(timedelta(days=31)):
        portal.drain()
        assert policies.in_force("privacy", "en").version == number != "1"
        page = browser.get(address)
        again = policies.version("privacy", "en", "1")
    assert page.root.one("article").text == before
    assert fingerprint(again.summary, again.text) == kept.sha256
    assert kept.sha256 in page.text
