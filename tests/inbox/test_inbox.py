"""What was sent is listed for whoever it went to, and for nobody else; what is not listed is known as forged."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portal import config
from portal.accounts import identifiers
from portal.accounts.models import Identifier
from portal.inbox.words import linked
from portal.kernel import clock, crypto
from portal.kernel.db import atomic
from portal.notices import bounces, inbox, kept, messages
from portal.notices.models import Message
from portal.notices.occasions import ELSEWHERE
from portal.notices.smtp import Undeliverable
from portal.sources.base import Person
from portal.sources.own import OwnSource
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member

AT = "an.pham@example.com"


def told(to: Member, cause: str = "cause") -> None:
    address = messages.Recipient(to.email, "en", to.account)
    messages.request_news(address, cause, "R-7F3K-Q2", f"{config.site().base_url}/requests/R-7F3K-Q2")


def frame(who: Member) -> str:
    """Return a page with its menu."""
    return who.browser.client.get("/overview").text


def signed_in_with_code(portal: Portal) -> Member:
    mai = member(portal, "everyday")
    messages.sign_in_code(messages.Recipient(mai.email, "en", mai.account), "code", "271828", 10)
    portal.drain()
    return mai


def test_a_message_is_listed_with_time_masked_address_and_subject(portal: Portal) -> None:
    mai = member(portal, "everyday")
    told(mai)
    portal.drain()
    page = mai.browser.get("/inbox")
    assert str(portal.mails()[-1]["Subject"]) in page.text
    assert "E-mail to m" in page.text
    assert mai.email not in page.text


def test_opening_it_shows_what_it_said_in_the_language_of_the_reader_and_counts_as_read(portal: Portal) -> None:
    mai = member(portal, "everyday", "vi")
    told(mai)
    portal.drain()
    (letter,), _ = inbox.listed(mai.account, "vi")
    assert ">1 mới<" in frame(mai)
    page = mai.browser.get(f"/inbox/{letter.number}")
    assert "R-7F3K-Q2" in page.text
    assert page.h1 == letter.title != inbox.listed(mai.account, "en")[0][0].title
    assert ">1 mới<" not in frame(mai)
    assert Message.get_by_id(letter.number).read_at is not None


def test_the_digits_of_a_code_are_shown_nowhere_and_stored_nowhere(portal: Portal) -> None:
    mai = signed_in_with_code(portal)
    (letter,), _ = inbox.listed(mai.account, "en")
    page = mai.browser.get(f"/inbox/{letter.number}")
    assert "Your code to sign in" in page.text
    assert kept.HIDDEN in page.text
    assert "271828" not in page.text + str(Message.get_by_id(letter.number).kept)


def test_a_code_is_no_news(portal: Portal) -> None:
    mai = signed_in_with_code(portal)
    assert not inbox.listed(mai.account, "en")[0][0].unread
    assert " new<" not in frame(mai)


@pytest.mark.parametrize("kind", sorted(set(messages.DECLARED) - ELSEWHERE))
def test_nothing_that_opens_a_door_is_kept_of_any_message(kind: str, portal: Portal) -> None:
    token = "0123456789abcdef" * 2
    facts: dict[str, Any] = {
        name: "271828" if name == "code" else f"https://x.example/a/{token}" if name.endswith("url") else name
        for name in messages.DECLARED[kind]
    }
    facts |= (
        {"requests": [["R-7F3K-Q2", f"https://x.example/requests/R-7F3K-Q2/{token}"]]} if "requests" in facts else {}
    )
    said = str(kept.kept(kind, "email", AT, facts)["kept"])
    assert token not in said
    assert "271828" not in said
    assert AT not in said
    assert ("https://x.example/…" in said) == ("x.example" in json.dumps(facts))


def test_plain_addresses_stay_so_that_a_reader_sees_where_a_link_led() -> None:
    for plain in ("https://x.example/requests/R-7F3K-Q2", "https://x.example/privacy-policy/compare?to=3"):
        assert kept.without_secrets(plain) == plain


def test_a_stranger_gets_no_message_of_somebody_else(portal: Portal) -> None:
    mai, an = member(portal, "everyday"), member(portal, AT)
    told(mai)
    portal.drain()
    (letter,), _ = inbox.listed(mai.account, "en")
    an.browser.get(f"/inbox/{letter.number}", status=404)
    assert letter.title not in an.browser.get("/inbox").text
    an.browser.get("/inbox/99999999999999999999", status=404)


def test_what_was_sent_to_an_address_before_it_was_proven_is_there_from_then_on(portal: Portal) -> None:
    messages.request_news(messages.Recipient(AT, "en"), "early", "R-7F3K-Q2", "https://x.example/requests/R-7F3K-Q2")
    portal.drain()
    assert Message.get().account is None
    an = member(portal, AT)
    assert [letter.occasion for letter in inbox.listed(an.account, "en")[0]] == ["There is something new in a request"]


def test_what_is_sent_to_a_bare_address_later_is_found_by_who_proved_it(portal: Portal) -> None:
    an = member(portal, AT)
    messages.request_news(messages.Recipient(AT, "en"), "late", "R-7F3K-Q2", "https://x.example/requests/R-7F3K-Q2")
    portal.drain()
    assert len(inbox.listed(an.account, "en")[0]) == 1


def test_a_text_to_a_number_goes_to_no_later_holder_of_it(portal: Portal) -> None:
    to = messages.Recipient("+84901234567", "en", None, "sms")
    messages.asked_about_you(to, "asked", "R-7F3K-Q2", clock.now(), "https://x.example/x")
    an = member(portal, AT)
    with atomic():
        identifiers.put_back(an.account, "phone", "+84901234567", clock.now())
    portal.drain()
    assert inbox.listed(an.account, "en")[0] == []


def test_what_goes_to_staff_and_companies_is_in_nobodys_inbox(portal: Portal) -> None:
    an = member(portal, AT)
    to = messages.Recipient(AT, "en")
    messages.controller_reminded(to, "company", "R-7F3K-Q2", "Download", clock.now().date(), "https://x.example/x")
    messages.staff_code(to, "crew", "271828", 10)
    portal.drain()
    assert inbox.listed(an.account, "en")[0] == []
    assert {row.kept for row in Message.select()} == {None}


def test_one_that_an_address_refused_says_so(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.notices import service

    mai = member(portal, "everyday")

    def refuse(message: Message) -> None:
        raise Undeliverable

    monkeypatch.setattr(service, "_hand_over", refuse)
    told(mai)
    portal.drain()
    assert "Not delivered" in mai.browser.get("/inbox").text


def test_one_that_came_back_later_says_so(portal: Portal) -> None:
    mai = member(portal, "everyday")
    told(mai)
    portal.drain()
    message = Message.get()
    bounces.note(message, "5.1.1")
    (letter,), _ = inbox.listed(mai.account, "en")
    assert letter.state == "bounced"
    assert "Came back" in mai.browser.get("/inbox").text
    assert "then it came back" in mai.browser.get(f"/inbox/{letter.number}").text


def test_what_is_spared_a_dead_address_lies_in_the_inbox_all_the_same(portal: Portal) -> None:
    mai = member(portal, "everyday")
    told(mai)
    portal.drain()
    bounces.note(Message.get(), "5.1.1")
    day = clock.now().date()
    to = messages.Recipient(mai.email, "en", mai.account)
    messages.opted_out(to, "off", "Events by e-mail", clock.now(), day, f"{config.site().base_url}/marketing")
    portal.drain()
    letter = inbox.listed(mai.account, "en")[0][0]
    assert (letter.kind, letter.state, letter.unread) == ("opted_out", "spared", True)
    page = mai.browser.get(f"/inbox/{letter.number}")
    assert "so it was not sent there" in page.text
    assert "Events by e-mail" in page.text


def test_a_copy_of_ones_data_holds_the_inbox(portal: Portal) -> None:
    mai = signed_in_with_code(portal)
    with OwnSource("Portal").snapshot(Person(((mai.subject,),), ())) as snapshot:
        (row,) = snapshot.rows("messages")
    assert row["masked"].startswith("m…")
    assert json.loads(row["kept"]) == {"code": kept.HIDDEN, "minutes": 10}


def test_nothing_is_kept_of_the_last_message_to_an_erased_account(portal: Portal) -> None:
    mai = member(portal, "everyday")
    to = messages.Recipient(mai.email, "en", mai.account)
    messages.deletion_done(to, "gone", "R-7F3K-Q2", "", f"{config.site().base_url}/certificates/R-7F3K-Q2/x")
    portal.drain()
    row = Message.get(Message.cause == "gone")
    assert (row.account, row.kept, row.masked, row.address_hash) == (None, None, None, "")


def test_twenty_stand_on_a_page_and_the_older_ones_on_the_next(portal: Portal) -> None:
    mai = member(portal, "everyday")
    for number in range(inbox.PAGE + 1):
        told(mai, f"cause {number}")
    first, more = inbox.listed(mai.account, "en")
    assert len(first) == inbox.PAGE
    assert len(inbox.listed(mai.account, "en", more)[0]) == 1
    assert "Older" in mai.browser.get("/inbox").links
    mai.browser.get("/inbox?before=nonsense")


def test_all_are_marked_as_read_by_a_button(portal: Portal) -> None:
    mai = member(portal, "everyday")
    told(mai)
    mai.browser.get("/inbox").form("Mark all as read").send()
    assert "Mark all as read" not in mai.browser.get("/inbox").text


def test_a_page_asks_nothing_more_for_the_number_in_the_menu(portal: Portal) -> None:
    mai = member(portal, "everyday")
    with queries() as before:
        assert " new<" not in frame(mai)
    told(mai)
    with queries() as after:
        assert ">1 new<" in frame(mai)
    assert len(after) <= len(before)


def test_messages_go_when_the_site_keeps_them_no_longer(portal: Portal) -> None:
    mai = member(portal, "everyday")
    told(mai)
    portal.drain()
    with clock.later(config.site().inbox_months * inbox.MONTH - timedelta(days=1)):
        inbox.forget_past()
        assert Message.select().exists()
    with clock.later(config.site().inbox_months * inbox.MONTH + timedelta(days=1)):
        inbox.forget_past()
    assert not Message.select().exists()


def test_the_page_says_how_to_report_a_forged_message(portal: Portal) -> None:
    page = member(portal, "everyday").browser.get("/inbox")
    assert page.links["Write to us about it Say who it seemed to come from and what it wanted of you."] == "/contact"
    assert config.site().security_contact in page.links.values()


def test_an_old_message_of_which_nothing_was_kept_is_listed_all_the_same(portal: Portal) -> None:
    mai = member(portal, "everyday")
    told(mai)
    Message.update(kept=None, masked=None).execute()
    (letter,), _ = inbox.listed(mai.account, "en")
    assert "There is something new in a request" in mai.browser.get("/inbox").text
    assert "was not kept" in mai.browser.get(f"/inbox/{letter.number}").text


def test_a_hash_of_an_older_key_finds_its_holder(portal: Portal) -> None:
    an = member(portal, AT)
    settings = config.active()
    more = (*settings.hash_keys, "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=")
    crypto.use_keys(settings.secret_key, settings.encryption_keys, more)
    try:
        messages.request_news(messages.Recipient(AT, "en"), "late", "R-1", "https://x.example/requests/R-1")
        portal.drain()
    finally:
        crypto.use_keys(settings.secret_key, settings.encryption_keys, settings.hash_keys)
    assert Identifier.get(Identifier.account == an.account).hash.startswith("1:")
    assert Message.get().account == an.account


def test_addresses_of_the_portal_can_be_followed_and_nothing_else_becomes_a_link() -> None:
    ours, others = "https://x.example/terms/compare?to=2&from=1", "https://x.example/…, https://x.example.evil/a"
    said = f'From 1 May: "Terms" <b>.\n\n    {ours}\n\nNot {others}'
    shown = str(linked(said, "https://x.example"))
    assert shown.count("<a ") == 1
    assert '<a href="https://x.example/terms/compare?to=2&amp;from=1">' in shown
    assert "<b>" not in shown
