"""Addresses are added by a code alone, told of everywhere, and taken away so that they can be put back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from portal import config
from portal.accounts import alarms
from portal.accounts.models import Identifier, Proof
from portal.kernel import clock
from tests.browse import Page
from tests.conftest import Portal
from tests.people import Member, member

NEW, PHONE = "mai.second@example.com", "+84911222333"


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, with one address that she proved long ago."""
    mai = member(portal, "everyday")
    Identifier.update(proven_at=clock.now() - timedelta(days=30)).where(Identifier.account == mai.account).execute()
    return mai


def ask(someone: Member, kind: str, address: str, status: int = 200) -> Page:
    return someone.browser.get(f"/security/add/{kind}").form("Send a code").send(address=address, status=status)


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return found[0]


def add_email(someone: Member, address: str, status: int = 200) -> Page:
    page = ask(someone, "email", address)
    someone.portal.drain()
    return page.form("Continue").send(code=code_in(someone.portal.last_mail()), status=status)


def values(someone: Member) -> list[str]:
    return [row.value for row in Identifier.of(someone.account)]


def sent_to(portal: Portal, address: str) -> list[str]:
    return [str(mail["Subject"]) for mail in portal.mails() if mail["To"] == address]


def test_an_address_is_added_by_the_code_that_went_to_it_and_the_others_are_told(portal: Portal, mai: Member) -> None:
    page = add_email(mai, " Mai.Second@Example.com ")
    assert page.h1 == "Sign-in and security"
    assert values(mai) == [mai.email, NEW]
    portal.drain()
    assert len(sent_to(portal, NEW)) == 1, "who added it is not the one who may object"
    assert "A change to how you sign in" in sent_to(portal, mai.email)[-1]
    assert NEW not in portal.last_mail()
    assert "m…d@e…e.com was added" in portal.last_mail()


def test_a_phone_is_added_by_a_text_message(portal: Portal, mai: Member) -> None:
    page = ask(mai, "phone", "+84 911 222 333")
    portal.drain()
    (text,) = portal.texts(PHONE)
    page.form("Continue").send(code=code_in(text))
    assert PHONE in values(mai)


