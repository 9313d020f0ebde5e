"""Where systems do not agree: side by side with system and last change, and made the same in one step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.models import Session
from portal.cases.models import Case
from portal.cases.service import by_reference, deciding
from portal.details import service
from portal.details.models import Correction
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from tests.browse import Page
from tests.details.conftest import Run, names
from tests.details.test_correcting import BANK
from tests.people import Member

OTHER_BANK = "Techcombank 19031234567890"


@pytest.fixture
def torn(mai: Member, run: Run) -> Member:
    """Mai, whom CRM knows by another name, with another bank account and another tax ID than Booking."""
    run("booking", "UPDATE users SET bank_account = ?, tax_id = '0312345678' WHERE lower(email) = ?", BANK, mai.email)
    change = "UPDATE contacts SET full_name = 'Mai Nguyen', bank_account = ?, tax_id = '0399999999' WHERE email = ?"
    run("crm", change, OTHER_BANK, mai.email)
    return mai


def mark(page: Page, name: str, words: str) -> str:
    """Return the value of the choice of a detail that has these words."""
    section = page.root.one(id=f"differs-{name}")
    [found] = [label.one("input")["value"] for label in section.all("label") if words in label.text]
    return found


def mended(page: Page, values: dict[str, str], status: int = 200) -> Page:
    """Send the form with these values."""
    form = page.form("Make them the same")
    assert values.keys() <= {control["name"] for control in form.node}
    return page.browser.post("/details/differences", status=status, data={**form.values, **values})


def stands(run: Run, mai: Member) -> tuple[object, ...]:
    look = "SELECT bank_account, tax_id FROM {} WHERE lower(email) = ?"
    return (*run("booking", look.format("users"), mai.email), *run("crm", look.format("contacts"), mai.email))


def stale(mai: Member) -> None:
    """Let the proof of a moment ago run out."""
    Session.update(fresh_until=clock.now()).where(Session.account == mai.account).execute()


def test_what_differs_stands_side_by_side_with_its_system_and_its_last_change(torn: Member) -> None:
    page = torn.browser.get("/details").click("Make them the same in one step")
    section = page.root.one(id="differs-full_name").text
    assert "Mai Nguyen" in section
    assert "Smartos CRM. Last changed there: " in section
    assert "Smartos Booking App. It does not say since when." in section


def test_numbers_are_masked_and_in_no_attribute_until_confirmed(torn: Member) -> None:
    page = torn.browser.get("/details/differences")
    assert "•••• 7890" in page.root.one(id="differs-bank_account").text
    for secret in (BANK, OTHER_BANK, "0312345678", "0399999999"):
        assert secret not in page.response.text
    stale(torn)
    asked = torn.browser.get("/details/differences/in-full")
    assert asked.path == "/confirm"
    assert BANK not in asked.response.text


def test_all_is_mended_in_one_step_and_what_staff_look_at_is_one_request(torn: Member, run: Run) -> None:
    page, before = torn.browser.get("/details/differences"), stands(run, torn)
    mine = names(run, torn.email)["booking"]
    chosen = {
        "choice-full_name": mark(page, "full_name", mine),
        "choice-bank_account": mark(page, "bank_account", "•••• 7777"),
        "choice-tax_id": "other",
        "other-tax_id": "0355555555",
        "why": "The tax office gave me another number.",
    }
    mended(page, chosen)
    torn.portal.drain()
    assert set(names(run, torn.email).values()) == {mine}
    assert stands(run, torn) == before, "numbers wait for staff"
    [case] = Case.select().where(Case.kind == "correction")
    assert {row.detail for row in service.of_case(case)} == {"bank_account", "tax_id"}
    deciding.propose(by_reference(case.reference), 1, deciding.FULFIL)
    torn.portal.drain()
    assert stands(run, torn) == ((BANK, "0355555555"), (BANK, "0355555555"))
    assert by_reference(case.reference).state == "fulfilled"
    assert "All systems that answer agree." in torn.browser.get("/details/differences").text


def test_what_is_left_as_it_is_stays(torn: Member, run: Run) -> None:
    page, before = torn.browser.get("/details/differences"), names(run, torn.email)
    refused = mended(page, {}, 422)
    assert "Choose for one of them at least." in refused.text
    torn.portal.drain()
    assert names(run, torn.email) == before
    assert not Correction.select().exists()


def test_faults_are_named_and_nothing_typed_is_lost(torn: Member) -> None:
    page = torn.browser.get("/details/differences")
    typed = {"choice-tax_id": "other", "other-tax_id": "none of it", "other-full_name": "Mai N."}
    refused = mended(page, typed, 422)
    assert "This is no tax ID." in refused.text
    assert "Choose “Something else” above" in refused.text
    assert "Say in a sentence what is wrong." in refused.text
    assert 'value="none of it"' in refused.response.text
    assert 'value="Mai N."' in refused.response.text
    assert not Correction.select().exists()


def test_a_version_that_is_there_no_more_is_not_written(torn: Member, run: Run) -> None:
    page = torn.browser.get("/details/differences")
    was = mark(page, "full_name", "Mai Nguyen")
    run("crm", "UPDATE contacts SET full_name = 'Mai Again' WHERE email = ?", torn.email)
    mended(page, {"choice-full_name": was}, 422)
    assert not Correction.select().exists()


def test_numbers_want_a_fresh_proof_and_the_name_does_not(torn: Member) -> None:
    stale(torn)
    page = torn.browser.get("/details/differences")
    number = {"choice-bank_account": mark(page, "bank_account", "•••• 7777"), "why": "It is the newer one."}
    assert mended(page, number).path == "/confirm"
    assert not Correction.select().exists()
    name = mark(page, "full_name", "Mai Nguyen")
    sent = mended(page, {"choice-full_name": name})
    assert sent.path == f"/details/corrections/{Correction.get().id}"


def test_what_was_typed_is_there_again_after_the_proof(torn: Member) -> None:
    stale(torn)
    page = torn.browser.get("/details/differences")
    typed = {"choice-tax_id": "other", "other-tax_id": "0355555555", "why": "The tax office says so."}
    asked = mended(page, typed)
    assert asked.path == "/confirm"
    Session.update(fresh_until=clock.now() + timedelta(minutes=15)).where(Session.account == torn.account).execute()
    again = torn.browser.get(asked.response.request.args["next"])
    assert again.path == "/details/differences"
    values = again.form("Make them the same").values
    assert {name: values.get(name) for name in typed} == typed
    mended(again, {})
    assert Correction.get().new == "0355555555"


def test_an_email_can_be_chosen_only_where_it_is_proven(mai: Member, run: Run) -> None:
    run("crm", "UPDATE contacts SET email = 'mai.crm@example.com' WHERE email = ?", mai.email)
    page = mai.browser.get("/details/differences")
    section = page.root.one(id="differs-email")
    assert "mai.crm@example.com: Smartos CRM" in section.text
    assert "It can be chosen once you have proven it." in section.text
    mended(page, {"choice-email": mark(page, "email", mai.email)})
    mai.portal.drain()
    assert run("crm", "SELECT COUNT(*) FROM contacts WHERE email = ?", mai.email) == [(1,)]
    warned = [event.name for event in AuditEvent.select() if event.name == "accounts.identifier_main"]
    assert warned == ["accounts.identifier_main"]


def test_one_value_in_two_spellings_is_no_difference(mai: Member, run: Run) -> None:
    run("booking", "UPDATE users SET bank_account = 'VCB 0071 001 234 567' WHERE lower(email) = ?", mai.email)
    run("crm", "UPDATE contacts SET bank_account = 'VCB 0071001234567' WHERE email = ?", mai.email)
    assert not service.one(mai.subject, "bank_account").differs
