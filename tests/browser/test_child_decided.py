"""The whole way of a report on a phone, without scripts: to the certificate, and to an appeal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from portal.demo import crew
from tests.browser.steps import Person, change, lay_crew, let_days_pass, somebody
from tests.live import Live, eventually

pytestmark = pytest.mark.browser
PARENT, CHILD = "night.parent@example.net", "giahan.dang@example.com"


@pytest.fixture
def person(chromium: Browser, live_portal: Live) -> Iterator[Person]:
    with somebody(chromium, live_portal, scripts=False, width=390) as person:
        yield person


def enter(person: Person, member: crew.Member) -> Person:
    """Sign a member of the staff in."""
    before = len(person.portal.mails())
    person.open("/staff/sign-in")
    person.page.fill("#email", member.email)
    person.page.click("main button.button")
    person.enter_staff(member, before)
    return person


def fits(person: Person) -> bool:
    """Tell whether nothing of the page lies beside it."""
    wide: int = person.page.evaluate("document.documentElement.scrollWidth")
    return wide <= 390


def led_by(person: Person, desk: str) -> str:
    """Go on to the case that came first, where the nightly sweep was quicker than the parent; return its desk."""
    first = person.page.locator("a.fixed[href$='/child']")
    if first.count():
        desk = str(first.get_attribute("href"))
        person.open(desk)
    return desk


def link(portal: Live, pattern: str) -> str:
    """Return the newest address of a kind in the mails."""
    return eventually(lambda: re.findall(pattern, "\n".join(portal.texts())), f"a mail with {pattern}")[-1]


def test_a_parent_on_a_phone_gets_from_the_report_to_the_certificate_and_the_child_can_appeal(
    person: Person, chromium: Browser, live_portal: Live
) -> None:
    lay_crew(live_portal)
    by_role = {role: next(one for one in crew.CREW if one.role == role) for role in ("admin", "approver", "staff")}
    before = len(live_portal.mails())
    person.report_child(CHILD, PARENT)
    person.page.fill("#code", live_portal.code(before))
    person.page.click("#enter")
    case = person.page.url
    reference = re.search(r"R-\w{4}-\w{2}", case)
    assert reference
    person.page.click("text=Show that you are the parent")
    assert fits(person)
    person.page.click("button:has-text('We call you')")
    assert "You chose it" in person.page.inner_text("main")

    desk = f"/staff/requests/{reference[0]}/child"
    link(live_portal, r"http\S+/children/holds/\S+")
    with somebody(chromium, live_portal, scripts=False, width=390) as sam:
        enter(sam, by_role["staff"]).open(desk)
        assert fits(sam)
        sam.page.click("button:has-text('Hold location and the rest too')")
        assert "marketing, sharing, location and the rest" in sam.page.inner_text("main")
        sam.page.click("summary:has-text('Note whether they are the parent')")
        sam.page.select_option("#method", "call_back")
        sam.page.click("button:has-text('They are the parent')")
        assert "We call you: Verified" in sam.page.inner_text("main")
        desk = led_by(sam, desk)
        sam.page.click("a.button:has-text('Decide')")
        assert fits(sam)
        sam.page.check("input[name=outcome][value=delete]")
        if not sam.page.is_checked("input[name=subject]"):
            sam.page.check("input[name=subject]")
        sam.page.fill("#words", "The mother called, and knew all of it.")
        sam.page.click("button:has-text('Propose')")
        assert "proposes: Delete the account" in sam.page.inner_text("main")
    with somebody(chromium, live_portal, scripts=False, width=390) as paul:
        enter(paul, by_role["approver"]).open(desk)
        paul.page.click("button:has-text('Agree')")
        assert "Delete the account" in paul.page.inner_text("#decision ~ .card")

    told = link(live_portal, r"http\S+/children/decisions/\S+")
    person.page.goto(case)
    assert "We delete the account" in person.page.inner_text("#report")
    with somebody(chromium, live_portal, scripts=False, width=390) as child:
        child.page.goto(told)
        assert fits(child)
        child.page.fill("#words", "I want to keep my photos.")
        child.page.click("button:has-text('Send the appeal')")
        assert "Somebody else looks at it" in child.page.inner_text("main")
    with somebody(chromium, live_portal, scripts=False, width=390) as ann:
        enter(ann, by_role["admin"]).open(desk)
        assert fits(ann)
        ann.page.fill("textarea[name=words]", "A child, and the parent knows.")
        ann.page.click("button:has-text('The decision stays')")
        assert "The decision stays" in ann.page.inner_text("main")

    let_days_pass(live_portal)
    past = (datetime.now(UTC) - timedelta(minutes=5)).isoformat(timespec="microseconds")
    change(live_portal, "UPDATE child_rulings SET due_at = ? WHERE state = ?", past, "in force")
    let_days_pass(live_portal, "nobody's")
    person.page.goto(case)
    person.page.click("text=Certificate of the deletion")
    assert fits(person)
    assert "/certificates/" in person.page.url
