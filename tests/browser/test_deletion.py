"""Deleting a part, taking it back and the public page: on a phone, without scripts, in Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.steps import Person, let_days_pass, somebody
from tests.live import Live, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def person(chromium: Browser, live_portal: Live) -> Iterator[Person]:
    with somebody(chromium, live_portal, scripts=False, width=390, language="vi") as person:
        yield person


def fits(person: Person) -> bool:
    """Tell whether nothing of the page lies beside it; Chromium answers without the page's own scripts."""
    box = person.page.locator("main").bounding_box()
    return bool(box and box["x"] >= 0 and box["x"] + box["width"] <= 390)


def test_a_kind_of_data_is_deleted_and_the_account_stays(person: Person, live_portal: Live) -> None:
    person.sign_in(live_portal.systems.cast["everyday"].email or "")
    person.open("/deletion/parts")
    assert fits(person)
    person.page.click("text=Lịch đặt chỗ >> nth=0")
    assert person.page.locator("h1").inner_text() == "Xóa một phần: Lịch đặt chỗ trong Smartos Booking App"
    assert "Sẽ xóa kèm: Khách trong lịch đặt chỗ của bạn" in person.page.inner_text("main")
    assert fits(person)
    person.page.click("main .actions a.danger")
    assert fits(person)
    person.page.click("#delete")
    reference = person.page.url.rsplit("/", 1)[1]
    assert re.fullmatch(r"R-\w{4}-\w{2}", reference)
    let_days_pass(live_portal, reference)
    mail = eventually(lambda: next((t for t in live_portal.texts() if "/certificates/" in t), ""), "the certificate")
    found = re.search(r"\S+/certificates/\S+", mail)
    assert found
    person.page.goto(found[0])
    assert "Xác thực" in person.page.inner_text("main")
    assert "Lịch đặt chỗ trong Smartos Booking App" in person.page.inner_text("main")
    assert fits(person)
    person.open("/overview")
    assert person.page.url.endswith("/overview"), "still signed in"


def test_a_deletion_is_taken_back_by_the_link_in_the_mail(person: Person, live_portal: Live) -> None:
    person.sign_in(live_portal.systems.cast["everyday"].email or "")
    person.open("/deletion/check")
    person.page.click("#delete")
    links = eventually(lambda: re.findall(r"\S+/deletion/cancel/\S+", "\n".join(live_portal.texts())), "the way back")
    person.page.goto(links[-1])
    person.page.click("main form button")
    assert person.page.locator("h1").inner_text() == "Tài khoản của bạn được giữ lại"
    assert person.page.locator("main a[href='/marketing']").count() == 1
    assert fits(person)


def test_the_public_page_starts_with_a_code_for_who_is_signed_out(person: Person, live_portal: Live) -> None:
    before = len(live_portal.mails())
    person.open("/delete-account")
    assert fits(person)
    person.page.fill("#email", live_portal.systems.cast["everyday"].email or "")
    person.page.click("button[name=part]")
    person.page.fill("#code", live_portal.code(before))
    person.page.click("main button.button")
    person.page.wait_for_url("**/deletion/parts")
