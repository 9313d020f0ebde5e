"""From an app into the portal by a code that opens once and within a minute (RULES W1, §18 line 23)."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal.accounts import service
from portal.accounts.apps import handing, mailing
from portal.accounts.apps.handing import Told
from portal.accounts.apps.models import Handoff
from portal.accounts.models import Account, Identifier, Session
from portal.kernel import clock, db
from portal.kernel.audit import AuditEvent
from portal.notices.models import Message
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.conftest import Portal
from tests.independent import value
from tests.people import Member, member

APP = {"Sec-Fetch-Site": "none"}
EMAIL = "mai.nguyen@example.com"


@pytest.fixture
def number(portal: Portal) -> str:
    """The number by which the Booking App knows Mai."""
    return str(value(portal.systems, "booking", "SELECT member_number FROM users WHERE lower(email) = ?", EMAIL))


def told(number: str, **more: Any) -> Told:
    return Told("booking", number, **more)


def post(browser: Browser, code: str, headers: dict[str, str] | None = None) -> TestResponse:
    return browser.client.post("/handoff", data={"code": code}, headers=headers or APP)


def arrive(browser: Browser, code: str) -> TestResponse:
    """Post a code as a webview does, and go where it leads."""
    answer = post(browser, code)
    while answer.status_code == 303:
        answer = browser.client.get(answer.location)
    return answer


def known(portal: Portal, number: str, who: str = EMAIL) -> Member:
    """Give somebody an account that an app has vouched for before, and sign them out here."""
    mai = member(portal, who)
    with db.atomic():
        from portal.accounts import identifiers

        identifiers.bind(mai.account, f"booking:{number}")
    mai.browser = Browser(portal.app)
    return mai


def newcomer(portal: Portal, number: str) -> Browser:
    """Let somebody in who has no account here, and whose app knows no address of theirs."""
    browser = Browser(portal.app)
    assert arrive(browser, handing.give(told(number))[0]).status_code == 200
    return browser


def test_a_code_opens_the_persons_page_once(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    code, until = handing.give(told(number, page="/location"))
    assert len(code) >= 43, "256 bits"
    assert timedelta(seconds=50) < until - clock.now() <= timedelta(seconds=60)
    answer = post(mai.browser, code)
    assert answer.status_code == 303
    assert mai.browser.get("/location").h1 == "Location"
    again = post(Browser(portal.app), code)
    assert again.status_code == 410
    assert "Set-Cookie" not in again.headers or "session=" not in str(again.headers.getlist("Set-Cookie"))


def test_nothing_of_the_code_or_the_number_lies_in_the_table_in_the_open(portal: Portal, number: str) -> None:
    code, _ = handing.give(told(number, email=EMAIL))
    row = db.database.execute_sql("SELECT * FROM handoffs").fetchone()
    assert code not in str(row)
    assert number not in str(row)
    assert EMAIL not in str(row)


def test_a_code_opens_nothing_after_its_minute(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    code, _ = handing.give(told(number))
    with clock.later(timedelta(seconds=61)):
        assert post(mai.browser, code).status_code == 410


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waits=st.lists(st.floats(0, 90), min_size=1, max_size=4))
@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_whenever_and_however_often_a_code_is_posted_it_opens_once_and_in_time(
    portal: Portal, waits: list[float]
) -> None:
    start = clock.now()
    with clock.stopped(start):
        code, until = handing.give(told("SB-100001"))
    passed, opened = 0.0, []
    for wait in waits:
        passed += wait
        with clock.stopped(start + timedelta(seconds=passed)):
            opened.append(post(Browser(portal.app), code).status_code == 303)
    assert opened[0] == (waits[0] < 60)
    assert not any(opened[1:])
    assert until == start + timedelta(seconds=60)


def test_two_at_once_open_one_session(portal: Portal, number: str) -> None:
    known(portal, number)
    code, _ = handing.give(told(number))
    before, begin, statuses = Session.select().count(), threading.Barrier(2), []

    def race() -> None:
        browser = Browser(portal.app)
        begin.wait()
        statuses.append(post(browser, code).status_code)
        db.database.close()

    racers = [threading.Thread(target=race) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(statuses) == [303, 410]
    assert Session.select().count() == before + 1


def test_a_code_in_the_address_opens_nothing_and_stays_good(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    code, _ = handing.give(told(number))
    assert mai.browser.client.get(f"/handoff?code={code}").status_code == 405
    assert mai.browser.client.post(f"/handoff?code={code}", headers=APP).status_code == 410
    assert post(mai.browser, code).status_code == 303


def test_a_session_that_was_planted_is_not_the_one_that_opens(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    mai.browser.client.set_cookie("session", "planted" * 7)
    post(mai.browser, handing.give(told(number))[0])
    first = mai.browser.client.get_cookie("session")
    assert first
    assert first.value != "planted" * 7
    post(mai.browser, handing.give(told(number))[0])
    second = mai.browser.client.get_cookie("session")
    assert second
    assert second.value != first.value, "each way in has a token of its own"
    assert subjects.signed_in(first.value) is None
    assert subjects.signed_in(second.value) is not None


def test_another_persons_session_is_left_alone_until_its_person_says_yes(portal: Portal, number: str) -> None:
    known(portal, number)
    duc = member(portal, "duc.pham@example.com")
    page = duc.browser.get("/overview")
    answer = post(duc.browser, handing.give(told(number, page="/location"))[0])
    assert answer.status_code == 200
    assert duc.browser.get("/overview").h1 == page.h1
    kept = duc.browser.client.get_cookie("session")
    assert kept
    assert (still := subjects.signed_in(kept.value))
    assert still.account_id == duc.account
    token = re.search(r'name="answer" value="([^"]+)"', answer.text)
    assert token
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert duc.browser.client.post("/handoff/answer", data={"answer": token[1]}, headers=foreign).status_code == 403
    here = {"Sec-Fetch-Site": "same-origin"}
    changed = duc.browser.client.post("/handoff/answer", data={"answer": token[1]}, headers=here)
    assert changed.status_code == 303
    assert subjects.signed_in(kept.value) is None, "who was here before is signed out"
    assert duc.browser.client.post("/handoff/answer", data={"answer": token[1]}, headers=here).status_code == 410


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_what_another_site_posts_signs_nobody_in_unasked(portal: Portal, number: str, headers: dict[str, str]) -> None:
    mai = known(portal, number)
    answer = post(mai.browser, handing.give(told(number))[0], headers)
    assert answer.status_code == 200
    assert "Change to another account?" in answer.text
    assert EMAIL not in answer.text
    assert mai.browser.client.get_cookie("session") is None


def test_guessing_is_slowed_down_and_who_has_a_code_is_not(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    answers = [post(Browser(portal.app), f"guess-{place}").status_code for place in range(32)]
    assert answers[:30] == [410] * 30
    assert answers[30:] == [429] * 2
    assert post(mai.browser, handing.give(told(number))[0]).status_code == 303


def test_a_made_up_an_old_and_a_used_code_get_the_same_answer(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    used, _ = handing.give(told(number))
    post(mai.browser, used)
    old, _ = handing.give(told(number))
    Handoff.update(expires_at=clock.now()).where(Handoff.state == handing.GIVEN).execute()
    said = {re.sub(r'value="[0-9a-f_]+"', "", post(Browser(portal.app), code).text) for code in (used, old, "x", "")}
    assert len(said) == 1


def test_who_was_proven_in_the_app_a_moment_ago_need_not_prove_it_again(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    when = clock.now() - timedelta(minutes=14)
    post(mai.browser, handing.give(told(number, confirmed_at=when, confirmed_by="face"))[0])
    assert mai.browser.get("/security/password").path == "/security/password"
    with clock.later(timedelta(minutes=2)):
        assert mai.browser.get("/security/password").path == "/confirm", "the app's proof counts from when it was given"


def test_without_such_a_proof_a_session_is_not_fresh(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    post(mai.browser, handing.give(told(number))[0])
    assert mai.browser.get("/security/password").path == "/confirm"
    post(mai.browser, handing.give(told(number, confirmed_at=clock.now(), confirmed_by="fpt"))[0])
    assert mai.browser.get("/security/password").path == "/security/password"
    post(mai.browser, handing.give(told(number))[0])
    assert mai.browser.get("/security/password").path == "/security/password", "coming back takes no proof away"


@pytest.mark.parametrize(("ahead", "by"), [(timedelta(minutes=5), "face"), (timedelta(0), "geo"), (timedelta(0), "")])
def test_a_proof_of_the_future_or_of_nobody_is_refused(portal: Portal, number: str, ahead: timedelta, by: str) -> None:
    with pytest.raises(handing.BadMoment):
        handing.give(told(number, confirmed_at=clock.now() + ahead, confirmed_by=by))


@pytest.mark.parametrize("source", ["nowhere", "crm", "portal", ""])
def test_only_a_connected_system_that_gives_numbers_can_vouch(portal: Portal, source: str) -> None:
    with pytest.raises(handing.UnknownApp):
        handing.give(Told(source, "1"))


def test_a_number_is_a_proof_of_its_own_and_finds_its_own_system_alone(portal: Portal, number: str) -> None:
    newcomer(portal, number)
    portal.drain()
    identifier = Identifier.get(Identifier.kind == "external_id")
    subject = subjects.ensure(identifier.account_id)
    assert identifier.value == f"booking:{number}"
    assert list(subjects.links(subject)) == ["booking"]
    assert subjects.waiting(subject) == []
    assert [proof.value for proof in subjects.person(subject, "booking").identifiers] == [number]
    assert subjects.person(subject, "whitelabel").identifiers == (), "its numbers are others"
    assert subjects.person(subject, "crm").keys == ()


def test_numbers_of_two_apps_are_proven_each_alone(portal: Portal, number: str) -> None:
    browser = newcomer(portal, number)
    account = Identifier.get(Identifier.kind == "external_id").account_id
    code = str(value(portal.systems, "whitelabel", "SELECT member_code FROM members WHERE lower(email) = ?", EMAIL))
    with db.atomic():
        from portal.accounts import identifiers

        identifiers.bind(account, f"whitelabel:{code}")
    portal.drain()
    subject = subjects.ensure(account)
    assert sorted(subjects.links(subject)) == ["booking", "whitelabel"]
    subjects.refresh(subject)
    assert sorted(subjects.links(subject)) == ["booking", "whitelabel"], "one number takes nothing from the other"
    page = browser.get("/security")
    assert number in page.text
    assert "booking:" not in page.text


def test_an_address_that_an_app_names_opens_nobodys_account(portal: Portal, number: str) -> None:
    """Whoever can type an address into the app's profile shall not be let into its holder's account here."""
    victim = member(portal, "duc.pham@example.com")
    browser = Browser(portal.app)
    answer = arrive(browser, handing.give(told(number, email="duc.pham@example.com"))[0])
    assert "One code, and all your data is in one place" in answer.text
    assert browser.client.get_cookie("session") is None
    token = re.search(r'name="answer" value="([^"]+)"', answer.text)
    assert token
    here = {"Sec-Fetch-Site": "same-origin"}
    browser.client.post("/handoff/first", data={"answer": token[1], "way": "apart"}, headers=here)
    session = browser.client.get_cookie("session")
    assert session
    assert (signed_in := subjects.signed_in(session.value))
    assert signed_in.account_id != victim.account


def test_a_code_by_mail_makes_the_apps_account_and_the_mailboxs_one(portal: Portal, number: str) -> None:
    mai = member(portal, EMAIL)
    browser = Browser(portal.app)
    answer = arrive(browser, handing.give(told(number, email=EMAIL, page="/location"))[0])
    token = re.search(r'name="answer" value="([^"]+)"', answer.text)
    assert token
    here = {"Sec-Fetch-Site": "same-origin"}
    assert browser.client.post("/handoff/first", data={"answer": token[1]}, headers=here).status_code == 303
    portal.drain()
    code = re.findall(r"\b\d{6}\b", portal.last_mail())[-1]
    page = browser.get("/sign-in/code").form("Continue").send(code=code)
    assert page.h1 == "Location"
    assert Identifier.get(Identifier.kind == "external_id").account_id == mai.account
    portal.drain()
    said = " ".join(" ".join(str(mail.get_body(("plain",))) for mail in portal.mails()).split())
    assert "was added to your account" in said
    assert arrive(Browser(portal.app), handing.give(told(number, page="/location"))[0]).status_code == 200


def test_the_code_that_was_read_in_the_mail_works_after_the_phone_ended_the_page(portal: Portal, number: str) -> None:
    browser = Browser(portal.app)
    answer = arrive(browser, handing.give(told(number, email=EMAIL))[0])
    token = re.search(r'name="answer" value="([^"]+)"', answer.text)
    assert token
    browser.client.post("/handoff/first", data={"answer": token[1]}, headers={"Sec-Fetch-Site": "same-origin"})
    portal.drain()
    code = re.findall(r"\b\d{6}\b", portal.last_mail())[-1]
    anew = Browser(portal.app)  # every cookie is gone
    answer = arrive(anew, handing.give(told(number, email=EMAIL))[0])
    assert "Enter the code" in answer.text
    assert anew.get("/sign-in/code").form("Continue").send(code=code).path == "/overview"


def test_a_code_that_somebody_elses_app_asked_for_joins_nobody_else_to_the_mailbox(portal: Portal, number: str) -> None:
    """Whoever types a stranger's address into the app's profile must not have that stranger join the two accounts."""
    here = {"Sec-Fetch-Site": "same-origin"}
    stranger = Browser(portal.app)
    answer = arrive(stranger, handing.give(told("SB-999999", email=EMAIL))[0])
    token = re.search(r'name="answer" value="([^"]+)"', answer.text)
    assert token
    stranger.client.post("/handoff/first", data={"answer": token[1]}, headers=here)
    portal.drain()
    theirs = Browser(portal.app)
    answer = arrive(theirs, handing.give(told(number, email=EMAIL))[0])
    assert "One code, and all your data is in one place" in answer.text, "the page of whoever has asked for no code"
    assert "Enter the code" in stranger.get("/sign-in/code").text, "the attempt of the other browser is left alone"


def test_an_app_is_one_device_wherever_its_cookies_went(portal: Portal, number: str) -> None:
    known(portal, number)
    for _ in range(3):
        arrive(Browser(portal.app), handing.give(told(number))[0])
    portal.drain()
    alarms = [mail for mail in portal.mails() if "device that was not used before" in str(mail.get_body(("plain",)))]
    assert len(alarms) <= 1


def test_what_was_handed_over_is_in_the_log_and_tells_no_number(portal: Portal, number: str) -> None:
    known(portal, number)
    arrive(Browser(portal.app), handing.give(told(number))[0])
    event = AuditEvent.get(AuditEvent.name == "accounts.handed_over")
    assert event.keys == {"source": "booking"}


def test_language_theme_and_size_are_those_of_the_app(portal: Portal, number: str) -> None:
    mai = known(portal, number)
    answer = arrive(mai.browser, handing.give(told(number, page="/location", language="vi", look="app.dark.150"))[0])
    assert '<html lang="vi" data-theme="dark" data-text="150">' in answer.text
    assert 'data-theme="dark"' in mai.browser.client.get("/overview").text


def test_where_no_cookie_is_kept_the_app_is_told_so(portal: Portal, number: str) -> None:
    known(portal, number)
    client = portal.app.test_client(use_cookies=False)
    answer = client.post("/handoff", data={"code": handing.give(told(number))[0]}, headers=APP)
    assert answer.status_code == 303
    answer = client.get(answer.location)
    assert answer.status_code == 403
    assert "This app does not keep you signed in" in answer.text


def test_past_codes_are_forgotten(portal: Portal, number: str) -> None:
    handing.give(told(number))
    with clock.later(timedelta(minutes=12)):
        handing.forget_past()
    assert Handoff.select().count() == 0


def test_a_mailbox_that_nobody_proved_gets_no_code_to_confirm(portal: Portal, number: str) -> None:
    browser = newcomer(portal, number)
    page = browser.get("/confirm")
    assert "Send me a code" not in page.text
    with pytest.raises(service.NoMailbox):
        service.ask_confirmation(Account.get().id, "en", "/")
    assert Message.select().count() == 0


def test_a_mailed_address_opens_the_page_in_a_browser_once_and_nothing_that_must_be_fresh(portal: Portal) -> None:
    mai = member(portal, EMAIL)
    headers = {"Referer": "http://localhost:8000/location?view=app", "Sec-Fetch-Site": "same-origin"}
    offer = mai.browser.client.get("/continue", headers=headers).text
    assert 'name="page" value="/location"' in offer
    mai.browser.get("/continue").form("Send it to me").send(page="/location")
    portal.drain()
    link = re.findall(r"/continue/[\w-]{43}", portal.last_mail())[-1]
    mail = portal.mails()[-1]
    assert EMAIL not in str(mail["Subject"])
    other = Browser(portal.app)
    page = other.get(link)
    assert EMAIL not in page.text
    assert other.client.get_cookie("session") is None, "looking at it opens nothing"
    assert page.form("Go on here").send().h1 == "Location"
    assert other.get("/security/password").path == "/confirm"
    assert Browser(portal.app).client.get(link).status_code == 410


def test_a_mailed_address_opens_nothing_after_ten_minutes_or_after_not_me(portal: Portal) -> None:
    mai = member(portal, EMAIL)
    mailing.send_on(mai.account, "/location")
    portal.drain()
    link = re.findall(r"/continue/[\w-]{43}", portal.last_mail())[-1]
    with clock.later(timedelta(minutes=11)):
        assert Browser(portal.app).client.get(link).status_code == 410
    service.distrust(mai.account)
    assert Browser(portal.app).client.get(link).status_code == 410
    here = {"Sec-Fetch-Site": "same-origin"}
    assert Browser(portal.app).client.post(link, headers=here).status_code == 410
