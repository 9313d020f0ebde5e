"""What was typed survives a proof that comes in between, and an app that was ended meanwhile (RULES U7)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts import keeping
from portal.accounts.apps import handing
from portal.accounts.apps.handing import Told
from portal.accounts.keeping import of_people
from portal.accounts.keeping.models import KeptForm
from portal.accounts.models import Session
from portal.kernel import clock, db
from tests.accounts.test_handoff import APP
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.independent import value
from tests.people import Member, member

EMAIL = "mai.nguyen@example.com"
WORDS = "My invoice shows 3 guests; we were 2 – “Ánh” & Mai."
ASKED = "/requests/new/complaint"
HERE = {"Sec-Fetch-Site": "same-origin", "Referer": "http://localhost:8000" + ASKED}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Somebody signed in and confirmed a moment ago."""
    return member(portal, EMAIL)


def typed(page: Page) -> str:
    return "".join(str(child) for child in page.root.one("textarea").children).strip()


def statement(page: Page) -> str:
    """Return the token that the form of a page carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.response.text)
    assert found
    return found[1]


def lose(person: Member) -> Browser:
    """Take all cookies of somebody away, as a phone does that ends a webview."""
    return Browser(person.portal.app)


def post(browser: Browser, path: str, token: str, **fields: str) -> str:
    headers = {"Sec-Fetch-Site": "same-origin", "Referer": f"http://localhost:8000{path}"}
    answer = browser.client.post(path, data={"csrf_token": token, **fields}, headers=headers)
    assert answer.status_code == 303
    return answer.location


def handed_back(portal: Portal, person: Member, **proof: Any) -> Page:
    number = str(value(portal.systems, "booking", "SELECT member_number FROM users WHERE lower(email) = ?", EMAIL))
    with db.atomic():
        from portal.accounts import identifiers

        identifiers.bind(person.account, f"booking:{number}")
    browser = Browser(portal.app)
    answer = browser.client.post(
        "/handoff", data={"code": handing.give(Told("booking", number, **proof))[0]}, headers=APP
    )
    return browser.get(answer.location)


def test_a_step_whose_proof_ran_out_comes_back_filled_and_unsent(portal: Portal, mai: Member) -> None:
    path = "/security/add/email"
    token = statement(mai.browser.get(path))
    with clock.later(timedelta(minutes=16)):
        location = post(mai.browser, path, token, address="mai.new@example.com")
        assert location.startswith("/confirm?next=")
        page = mai.browser.get(location).form("Send me a code").send()
        portal.drain()
        page = page.form("Continue").send(code=re.findall(r"\b\d{6}\b", portal.last_mail())[-1])
    assert page.path == path
    assert page.root.one("input", id="address")["value"] == "mai.new@example.com"
    assert "What you had typed is here again" in page.text
    assert not page.root.all(id="errors"), "it is filled, not sent"


def test_a_code_that_was_read_in_the_mail_works_after_the_phone_ended_the_page(portal: Portal, mai: Member) -> None:
    path = "/security/add/email"
    token = statement(mai.browser.get(path))
    with clock.later(timedelta(minutes=16)):
        location = post(mai.browser, path, token, address="mai.new@example.com")
        mai.browser.get(location).form("Send me a code").send()
        portal.drain()
        code = re.findall(r"\b\d{6}\b", portal.last_mail())[-1]
        page = handed_back(portal, mai)  # in another webview, with no cookie of the first
        assert page.path == "/confirm/code"
        page = page.form("Continue").send(code=code)
    assert page.path == path
    assert page.root.one("input", id="address")["value"] == "mai.new@example.com"


def test_where_the_app_proves_its_person_no_code_is_needed(portal: Portal, mai: Member) -> None:
    path = "/security/add/email"
    token = statement(mai.browser.get(path))
    with clock.later(timedelta(minutes=16)):
        location = post(mai.browser, path, token, address="mai.new@example.com")
        mai.browser.get(location)
        page = handed_back(portal, mai, confirmed_at=clock.now(), confirmed_by="face")
    assert page.path == path
    assert page.root.one("input", id="address")["value"] == "mai.new@example.com"


def test_a_lost_session_brings_back_what_was_typed_when_the_app_lets_its_person_in(portal: Portal, mai: Member) -> None:
    token = statement(mai.browser.get("/details/statement"))
    browser = lose(mai)
    browser.client.get("/contact?view=app")
    location = post(browser, "/details/statement", token, text=WORDS)
    assert location.startswith("/handoff/lost?next=/details/statement%3Fkept%3D")
    assert WORDS not in browser.get(location).response.text, "nobody is shown it before they are back"
    page = handed_back(portal, mai)
    assert page.path == "/details/statement"
    assert typed(page) == WORDS
    assert "What you had typed is here again" in page.text


def test_it_is_let_go_once_it_was_sent(portal: Portal, mai: Member) -> None:
    token = statement(mai.browser.get("/details/statement"))
    post(lose(mai), "/details/statement", token, text=WORDS)
    page = handed_back(portal, mai)
    headers = {"Sec-Fetch-Site": "same-origin", "Referer": page.response.request.url}
    assert page.browser.client.post(page.path, data={"text": WORDS}, headers=headers).status_code == 303
    assert KeptForm.select().count() == 0
    assert of_people.latest(mai.account) == ""


def test_somebody_else_is_not_shown_it(portal: Portal, mai: Member) -> None:
    token = statement(mai.browser.get("/details/statement"))
    post(lose(mai), "/details/statement", token, text=WORDS)
    row = KeptForm.get()
    duc = member(portal, "duc.pham@example.com")
    page = duc.browser.get(f"/details/statement?kept={row.id}")
    assert WORDS not in page.response.text
    assert "What you had typed" not in page.text


def test_it_lies_encrypted_and_is_forgotten_after_an_hour(portal: Portal, mai: Member) -> None:
    token = statement(mai.browser.get("/details/statement"))
    post(lose(mai), "/details/statement", token, text=WORDS)
    assert "invoice" not in str(db.database.execute_sql("SELECT * FROM kept_forms").fetchone())
    with clock.later(timedelta(minutes=61)):
        assert of_people.latest(mai.account) == ""
        keeping.forget_past()
    assert KeptForm.select().count() == 0


@pytest.mark.parametrize("ended", [True, False])
def test_a_form_of_a_session_that_was_signed_out_is_kept_for_nobody(portal: Portal, mai: Member, ended: bool) -> None:
    token = statement(mai.browser.get("/details/statement"))
    if ended:
        mai.browser.client.post("/sign-out", headers=HERE)
    else:
        token = token.partition("_")[0] + "_" + "0" * 24
    post(lose(mai), "/details/statement", token, text=WORDS)
    assert KeptForm.select().count() == 0


def test_codes_passwords_and_much_too_much_are_never_kept(portal: Portal, mai: Member) -> None:
    assert (
        of_people.keep(mai.account, "/x", [("password", "p"), ("code", "123456"), ("csrf_token", "t"), ("a", "")])
        is None
    )
    assert of_people.keep(mai.account, "/x", [("text", "x" * keeping.MOST)]) is None
    number = of_people.keep(mai.account, "/x", [("new_password", "p"), ("text", "a"), ("text", "b")])
    assert number
    assert of_people.load(mai.account, "/x", number) == [("text", "a"), ("text", "b")]
    assert of_people.load(mai.account, "/y", number) == []


def test_a_mark_of_a_form_opens_nothing(portal: Portal, mai: Member) -> None:
    token = statement(mai.browser.get("/details/statement"))
    session = mai.browser.client.get_cookie("session")
    assert session
    assert session.value not in token
    mark = token.partition("_")[2]
    assert Session.get(Session.account == mai.account).digest.startswith(mark)
    other = Browser(portal.app)
    other.client.set_cookie("session", mark)
    assert other.client.get("/overview").status_code == 303


def test_what_is_drawn_for_everybody_is_never_filled_with_what_one_typed(portal: Portal, mai: Member) -> None:
    number = of_people.keep(mai.account, "/location", [("level", "precise")])
    mai.browser.get(f"/location?kept={number}")
    duc = member(portal, "duc.pham@example.com")
    assert not [node for node in duc.browser.get("/location").root.all("input") if "checked" in node.attributes]
