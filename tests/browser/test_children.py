"""A parent reports a child's account from a phone at night, without scripts; and an adult who was reported in spite."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.steps import Person, somebody
from tests.live import Live, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def person(chromium: Browser, live_portal: Live) -> Iterator[Person]:
    with somebody(chromium, live_portal, scripts=False, width=390) as person:
        yield person


def fits(person: Person) -> bool:
    """Tell whether nothing of the page lies beside it."""
    box = person.page.locator("main").bounding_box()
    return bool(box and box["x"] >= 0 and box["x"] + box["width"] <= 390)


def test_a_parent_reports_an_account_and_the_adult_whose_it_is_ends_the_hold(
    person: Person, chromium: Browser, live_portal: Live
) -> None:
    email = live_portal.systems.cast["everyday"].email or ""
    person.open("/")
    person.page.click("footer >> text=Report a child's account")
    assert fits(person)
    person.page.click("text=Is the child in danger now?")
    assert fits(person)
    before = len(live_portal.mails())
    person.report_child(email, "lan.parent@example.net")
    assert fits(person)
    person.page.fill("#code", live_portal.code(before))
    person.page.click("#enter")
    assert person.page.locator("h1").inner_text() == "Your report"
    assert fits(person)
    case = person.page.url
    person.page.fill("#text", "When do you look at it?")
    person.page.click("#say")
    assert "When do you look at it?" in person.page.inner_text("#report")
    person.page.click("summary >> text=Tell us more about the account")
    person.page.fill("#target_space", "Hub Da Nang")
    person.page.fill("#target_name", "Mai")
    assert fits(person)
    person.page.click("#add")
    reported = person.page.inner_text("#report")

    told = eventually(
        lambda: re.findall(r"http\S+/children/holds/\S+", "\n".join(live_portal.texts())), "the mail to the holder"
    )[-1]
    with somebody(chromium, live_portal, scripts=False, width=390) as holder:
        holder.page.goto(told)
        assert fits(holder)
        holder.page.check("input[value=grown]")
        holder.page.fill("#body", "I am 34.")
        holder.page.click("#answer")
        assert "I am 34." in holder.page.inner_text("main")
        holder.sign_in(email)
        holder.page.click("text=See it and answer")
        assert fits(holder)
        holder.page.click("#lift")
        holder.open("/children/hold")
        assert holder.page.locator("h1").inner_text() == "Nothing is held"

    person.page.goto(case)
    assert person.page.inner_text("#report") == reported, "the reporter saw that somebody was found"
