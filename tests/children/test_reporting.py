"""Reporting a child's account: short steps that lose nothing, no proof but a code (RULES K1, K2)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portal.cases.kinds import Proof
from portal.cases.models import Case
from portal.cases.service import handling, identity, matching, on_file
from portal.children.models import Report
from portal.kernel.problems import NotNow
from portal.sources.base import Identifier
from tests.children.conftest import ANSWERS, Parent

HERE = {"Sec-Fetch-Site": "same-origin"}


def test_a_report_needs_no_proof_and_has_a_reference(lan: Parent) -> None:
    report = lan.report()
    assert lan.asks.h1 == "Enter the code"
    assert lan.case.reference in lan.asks.text
    assert (lan.case.kind, lan.case.state, lan.case.country, lan.case.contact) == ("child", "open", "DE", lan.address)
    assert lan.case.subject_id is None
    assert (report.relation, report.wishes, report.birth_year, report.birth_month) == (
        "mother",
        ["stop", "delete"],
        2015,
        3,
    )
    assert report.age_limit == 16
    assert identity.proof(lan.case) == 0


def test_the_code_opens_the_page_of_the_case_with_its_dates(lan: Parent) -> None:
    lan.report()
    page = lan.prove()
    assert page.path.startswith(f"/children/cases/{lan.case.reference}/")
    assert page.h1 == "Your report"
    assert "He is eleven." in page.text
    assert identity.proof(Case.get_by_id(lan.case.id)) == Proof.ADDRESS
    mails = lan.mails()
    assert f"{lan.portal.config.base_url}{page.path}" in mails
    assert lan.address not in re.sub(r"^To: .*$", "", mails)


def test_the_rule_of_the_country_is_said_in_plain_words(lan: Parent) -> None:
    page = lan.walk("who", "account", "age")
    assert "In Germany, parents decide with their child until the child is 16. Your child is 11." in page.text
    assert "116 111" in page.text
    for wish in ("Know what is held", "Stop its use", "Delete it", "See it", "Keep it safe for the police"):
        assert wish in page.text


def test_going_back_and_mistakes_lose_nothing(lan: Parent) -> None:
    page = lan.browser.get("/children/report").form("Continue").send(status=422)
    page = page.form("Continue").send(relation="mother")
    page = page.form("Continue").send(target_email="no address", target_name="Minh", status=422)
    assert "This is not an e-mail address" in page.text
    page = page.form("Continue").send(target_email="")
    page = page.form("Back").send()
    assert page.root.one(id="target_name")["value"] == "Minh"
    page = page.form("Back").send()
    assert "checked" in page.root.one(value="mother").attributes


def test_each_answer_can_be_changed_from_the_last_page(lan: Parent) -> None:
    page = lan.fill().form("Change How to reach you").send()
    assert page.root.one(id="email")["value"] == lan.address
    page = page.form("Continue").send(email="other@example.net")
    assert page.h1 == "Anything else?"
    page = page.form("Continue").send()
    assert "other@example.net" in page.text
    assert "He is eleven." in page.text


def test_how_long_is_asked_only_of_whoever_wants_something_kept(lan: Parent) -> None:
    page = lan.walk("who", "account", "age").form("Continue").send(wish_keep="y")
    assert page.h1 == "Until when?"
    page = page.form("Continue").send(until="2020-01-01", status=422)
    assert "Choose a day after today and within one year." in page.text


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("account", {"target_space": "Hub"}),
        ("account", {"target_phone": "0905"}),
        ("age", {"country": "VN", "month": "3", "year": "15"}),
        ("age", {"country": "VN", "month": "3", "year": "2999"}),
        ("age", {"country": "", "month": "3", "year": "2015"}),
        ("wishes", {}),
        ("reach", {"email": "nowhere", "reach": "email"}),
        ("reach", {"email": "a@example.net", "reach": "phone"}),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(lan: Parent, step: str, wrong: dict[str, Any]) -> None:
    page = lan.walk(*[before for before in ANSWERS if list(ANSWERS).index(before) < list(ANSWERS).index(step)])
    page = page.form("Continue").send(**wrong, status=422)
    assert "Something is missing or wrong" in page.text


def test_a_program_that_fills_every_field_writes_nothing(lan: Parent) -> None:
    lan.fill().form("Send the report").send(website="http://spam.example")
    assert Report.select().count() == 0


def test_too_many_reports_from_one_address_are_refused(lan: Parent) -> None:
    for _number in range(5):
        lan.report()
    page = lan.fill().form("Send the report").send(status=429)
    assert "minutes" in page.text
    assert Report.select().count() == 5


def test_no_mailbox_is_flooded_with_codes_however_many_reports_name_it(lan: Parent) -> None:
    """Whoever reports sees the page that sends a code before its mailbox has answered, and may type anybody's."""
    sent = []
    for _number in range(3):
        lan.report()
        for _again in range(4):
            sent.append(lan.browser.client.post(lan.asks.path, data={"send": "y"}, headers=HERE).status_code)
    assert (sent.count(303), sent.count(429)) == (6, 6)


def test_a_lost_link_goes_to_the_mailbox_and_to_no_page(lan: Parent) -> None:
    lan.report()
    lan.prove()
    before = len(lan.portal.mails())
    for address in (lan.address, "nobody@example.net"):
        page = lan.browser.get("/children/lost-link").form("Send the link").send(email=address)
        assert "If there is a report from this address" in page.text
        assert "/children/cases/" not in page.response.text
    lan.portal.drain()
    assert len(lan.portal.mails()) == before + 1
    assert "/children/cases/" in lan.mails().rpartition("\n\n")[0]


def test_a_report_is_followed_on_its_own_page_alone_and_never_becomes_its_holders(lan: Parent, mai: str) -> None:
    """The ways that match a request with whose address it is would hand the thread to the holder of the account."""
    lan.report(mai)
    page = lan.prove()
    secret = page.path.rsplit("/", 1)[1]
    elsewhere = f"/requests/{lan.case.reference}/{secret}"
    assert lan.browser.get(elsewhere).path == page.path
    lan.browser.post(f"{elsewhere}/prove/lost-mailbox", data={"email": mai})
    lan.portal.drain()
    case = Case.get_by_id(lan.case.id)
    with pytest.raises(NotNow):
        on_file.lose_mailbox(case, mai)
    with pytest.raises(NotNow):
        matching.match(case, Identifier("email", mai), 1)
    with pytest.raises(NotNow):
        handling.change_kind(case, "download", 1)
    assert Case.get_by_id(case.id).subject_id is None


def test_whoever_opens_the_page_with_the_code_has_not_the_address_of_the_case(lan: Parent) -> None:
    """Else who typed somebody else's address would read along once the other has entered the code."""
    lan.report()
    before = lan.asks.path
    page = lan.prove()
    again = lan.browser.get(before)
    assert page.path.rsplit("/", 1)[1] not in again.response.text
    assert "The link to its page is in our mail." in again.text
    lan.browser.post(before, data={"code": "123456"}, status=422)
