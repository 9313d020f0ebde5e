"""From a draft to an acceptance: staff publish, a banner says so, what is different is shown, an answer is given."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo import crew
from tests.browser.steps import Person, lay_crew
from tests.browser.test_axe import faults, too_wide
from tests.live import Live, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_version_is_published_seen_compared_and_accepted(chromium: Browser, live_portal: Live) -> None:
    lay_crew(live_portal)
    admin, mai = (a_person(chromium, live_portal) for _ in range(2))
    mai.sign_in(live_portal.systems.cast["everyday"].email or "")
    enter(admin)
    before = len(live_portal.mails())
    publish(admin)

    mai.open("/overview")
    banner = mai.page.locator(".banner")
    expect(banner).to_contain_text("A new version: Privacy policy")
    read_in_the_inbox(mai)
    expect(banner).to_contain_text("Not answered yet: Privacy policy, version 3")
    banner.get_by_role("link", name="Answer").click()
    expect(mai.page.locator("h1")).to_have_text("Privacy policy: version 3")
    expect(banner).to_have_count(0)
    sound(mai.page)
    mai.page.get_by_role("link", name="See what is different").click()
    expect(mai.page.locator("#changed-title")).to_have_text("One section is different")
    expect(mai.page.locator(".diff ins").first).to_contain_text("added: Pets end of what was added")
    sound(mai.page)
    mai.open("/privacy-policy/answer")
    mai.page.keyboard.press("Tab")
    mai.page.get_by_role("radio", name="I accept it").check()
    mai.page.click("text=Send the answer")
    expect(mai.page.locator(".notice.good")).to_contain_text("You accepted it")
    expect(mai.page.locator(".banner")).to_have_count(0)
    mails = eventually(lambda: live_portal.texts()[before:], "the mail that tells of it")
    assert any("/privacy-policy/compare?to=3" in mail for mail in mails)
    admin.page.reload()
    expect(admin.page.locator("dl.facts")).to_contain_text("Accepted 1 Declined 0", use_inner_text=False)
    for person in (admin, mai):
        person.page.context.close()


def read_in_the_inbox(mai: Person) -> None:
    """Open the message that tells of the version, once a worker has written it."""
    message = mai.page.locator("main a.row", has_text="a new version of our policies")

    def is_there() -> bool:
        mai.open("/inbox")
        return message.count() > 0

    eventually(is_there, "the message in the inbox")
    expect(message.locator(".state")).to_have_text("New")
    message.click()
    expect(mai.page.locator("main .said")).to_contain_text("/privacy-policy/compare?to=3")
    sound(mai.page)
    mai.open("/overview")


def publish(admin: Person) -> None:
    """Write a new section in both languages, and publish it through the check page."""
    page = admin.page
    admin.open("/staff/policies/new")
    page.check("input[value=major]")
    page.click("text=Begin the draft")
    sound(page)
    for code, heading in (("en", "Pets"), ("vi", "Thú cưng")):
        page.locator(f"a[href$='/text/{code}']").click()
        page.fill("#text", page.input_value("#text") + f'<h2 id="pets">{heading}</h2><p onclick="x()">…</p>')
        page.click("text=Save and look at it")
        expect(page.locator("#pets")).to_have_text(heading)
        assert "onclick" not in page.inner_html(".policy")
        sound(page)
        page.click("text=Back to the version")
    page.click("text=Publish it")
    page.fill("#since", (date.today() + timedelta(days=3)).isoformat())
    page.check("input[value='location.level']")
    page.click("text=See what will happen")
    expect(page.locator("#errors")).to_contain_text("at the earliest")
    assert page.is_checked("input[value='location.level']")
    page.fill("#since", (date.today() + timedelta(days=40)).isoformat())
    sound(page)
    page.click("text=See what will happen")
    expect(page.locator("h1")).to_contain_text("Check before publishing")
    sound(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main .state").first).to_have_text("Scheduled")
    sound(page)


def a_person(chromium: Browser, portal: Live) -> Person:
    context = chromium.new_context(viewport={"width": 1180, "height": 900}, locale="en", bypass_csp=True)
    return Person(context.new_page(), portal, True, "en")


def enter(admin: Person) -> None:
    before = len(admin.portal.mails())
    admin.open("/staff/sign-in")
    admin.page.fill("#email", crew.CREW[0].email)
    admin.page.click("main button.button")
    admin.enter_staff(crew.CREW[0], before)


def sound(page: Page) -> None:
    """See that axe finds nothing on a page, and that it fits a phone."""
    assert [*faults(page), *too_wide(page, 320)] == []
    page.set_viewport_size({"width": 1180, "height": 900})
