"""A certificate can be checked at its address for ten years, and says which companies were asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases.models import Routing
from portal.deletion import service, tasks
from portal.deletion.models import Certificate, Deletion, Target
from portal.deletion.service import certificates
from portal.kernel import clock, crypto, db
from tests.browse import Browser, Page
from tests.deletion.conftest import GRACE, Member


@pytest.fixture
def reference(mai: Member) -> str:
    """Mai's account is gone."""
    reference = mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    return reference


def page(mai: Member, reference: str, status: int = 200) -> Page:
    return Browser(mai.portal.app).get(service.address_of(reference), status=status)


def test_the_page_says_that_it_is_genuine_and_keeps_its_check_number(mai: Member, reference: str) -> None:
    first = page(mai, reference)
    assert "Genuine This page shows what was issued" in first.text
    number = first.root.all("dd", **{"class": "fixed"})[1].text
    assert len(number) == 29
    assert page(mai, reference).text == first.text
    with clock.later(GRACE + timedelta(days=1, minutes=1)):
        mai.portal.drain()
        again = page(mai, reference).root.all("dd", **{"class": "fixed"})[1].text
    assert again != number, "a later look says more, so it has another number"


@pytest.mark.parametrize("change", ["lines", "issued_at", "asked", "scope", "seal"])
def test_a_row_that_was_changed_is_not_genuine(mai: Member, reference: str, change: str) -> None:
    row = Certificate.get()
    row.lines[0]["tables"][0]["rows"] += 1
    changed = {
        "lines": row.lines,
        "issued_at": row.issued_at + timedelta(days=1),
        "asked": [],
        "scope": {"en": "Bookings"},
        "seal": "1:" + "0" * 64,
    }
    Certificate.update({change: changed[change]}).execute()
    text = page(mai, reference).text
    assert "Not genuine" in text
    assert "Check number" not in text


def test_after_ten_years_it_is_gone_with_all_that_was_noted(mai: Member, reference: str) -> None:
    with clock.later(timedelta(days=365 * 9)):
        tasks.forget_certificates()
        assert page(mai, reference).h1 == "Certificate of erasure"
    with clock.later(timedelta(days=365 * 10 + 40)):
        tasks.forget_certificates()
        page(mai, reference, status=404)
    assert [model.select().count() for model in (Certificate, Deletion, Target, Routing)] == [0, 0, 0, 0]


def test_companies_that_decide_are_asked_with_a_date_and_named(mai: Member) -> None:
    ahead = mai.browser.get("deletion.page").text
    assert "They are asked for you too, answer by" in ahead
    reference = mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    asked = [mail for mail in mai.portal.mails() if "A request that you have to answer" in mail["Subject"]]
    assert {mail["To"] for mail in asked} == {"privacy@hanoi-loft.example.com", "privacy@saigon-works.example.com"}
    for mail in asked:
        body = mail.get_body(("plain",))
        assert body is not None
        assert mai.email in body.get_content()
        assert mai.email not in mail["Subject"]
    text = page(mai, reference).text
    assert "Hanoi Loft Asked on" in text
    assert "Saigon Works Asked on" in text
    assert mai.email not in text


def test_a_company_without_an_address_is_named_as_still_to_be_asked(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.config.Site.contacts", {}, raising=False)
    object.__setattr__(mai.portal.config.site, "contacts", {})
    reference = mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    assert {row.state for row in Routing.select()} == {"unreachable"}
    assert "We have no address to ask them at" in page(mai, reference).text


def test_after_the_last_look_no_row_says_whose_the_records_were(mai: Member, reference: str) -> None:
    with clock.later(GRACE + timedelta(days=8)):
        mai.portal.drain()
    with clock.later(GRACE + timedelta(days=16)):
        mai.portal.drain()
    assert mai.deletion().state == "done"
    for target in Target.select():
        assert target.person is None
        assert not [line for line in target.lines if line["controllers"]]
    assert mai.email not in repr([list(model.select().dicts()) for model in db.tables()])


def test_a_certificate_of_before_it_said_how_far_proofs_go_is_still_genuine(mai: Member, reference: str) -> None:
    row = Certificate.get()
    assert [line.pop("proof", "") for line in row.lines] == ["texts", "texts", "texts", ""]
    for line in row.lines:
        line.pop("evidence", None)
    row.seal = crypto.keyed_hash("certificate", certificates._said(row))
    row.save()
    text = page(mai, reference).text
    assert "Genuine This page shows what was issued" in text
    assert "looked through" not in text