def test_a_proof_is_asked_for_a_moment_before(mai: Member) -> None:
    with clock.later(timedelta(minutes=16)):
        for path in ("/security/add/email", "/security/addresses/1/remove"):
            assert mai.browser.client.get(path).location.startswith("/confirm")
        number = Identifier.get().id
        for path in (f"/security/addresses/{number}/remove", "/security/sessions/end-others"):
            answer = mai.browser.client.post(path, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.location.startswith("/confirm")
    assert values(mai) == [mai.email]


def test_an_address_of_another_account_and_a_free_one_look_the_same_until_the_code_is_entered(
    portal: Portal, mai: Member
) -> None:
    ha = member(portal, "sharer")
    pages = []
    with clock.stopped(clock.now()):  # the page says until when the code is valid, to the minute
        for address in (ha.email, "free@example.com"):
            page = ask(mai, "email", address)
            pages.append(
                (page.status, re.sub(r'value="[0-9a-f]{32}"|codes/\d+', "", page.response.text).replace(address, ""))
            )
    assert pages[0] == pages[1]
    portal.drain()
    first, second = portal.mails()[-2:]
    hide = re.compile(r"\d{6}")
    texts = [mail.get_body(("plain",)) for mail in (first, second)]
    assert texts[0]
    assert texts[1]
    assert hide.sub("", texts[0].get_content()) == hide.sub("", texts[1].get_content())
    assert {mail["To"] for mail in (first, second)} == {ha.email, "free@example.com"}


def test_an_address_of_another_account_is_refused_after_its_proof_and_stays_there(portal: Portal, mai: Member) -> None:
    ha = member(portal, "sharer")
    page = add_email(mai, ha.email, status=409)
    assert "This address belongs to another account here" in page.text
    assert values(ha) == [ha.email]
    assert values(mai) == [mai.email]


def test_five_wrong_codes_close_a_proof_and_a_used_one_proves_nothing_more(portal: Portal, mai: Member) -> None:
    page = ask(mai, "email", NEW)
    portal.drain()
    code = code_in(portal.last_mail())
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        page = page.form("Continue").send(code=wrong, status=422)
    page.form("Continue").send(code=code, status=422)
    assert values(mai) == [mai.email]


def test_a_code_works_for_its_own_account_only(portal: Portal, mai: Member) -> None:
    ha = member(portal, "sharer")
    ask(mai, "email", NEW)
    portal.drain()
    number = Proof.get().id
    ha.browser.get(f"/security/codes/{number}", status=404)
    ha.browser.post(f"/security/codes/{number}", data={"code": code_in(portal.last_mail())}, status=404)
    assert values(ha) == [ha.email]


def test_a_code_to_prove_an_address_does_not_confirm_the_person(portal: Portal, mai: Member) -> None:
    ask(mai, "email", NEW)
    portal.drain()
    code = code_in(portal.last_mail())
    with clock.later(timedelta(minutes=16)):
        mai.browser.client.post("/confirm", headers={"Sec-Fetch-Site": "same-origin"})
        answer = mai.browser.client.post(
            "/confirm/code", data={"code": code}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 422


@pytest.mark.parametrize(("kind", "typed"), [("email", "mai@"), ("phone", "0911222333"), ("phone", "+84")])
def test_what_was_typed_stays_when_it_is_no_address(mai: Member, kind: str, typed: str) -> None:
    page = ask(mai, kind, typed, status=422)
    assert f'value="{typed}"' in page.response.text


def test_other_kinds_cannot_be_typed(mai: Member) -> None:
    mai.browser.get("/security/add/external_id", status=404)


def test_too_many_codes_to_one_address_are_refused(mai: Member) -> None:
    for _ in range(5):
        ask(mai, "email", NEW)
    ask(mai, "email", NEW, status=429)


def test_the_only_email_stays(portal: Portal, mai: Member) -> None:
    number = Identifier.get().id
    assert "only e-mail" in mai.browser.get(f"/security/addresses/{number}/remove").text
    mai.browser.post(f"/security/addresses/{number}/remove", status=409)
    assert values(mai) == [mai.email]


def test_somebody_elses_address_is_neither_removed_nor_made_main(portal: Portal, mai: Member) -> None:
    ha = member(portal, "sharer")
    number = Identifier.get(Identifier.account == ha.account).id
    mai.browser.get(f"/security/addresses/{number}/remove", status=404)
    mai.browser.post(f"/security/addresses/{number}/remove", status=404)
    mai.browser.post(f"/security/addresses/{number}/main", status=404)


def test_mail_goes_to_the_main_address(portal: Portal, mai: Member) -> None:
    from portal.accounts import service as accounts

    page = add_email(mai, NEW)
    assert accounts.recipient(mai.account).address == mai.email  # type: ignore[union-attr]
    page.form(f"Make it the main one {NEW}").send()
    assert accounts.recipient(mai.account).address == NEW  # type: ignore[union-attr]


def test_what_a_removed_address_has_found_is_reached_no_more(portal: Portal, mai: Member) -> None:
    from portal.subjects import service as subjects

    add_email(mai, NEW)
    assert "booking" in subjects.links(mai.subject)
    number = Identifier.get(Identifier.value.is_null(False) & (Identifier.account == mai.account)).id
    mai.browser.get(f"/security/addresses/{number}/remove").form("Remove it").send()
    assert subjects.links(mai.subject) == {}
    portal.drain()
    assert subjects.links(mai.subject) == {}
    assert subjects.waiting(mai.subject) == []


def test_what_another_address_finds_too_comes_back_after_a_removal(portal: Portal, mai: Member) -> None:
    from portal.subjects import service as subjects

    before = subjects.links(mai.subject)
    add_email(mai, NEW)
    portal.drain()
    number = max(row.id for row in Identifier.of(mai.account))
    mai.browser.get(f"/security/addresses/{number}/remove").form("Remove it").send()
    portal.drain()
    assert subjects.links(mai.subject) == before


def test_without_a_gateway_a_phone_is_refused_with_a_sentence(portal: Portal, mai: Member) -> None:
    config.use(replace(portal.config, sms_url=""))
    page = mai.browser.get("/security/add/phone").form("Send a code").send(address="+84911222333", status=422)
    assert "We cannot send text messages at the moment." in page.text
    assert [one.channel for one in alarms.channels(mai.account)] == ["email"]
