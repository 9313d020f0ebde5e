"""A new member sets a second factor at an address that works once, and keeps ten codes."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from portal.accounts.staff import factors, members, totp
from portal.accounts.staff.models import RecoveryCode, StaffAccount, StaffEnrolment
from portal.kernel import clock
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.people import StaffMember, staff
from tests.staff.test_signing_in import DOOR, at_the_factor, post

LAN = "lan@staff.example"


@pytest.fixture
def invited(portal: Portal) -> str:
    """Lan is added; return the path in her mail."""
    _member, url = members.add("operator", LAN, "Lan", "staff")
    portal.drain()
    assert portal.mails()[-1]["To"] == LAN
    assert url in portal.last_mail()
    return url.removeprefix(portal.config.base_url)


def secret_on(page: Page) -> str:
    return page.root.one(class_="secret-text").text.replace(" ", "")


def code_of(secret: str) -> str:
    return totp.code_at(secret, totp.step_of(clock.now()))


def enrolled(portal: Portal, path: str) -> tuple[str, list[str]]:
    page = Browser(portal.app).get(path)
    secret = secret_on(page)
    page = page.form("Set up sign-in").send(code=code_of(secret))
    return secret, [node.text for node in page.root.all("li")]


def test_the_page_shows_the_secret_as_text_as_link_and_as_picture(portal: Portal, invited: str) -> None:
    page = Browser(portal.app).get(invited)
    secret = secret_on(page)
    assert page.links["Open the app on this device"].startswith("otpauth://totp/")
    assert f"secret={secret}" in unescape(page.links["Open the app on this device"])
    drawing = page.root.one("svg")
    assert drawing["aria-label"]
    squares = len(re.findall("M", drawing.one("path")["d"]))
    side = int(drawing["viewbox"].split()[2]) - 8
    assert (side - 17) % 4 == 0, "a QR code has 17 + 4n squares a side"
    assert side * side * 0.4 < squares < side * side * 0.6


def test_the_picture_is_the_code_of_the_link(portal: Portal, invited: str) -> None:
    import segno

    page = Browser(portal.app).get(invited)
    drawn = {tuple(map(int, spot)) for spot in re.findall(r"M(\d+) (\d+)h1v1h-1z", page.root.one("path")["d"])}
    made = segno.make(page.links["Open the app on this device"], error="m", micro=False)
    assert drawn == {(x, y) for y, row in enumerate(made.matrix) for x, dark in enumerate(row) if dark}


def test_a_member_with_the_factor_set_signs_in(portal: Portal, invited: str) -> None:
    secret, codes = enrolled(portal, invited)
    assert len(set(codes)) == 10
    lan = StaffMember(portal, Browser(portal.app), 1, LAN, "Lan", "staff", secret)
    client = at_the_factor(portal, lan)
    with clock.later(timedelta(minutes=1)):
        assert post(client, f"{DOOR}/factor", code=lan.code()) == (303, "/staff/")


def test_the_code_that_set_the_factor_is_used_up(portal: Portal, invited: str) -> None:
    with clock.stopped(clock.now()):
        secret, _ = enrolled(portal, invited)
        lan = StaffMember(portal, Browser(portal.app), 1, LAN, "Lan", "staff", secret)
        assert post(at_the_factor(portal, lan), f"{DOOR}/factor", code=lan.code())[0] == 422


def test_nobody_signs_in_before_the_factor_is_set(portal: Portal, invited: str) -> None:
    post(portal.app.test_client(), DOOR, email=LAN)
    portal.drain()
    assert len(portal.mails()) == 1


def test_the_address_works_once(portal: Portal, invited: str) -> None:
    enrolled(portal, invited)
    Browser(portal.app).get(invited, status=410)
    assert StaffEnrolment.select().count() == 0


def test_looking_at_the_address_uses_nothing_up(portal: Portal, invited: str) -> None:
    secrets = {secret_on(Browser(portal.app).get(invited)) for _ in range(5)}
    assert len(secrets) == 1


@pytest.mark.parametrize("how", ["late", "disabled", "again", "made up"])
def test_an_address_that_is_over_says_so_and_sets_nothing(portal: Portal, invited: str, how: str) -> None:
    ahead = timedelta(hours=48) if how == "late" else timedelta(0)
    lan = members.by_email(LAN)
    if how == "disabled":
        members.disable(None, lan.id)
    if how == "again":
        members.invite_again(lan)
    path = "/staff/enrol/" + "x" * 43 if how == "made up" else invited
    with clock.later(ahead):
        page = Browser(portal.app).get(path, status=410)
        assert "Ask an admin for a new one." in page.text
        Browser(portal.app).post(path, data={"code": "123456"}, status=410)
    assert members.by_email(LAN).confirmed_at is None


def test_a_wrong_code_keeps_the_secret_and_sets_nothing(portal: Portal, invited: str) -> None:
    page = Browser(portal.app).get(invited)
    again = page.form("Set up sign-in").send(code="000000", status=422)
    assert secret_on(again) == secret_on(page)
    assert members.by_email(LAN).confirmed_at is None


def test_a_recovery_code_stands_for_the_app_once_and_is_told_by_mail(portal: Portal, invited: str) -> None:
    secret, codes = enrolled(portal, invited)
    portal.drain()
    lan = StaffMember(portal, Browser(portal.app), 1, LAN, "Lan", "staff", secret)
    client = at_the_factor(portal, lan)
    assert post(client, f"{DOOR}/recovery", code=f" {codes[3].upper()} ") == (303, "/staff/")
    portal.drain()
    assert "Unused ones left: 9" in portal.last_mail()
    assert post(at_the_factor(portal, lan), f"{DOOR}/recovery", code=codes[3])[0] == 422
    assert post(at_the_factor(portal, lan), f"{DOOR}/recovery", code=codes[4])[0] == 303


def test_recovery_codes_are_stored_as_hashes_and_are_their_member_s_alone(portal: Portal, invited: str) -> None:
    _, codes = enrolled(portal, invited)
    assert not {row.hash for row in RecoveryCode.select()} & set(codes)
    other = staff(portal, "admin")
    with pytest.raises(factors.WrongFactor):
        factors.recover(other.number, codes[0])
    assert factors.codes_left(members.by_email(LAN).id) == 10


def test_new_recovery_codes_replace_the_old_ones(portal: Portal) -> None:
    ann = staff(portal, "admin")
    first = factors.renew_codes(ann.number)
    page = ann.browser.get("/staff/me").form("Make new ones").send()
    second = [node.text for node in page.root.all("li")]
    assert len(second) == 10
    assert not set(first) & set(second)
    with pytest.raises(factors.WrongFactor):
        factors.recover(ann.number, first[0])
    factors.recover(ann.number, second[0])


def test_a_member_sets_up_another_app_and_the_old_one_counts_until_then(portal: Portal) -> None:
    ann = staff(portal, "admin")
    page = ann.browser.get("/staff/me").form("Set up another").send()
    assert page.path.startswith("/staff/enrol/")
    assert StaffAccount.get_by_id(ann.number).totp_secret == ann.secret
    secret = secret_on(page)
    page.form("Set up sign-in").send(code=code_of(secret))
    assert StaffAccount.get_by_id(ann.number).totp_secret == secret
    assert ann.browser.client.get("/staff/me").status_code == 303, "whoever else sat in a session is out"
