"""Filing a request: by whoever is signed out or in, for oneself or for somebody else."""

from __future__ import annotations

import pytest

from portal.cases.kinds import KINDS, Proof
from portal.cases.models import Case, CaseMessage
from portal.cases.service import by_reference, identity, thread
from tests.browse import Browser
from tests.cases.conftest import NAM, Stranger
from tests.conftest import Portal
from tests.people import Member, member

PUBLIC = [kind.id for kind in KINDS.values() if kind.public and kind.id not in ("inquiry", "complaint")]
SAID = {"words": "As I said on the phone."}
OTHERS = {"representative": {"other": "lan.elsewhere@example.com"}}


@pytest.fixture
def linh(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.mark.parametrize("kind", PUBLIC)
def test_whoever_has_no_account_files_every_kind_and_gets_a_mail(nam: Stranger, kind: str) -> None:
    case = nam.ask(kind, country="DE", **SAID, **OTHERS.get(kind, {}))
    assert (case.kind, case.state, case.channel, case.country) == (kind, "open", "form", "DE")
    assert (case.contact, case.language) == (NAM, "en")
    assert not case.subject_id
    assert [row.body for row in thread.said(case)] == [SAID["words"]]
    assert case.reference in nam.mails()
    assert NAM not in str(nam.portal.mails()[-1]["Subject"])
    page = nam.open()
    assert (page.h1, page.status) == (KINDS[kind].title, 200)
    assert case.acknowledged_at is not None
    assert ("never ask for a picture of an identity card" in page.text) == (kind != "representative")


def test_the_first_page_leads_to_a_form_for_each_public_kind(nam: Stranger) -> None:
    page = nam.browser.get("/requests/new")
    for kind in KINDS.values():
        assert (f"{kind.title} {kind.about}" in page.links) == kind.public
    nam.browser.get("/requests/new/partial_deletion", status=404)
    nam.browser.get("/requests/new/made-up", status=404)


def test_nothing_typed_is_lost_when_something_is_wrong(nam: Stranger) -> None:
    form = nam.browser.get("/requests/new/correction").form("Send the request")
    page = form.send(email="no address", words="My name is Nam.", country="VN", status=422)
    assert "This is not an e-mail address that mail can reach." in page.text
    again = page.form("Send the request")
    assert again.values | {"email": "no address", "words": "My name is Nam.", "country": "VN"} == again.values
    assert "Say it in a few words." in form.send(email=NAM, words=" ", status=422).text
    assert "too long" in form.send(email=NAM, words="x" * 10_001, status=422).text
    assert not Case.select().exists()


def test_a_question_is_asked_of_a_kind_only_where_it_needs_it(nam: Stranger) -> None:
    assert {"purpose", "acting", "other"} & set(nam.browser.get("/contact").form("Send").values) == set()
    assert "purpose" not in nam.browser.get("/requests/new/download").form("Send the request").values
    assert "purpose" in nam.browser.get("/requests/new/objection").form("Send the request").values


def test_the_use_that_is_objected_to_is_kept_as_a_word_of_ours(nam: Stranger) -> None:
    case = nam.ask("objection", purpose="security", words="It frightens me.")
    assert case.asked == {"purpose": "security"}
    assert "Keeping accounts and doors safe" in nam.open().text
    form = nam.browser.get("/requests/new/withdrawal").form("Send the request")
    assert "Choose one of the answers." in form.send(email=NAM, purpose="security", status=422).text


def test_what_fills_in_everything_is_told_that_all_went_well(nam: Stranger) -> None:
    form = nam.browser.get("/requests/new/download").form("Send the request")
    assert form.send(email=NAM, website="https://spam.example").path == "/requests/sent"
    assert not Case.select().exists()


def test_an_address_gets_five_requests_a_day_and_no_more(nam: Stranger) -> None:
    for _ in range(5):
        nam.ask()
    nam.browser.get("/requests/new/download").form("Send the request").send(email=NAM, status=429)
    assert Case.select().count() == 5


def test_a_network_files_twenty_an_hour(nam: Stranger) -> None:
    form = nam.browser.get("/requests/new/download").form("Send the request")
    for number in range(20):
        form.send(email=f"somebody{number}@example.com")
    form.send(email="one.more@example.com", status=429)


def test_who_is_signed_in_is_asked_for_no_address_and_followed_in_their_list(linh: Member) -> None:
    form = linh.browser.get("/requests/new/restriction").form("Send the request")
    assert "email" not in form.values
    page = form.send(purpose="marketing.events.email", words="<b>Until</b> it is right")
    case = Case.get(Case.subject == linh.subject)
    assert page.path == f"/requests/{case.reference}"
    assert (case.state, case.channel, case.asked) == ("open", "portal", {"purpose": "marketing.events.email"})
    assert identity.proof(case) == Proof.ADDRESS  # the session was confirmed a moment ago
    listed = linh.browser.get("/requests")
    assert any("A restriction" in words and case.reference in words for words in listed.links)
    assert "1 open" in listed.root.one("nav", class_="side").text
    linh.portal.drain()
    assert case.reference in linh.portal.last_mail()


def test_a_session_that_was_not_confirmed_lately_proves_less_until_it_is(linh: Member) -> None:
    from datetime import timedelta

    from portal.kernel import clock

    with clock.later(timedelta(minutes=20)):
        form = linh.browser.get("/requests/new/copy_by_other_means").form("Send the request")
        assert form.send(words="On paper, please.").path == "/confirm"
        case = Case.get(Case.subject == linh.subject)
        assert identity.proof(case) == Proof.FACTS
        refused = linh.browser.client.post(
            f"/requests/{case.reference}/confirm", headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert refused.location.startswith("/confirm")
    linh.browser.get(f"/requests/{case.reference}").form("It is me").send()
    assert identity.proof(by_reference(case.reference)) == Proof.ADDRESS


def test_who_is_signed_in_goes_to_the_pages_that_do_it_at_once(linh: Member) -> None:
    links = linh.browser.get("/requests/new").links
    assert {"/download", "/deletion", "/contact?about=complaint"} <= set(links.values())
    assert linh.browser.get("/requests/new/download").path == "/download"


def test_who_is_signed_in_and_asks_for_somebody_else_asks_as_anybody_does(linh: Member) -> None:
    form = linh.browser.get("/requests/new/representative").form("Send the request")
    form.send(words="Her invoices.", other="lan.elsewhere@example.com")
    case = Case.get(Case.kind == "representative")
    assert (case.acting, case.contact) == ("agent", linh.email)
    assert not case.subject_id
    assert CaseMessage.get(CaseMessage.case == case).author == "agent"
    linh.browser.get(f"/requests/{case.reference}")
    member(linh.portal, "sharer").browser.get(f"/requests/{case.reference}", status=404)


def test_whom_it_is_for_has_to_be_said_where_it_is_somebody_else(nam: Stranger) -> None:
    form = nam.browser.get("/requests/new/download").form("Send the request")
    page = form.send(email=NAM, acting="agent", status=422)
    assert "Enter the e-mail address of the person for whom you ask." in page.text
    assert "not an e-mail address" in form.send(email=NAM, acting="agent", other="her", status=422).text


def test_every_public_form_says_what_becomes_of_it(portal: Portal) -> None:
    browser = Browser(portal.app)
    for path in ("/requests/new/download", "/requests/new/deceased", "/contact", "/requests/links"):
        page = browser.get(path).click("What we do with this form")
        for fact in ("Who is responsible", "What for", "Why we may", "Who gets it", "How long", "Authority"):
            assert fact in page.text
