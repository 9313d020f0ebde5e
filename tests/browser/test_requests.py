"""Requests by people without an account: the whole way from the form to a copy in hand, and one for somebody else."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, expect

from portal import config, start
from portal.accounts.staff.models import StaffAccount
from portal.demo.crew import CREW, Member
from portal.kernel import clock, crypto, db
from tests.browser.steps import Person, change, lay_crew, somebody
from tests.live import ROOT, Live, command, eventually

pytestmark = pytest.mark.browser
ADMIN, APPROVER, STAFF = CREW
BINH = Member("binh.second@example.com", "Bình Second", "approver", "DEMOSECONDDEMOSECONDDEMOSECONDDE")
PAST = "2026-01-01T00:00:00.000000+00:00"


@pytest.fixture
def person(chromium: Browser, live_portal: Live) -> Iterator[Person]:
    with somebody(chromium, live_portal, scripts=False, width=390) as person:
        yield person


@pytest.fixture
def staffed(live_portal: Live) -> Live:
    """A running portal with the demo's staff and a second approver."""
    lay_crew(live_portal)
    start.open_house(config.from_environment(live_portal.environ))
    facts = {"email": BINH.email, "name": BINH.name, "role": BINH.role, "language": "en", "totp_secret": BINH.secret}
    StaffAccount.create(**facts, hash=crypto.keyed_hash("staff", BINH.email), confirmed_at=clock.now())
    db.database.close()
    return live_portal


def fits(person: Person) -> bool:
    """Tell whether nothing of the page lies beside it."""
    box = person.page.locator("main").bounding_box()
    return bool(box and box["x"] >= 0 and box["x"] + box["width"] <= 390)


def mailed(portal: Live, address: str) -> str:
    found = eventually(lambda: re.findall(address, "\n".join(portal.texts())), f"a mail with {address}")
    return str(found[-1])


def test_somebody_without_an_account_goes_the_whole_way_to_their_copy(
    chromium: Browser, person: Person, staffed: Live
) -> None:
    email = staffed.systems.cast["everyday"].email or ""
    link = asks(person, email)
    proves_by_code(person, link)
    case = f"/staff/requests/{link.split('/')[-2]}"
    with ExitStack() as at_work:
        sam, phuc, an, binh = (
            at_work.enter_context(at_desk(chromium, staffed, member, scripts=scripts))
            for member, scripts in ((STAFF, True), (APPROVER, False), (ADMIN, False), (BINH, True))
        )
        sam.open(case)
        sam.page.click("button[value=take]")
        expect(sam.page.locator("main")).to_contain_text("Sam Staff has it")
        expect(sam.page.locator(".spoken")).to_contain_text("Is that all you need?")
        writes(sam, "Yes. We look into it.")
        extends(sam, case, "Two systems answer slowly.")
        sees(
            person, link, "Yes. We look into it.", "Two systems answer slowly.", "We need more time, and told you why."
        )

        decides(sam, case, "refuse", "others_rights", "Somebody else is named in it.")
        agrees(phuc, case)
        sees(person, link, "Refused", "Somebody else is named in it.", "complain to the authority")
        person.page.click("#review")
        sees(person, link, "Our staff look at it", "Somebody else was asked to look at it.")

        phuc.open(f"{case}/decide")
        phuc.page.check("input[value=fulfil]")
        phuc.page.click("main form .actions button.button")
        expect(phuc.page.locator("main")).to_contain_text("This has to be decided by somebody else.")
        decides(an, case, "fulfil", "", "You were right.")
        agrees(binh, case)
        expect(binh.page.locator("main")).to_contain_text("decided by Bình Second")
        looks_twice(an, binh, case)
    reference = link.split("/")[-2]
    mailed(staffed, rf"http\S+/download/{reference}")
    sees(person, link, "Done", "You were right.")
    person.sign_in(email)
    person.open("/requests")
    assert fits(person)
    person.page.click(f"main >> text={reference}")
    assert person.page.url.endswith(f"/download/{reference}")
    expect(person.page.locator("#fetch")).to_be_visible()


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


def asks(person: Person, email: str) -> str:
    """Ask for a copy by the public form; return the address that comes by mail."""
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
    return mailed(person.portal, r"http\S+/requests/R-\S+")


def proves_by_code(person: Person, link: str) -> None:
    """Show that the mail of the request is read, and write a message."""
    person.page.goto(link)
    assert fits(person)
    assert "Answer by" in person.page.inner_text("#request")
    person.page.click("text=By a code")
    before = len(person.portal.mails())
    person.page.click("#send")
    person.page.fill("#code", person.portal.code(before))
    assert fits(person)
    person.page.click("#enter")
    assert person.page.url == link
    person.page.fill("#text", "Is that all you need?")
    person.page.click("#say")
    sees(person, link, "Our staff look at it", "Is that all you need?")


def sees(person: Person, link: str, *words: str) -> None:
    """Look at the request as whoever asked does."""
    person.page.goto(link)
    for said in words:
        expect(person.page.locator("#request")).to_contain_text(said)
    assert fits(person)


@contextmanager
def at_desk(chromium: Browser, portal: Live, member: Member, *, scripts: bool) -> Iterator[Person]:
    """Sign a member in: address, code from the mail, code from the app."""
    with somebody(chromium, portal, scripts=scripts) as person:
        before = len(portal.mails())
        person.open("/staff/sign-in")
        person.page.fill("#email", member.email)
        person.page.click("main button.button")
        person.enter_staff(member, before)
        yield person


def writes(person: Person, words: str) -> None:
    """Write to the person; the ten minutes are over at once."""
    person.page.fill("#text", words)
    expect(person.page.locator("#draft")).to_contain_text("Draft kept")
    person.page.click("button[value=send]")
    expect(person.page.locator(".spoken")).to_contain_text(words)
    change(person.portal, "UPDATE case_messages SET due_at = ? WHERE state = 'waiting'", PAST)
    subprocess.run(command("worker", "--drain"), env=person.portal.environ, cwd=ROOT, check=True)


def extends(person: Person, case: str, reason: str) -> None:
    person.open(f"{case}/extend")
    person.page.fill("#reason", reason)
    person.page.click("main form .actions button.button")
    person.page.wait_for_url(f"**{case}")


def decides(person: Person, case: str, outcome: str, reason: str, words: str) -> None:
    person.open(f"{case}/decide")
    person.page.check(f"input[value={outcome}]")
    if reason:
        person.page.select_option("#reason", reason)
    person.page.fill("#words", words)
    person.page.click("main form .actions button.button")
    person.page.wait_for_url(f"**{case}#decision")


def agrees(person: Person, case: str) -> None:
    person.open(case)
    person.page.click('button:text-is("Agree")')
    person.page.wait_for_url(f"**{case}#decision")


def looks_twice(first: Person, second: Person, case: str) -> None:
    """Prepare the copy, and release it as it was prepared."""
    first.open(f"{case}/copy")
    first.page.click("main form .actions button.button")
    first.page.wait_for_url(f"**{case}#copy")
    second.open(f"{case}/copy")
    second.page.click('button:text-is("Release it as it was prepared")')
    second.page.wait_for_url(f"**{case}#copy")
