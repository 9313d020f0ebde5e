"""Staff answer somebody without an account: from the queue to a refusal, its review, and fulfilment by two others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from portal import config, start
from portal.accounts.staff.models import StaffAccount
from portal.cases.models import CaseMessage
from portal.cases.service import ask_review, by_reference, deciding, open_without_account, thread
from portal.demo.crew import CREW, Member
from portal.kernel import clock, crypto, db
from tests.browser.steps import Person, change, lay_crew, somebody
from tests.live import ROOT, Live, eventually

pytestmark = pytest.mark.browser
ADMIN, APPROVER, STAFF = CREW
BINH = Member("binh.second@example.com", "Bình Second", "approver", "DEMOSECONDDEMOSECONDDEMOSECONDDE")


@pytest.fixture
def staffed(live_portal: Live) -> Iterator[Live]:
    """A running portal with the demo's staff, whose services this process may call for the person's half."""
    lay_crew(live_portal)
    start.open_house(config.from_environment(live_portal.environ))
    facts = {"email": BINH.email, "name": BINH.name, "role": BINH.role, "language": "en", "totp_secret": BINH.secret}
    StaffAccount.create(**facts, hash=crypto.keyed_hash("staff", BINH.email), confirmed_at=clock.now())
    yield live_portal
    db.database.close()


def sign_in(person: Person, member: Member) -> None:
    """Sign a member in: address, code from the mail, code from the app."""
    before = len(person.portal.mails())
    person.open("/staff/sign-in")
    person.page.fill("#email", member.email)
    person.page.click("main button.button")
    person.enter_staff(member, before)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_complaint_is_refused_reviewed_and_fulfilled_by_two(chromium: Browser, staffed: Live, scripts: bool) -> None:
    reference = open_without_account("complaint", "linh@example.com", "en", country="GB").reference
    case = f"/staff/requests/{reference}"
    with somebody(chromium, staffed, scripts=scripts) as sam, somebody(chromium, staffed, scripts=scripts) as phuc:
        sign_in(sam, STAFF)
        sam.page.click(f'a:text-is("{reference}")')
        sam.page.click("button[value=take]")
        expect(sam.page.locator("main")).to_contain_text("Sam Staff has it")
        write(sam, reference, "We look into it.")
        decide(sam, case, "refuse", "others_rights", "Somebody else wrote the letter.")
        sign_in(phuc, APPROVER)
        agree(phuc, case)
        expect(phuc.page.locator("main")).to_contain_text("Refused")
        ask_review(by_reference(reference))
        for number in (number_of(STAFF), number_of(APPROVER)):  # whoever refused it may not decide it again
            with pytest.raises(deciding.SecondPerson):
                deciding.propose(by_reference(reference), number, deciding.FULFIL)
        with somebody(chromium, staffed, scripts=scripts) as an:
            sign_in(an, ADMIN)
            decide(an, case, "fulfil", "", "You were right.")
            expect(an.page.locator("main")).to_contain_text("Lý Thu An proposes: Fulfil")
        with somebody(chromium, staffed, scripts=scripts) as binh:
            sign_in(binh, BINH)
            agree(binh, case)
            expect(binh.page.locator("main")).to_contain_text("decided by Bình Second")
    assert by_reference(reference).state == "fulfilled"


def write(person: Person, reference: str, words: str) -> None:
    """Write to the person; the ten minutes are over at once."""
    person.page.fill("#text", words)
    if person.scripts:
        expect(person.page.locator("#draft")).to_contain_text("Draft kept")
    person.page.click("button[value=send]")
    expect(person.page.locator(".spoken")).to_contain_text(words)
    past = "2026-01-01T00:00:00.000000+00:00"
    change(person.portal, "UPDATE case_messages SET due_at = ?", past)
    drain(person.portal)
    eventually(lambda: CaseMessage.get().state == thread.SENT, "the message goes out")
    person.open(f"/staff/requests/{reference}/as-seen")
    expect(person.page.locator(".spoken")).to_contain_text(words)


def number_of(member: Member) -> int:
    return int(StaffAccount.get(StaffAccount.hash == crypto.keyed_hash("staff", member.email)).id)


def drain(portal: Live) -> None:
    subprocess.run([sys.executable, "-m", "portal", "worker", "--drain"], env=portal.environ, cwd=ROOT, check=True)


def decide(person: Person, case: str, outcome: str, reason: str, words: str) -> None:
    person.open(f"{case}/decide")
    person.page.check(f"input[value={outcome}]")
    if reason:
        person.page.select_option("#reason", reason)
    person.page.fill("#words", words)
    person.page.click("main form .actions button.button")
    person.page.wait_for_url(f"**{case}#decision")


def agree(person: Person, case: str) -> None:
    person.open(case)
    person.page.click('button:text-is("Agree")')
