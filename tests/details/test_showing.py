"""Each detail with the system that holds it: masked until a fresh proof, edited in place, slow systems come later."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from portal.accounts.models import Session
from portal.details import service
from portal.details.models import Correction
from portal.details.service import reading
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.sources import registry
from portal.sources.base import Person
from tests.details.conftest import Run, names
from tests.people import Member

POLICY = {  # POLICY-FACTS §4: full name, company, business unit, addresses, e-mail, phone, tax ID, bank account
    "full_name", "company", "business_unit", "address", "contact_address", "email", "phone", "tax_id", "bank_account",
}  # fmt: skip


def looks(mai: Member) -> int:
    return AuditEvent.select().where(AuditEvent.subject == mai.subject, AuditEvent.name == "data.shown").count()


def test_every_detail_of_the_policy_is_there_with_each_system_that_holds_it(mai: Member) -> None:
    page = mai.browser.get("/details")
    cards = {
        node["id"].removeprefix("detail-"): node.text for node in page.root.all("section") if "detail-" in node["id"]
    }
    assert cards.keys() >= POLICY
    assert all("Smartos Booking App" in cards[name] for name in POLICY)
    assert all("Smartos CRM" in cards[name] for name in POLICY - {"company", "address"})


def test_what_all_systems_agree_on_is_said_once_and_where_they_differ_each_for_itself(mai: Member, run: Run) -> None:
    def told() -> list[str]:
        return [node.text for node in mai.browser.get("/details").root.one(id="detail-full_name").all("dt")]

    assert told() == ["Smartos Booking App, Smartos CRM and Smartos Whitelabel App"]
    run("crm", "UPDATE contacts SET full_name = 'Mai N.' WHERE email = ?", mai.email)
    assert told() == ["Smartos Booking App", "Smartos CRM", "Smartos Whitelabel App"]


def test_numbers_are_shown_only_after_a_fresh_proof_for_fifteen_minutes_and_each_time_logged(
    mai: Member, run: Run
) -> None:
    [(bank, tax)] = run("crm", "SELECT bank_account, tax_id FROM contacts WHERE email = ?", mai.email)
    secrets = [value for value in (bank, tax) if value]
    assert not any(value in mai.browser.get("/details").response.text for value in secrets)
    assert looks(mai) == 0
    page = mai.browser.get("/details/in-full")
    assert all(value in page.response.text for value in secrets)
    assert "no-store" in page.response.headers["Cache-Control"]
    once = looks(mai)
    assert once >= 2, "once for each system"
    mai.browser.get("/details/in-full")
    assert looks(mai) == 2 * once
    with clock.later(timedelta(minutes=15, seconds=1)):
        asked = mai.browser.get("/details/in-full")
        assert asked.path == "/confirm"
        assert not any(value in asked.response.text for value in secrets)
        assert mai.browser.get("/details/bank_account/review").path == "/confirm"
    assert looks(mai) == 2 * once
    assert "were shown to you in full" in mai.browser.get("/activity").text


def test_a_form_that_shows_numbers_again_is_one_more_look(mai: Member) -> None:
    mai.browser.post("/details/bank_account/review", data={"value": "x"}, status=422)
    assert looks(mai) >= 1


def test_a_number_that_people_correct_by_themselves_is_masked_too(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_way", lambda _columns: service.SELF)
    secret = service.one(mai.subject, "bank_account").values[0]
    Session.update(fresh_until=clock.now()).where(Session.account == mai.account).execute()
    assert secret not in mai.browser.get("/details/bank_account").response.text
    assert looks(mai) == 0


def test_a_detail_is_edited_in_its_place_and_says_how_far_it_is(mai: Member, run: Run) -> None:
    form = mai.browser.get("/details/full_name", htmx=True)
    assert form.root.one("section")["id"] == "detail-full_name"
    wrong = form.form("Correct it everywhere Full name").send(htmx=True, status=422, value="x" * 121)
    assert "at most 120" in wrong.text
    assert "x" * 121 in wrong.response.text
    card = form.form("Correct it everywhere Full name").send(htmx=True, value="Mai In Place")
    assert "New: Mai In Place" in card.text
    assert "Being written" in card.text
    mai.portal.drain()
    done = mai.browser.get("/details/full_name/card", htmx=True)
    assert set(names(run, mai.email).values()) == {"Mai In Place"}
    assert done.text.count("confirmed at") == 3
    assert "hx-trigger" not in done.response.text.split(">")[0]


def test_without_htmx_a_card_is_the_page(mai: Member) -> None:
    assert mai.browser.get("/details/full_name/card").path == "/details"


def test_an_address_keeps_its_lines(mai: Member, run: Run) -> None:
    page = mai.browser.get("/details").click("Correct Address")
    page.form("Correct it everywhere").send(value="12 Bạch Đằng \r\n\r\nĐà Nẵng")
    mai.portal.drain()
    [(stored,)] = run("booking", "SELECT address FROM users WHERE lower(email) = ?", mai.email)
    assert stored == "12 Bạch Đằng\nĐà Nẵng"
    again = mai.browser.get("/details/address").form("Correct it everywhere")
    assert again.values["value"] == "12 Bạch Đằng\nĐà Nẵng", "it is there to be mended, not typed anew"


def test_each_system_is_read_once_for_the_page(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for source in registry.active().connected():

        def details(person: Person, read: object = source.details, name: str = source.id) -> object:
            asked.append(name)
            return read(person)  # type: ignore[operator]

        monkeypatch.setattr(source, "details", details)
    mai.browser.get("/details")
    assert sorted(asked) == ["booking", "crm", "whitelabel"]


def test_a_slow_system_holds_up_nobody_and_comes_by_itself(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = registry.active().get("crm")
    read = crm.details

    def slow(person: Person) -> object:
        time.sleep(0.6)
        return read(person)

    monkeypatch.setattr(crm, "details", slow)
    monkeypatch.setattr("portal.details.views.page.SOON", 0.1)
    page = mai.browser.get("/details")
    assert "Still waiting for Smartos CRM" in page.text
    assert "Smartos Booking App" in page.text
    assert page.root.one(id="to-full_name")["hx-get"] == "", "what is typed in place would be lost when the rest comes"
    region = page.root.one(id="cards")
    assert (region["hx-get"], region["hx-trigger"]) == ("/details", "load")
    whole = mai.browser.get("/details", htmx=True)
    assert "Still waiting" not in whole.text
    assert "Form of address" in whole.text, "what CRM alone holds"
    assert whole.root.one(id="to-full_name")["hx-get"] == "/details/full_name"


def test_a_system_that_is_down_says_so_and_the_rest_is_shown(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = registry.active().get("crm")

    def down(_: object) -> object:
        raise crm.unavailable("away")

    monkeypatch.setattr(crm, "details", down)
    page = mai.browser.get("/details")
    assert "No answer yet from Smartos CRM" in page.text
    assert page.root.one(id="cards")["hx-get"] == ""
    assert "does not answer at the moment" in page.root.one(id="detail-full_name").text
    assert "Smartos Booking App" in page.root.one(id="detail-full_name").text


def test_what_was_asked_for_before_it_was_not_them_is_not_written(mai: Member, run: Run) -> None:
    from portal.accounts import service as accounts

    before = names(run, mai.email)
    service.at_once(mai.subject, service.one(mai.subject, "full_name"), "Somebody Else", "en")
    accounts.distrust(mai.account)
    mai.portal.drain()
    assert names(run, mai.email) == before
    assert {part.state for part in service.parts(Correction.get())} == {"stopped"}
