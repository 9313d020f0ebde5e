"""A request by somebody without an account, from the form to what staff decide: on a phone, without scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.steps import Person, somebody
from tests.live import ROOT, Live, eventually

pytestmark = pytest.mark.browser

# What two of the staff do, by the services that their pages call.
AGREED = """
import os, sys
import portal.worker
from portal import config, start
from portal.cases.service import by_reference, deciding
from portal.download import service as downloads
start.open_house(config.from_environment(os.environ))
row = deciding.propose(by_reference(sys.argv[1]), 1, deciding.FULFIL)
deciding.agree(by_reference(sys.argv[1]), 2, row.id)
prepared = downloads.prepare(by_reference(sys.argv[1]), [], 1)
downloads.release(by_reference(sys.argv[1]), prepared.prepared_at.isoformat(), 2)
"""


@pytest.fixture
def person(chromium: Browser, live_portal: Live) -> Iterator[Person]:
    with somebody(chromium, live_portal, scripts=False, width=390) as person:
        yield person


def fits(person: Person) -> bool:
    """Tell whether nothing of the page lies beside it."""
    box = person.page.locator("main").bounding_box()
    return bool(box and box["x"] >= 0 and box["x"] + box["width"] <= 390)


def mailed(portal: Live, address: str) -> str:
    found = eventually(lambda: re.findall(address, "\n".join(portal.texts())), f"a mail with {address}")
    return str(found[-1])


def test_a_copy_is_asked_for_without_an_account_proven_by_a_code_and_made(person: Person, live_portal: Live) -> None:
    email = live_portal.systems.cast["everyday"].email or ""
    person.open("/")
    person.page.click("footer >> text=Make a request")
    assert fits(person)
    person.page.click("main >> text=A copy of your data")
    person.page.fill("#email", email)
    person.page.fill("#words", "I moved, and want to see what you hold.")
    assert fits(person)
    person.page.click("#send")
    assert person.page.locator("h1").inner_text() == "Your request is with us"
    assert fits(person)

    link = mailed(live_portal, r"http\S+/requests/R-\S+")
    person.page.goto(link)
    assert fits(person)
    assert "Answer by" in person.page.inner_text("#request")
    person.page.click("text=By a code")
    before = len(live_portal.mails())
    person.page.click("#send")
    person.page.fill("#code", live_portal.code(before))
    assert fits(person)
    person.page.click("#enter")
    assert person.page.url == link
    assert "Our staff look at it" in person.page.inner_text("#request")
    person.page.fill("#text", "Is that all you need?")
    person.page.click("#say")
    assert "Is that all you need?" in person.page.inner_text("#request")

    reference = link.split("/")[-2]
    subprocess.run([sys.executable, "-c", AGREED, reference], env=live_portal.environ, cwd=ROOT, check=True)
    mailed(live_portal, rf"http\S+/download/{reference}")
    person.page.goto(link)
    assert "Done" in person.page.inner_text("#request")
    person.sign_in(email)
    person.open("/requests")
    assert fits(person)
    person.page.click(f"main >> text={reference}")
    assert person.page.url.endswith(f"/download/{reference}")


def test_an_agent_waits_until_the_person_has_pressed_the_button(person: Person, live_portal: Live) -> None:
    person.open("/requests/new/representative")
    person.page.fill("#email", "lawyer@example.com")
    person.page.fill("#words", "A copy of her bookings.")
    person.page.fill("#other", live_portal.systems.cast["everyday"].email or "")
    person.page.click("#send")
    link, asked = mailed(live_portal, r"http\S+/requests/R-\S+"), mailed(live_portal, r"http\S+/agents/\S+")
    person.page.goto(link)
    assert "The person has to confirm it" in person.page.inner_text("#request")
    person.page.goto(asked)
    assert fits(person)
    person.page.click("#confirm")
    person.page.goto(link)
    assert "Our staff look at it" in person.page.inner_text("#request")
