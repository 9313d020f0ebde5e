"""A record found by a shared address or by a phone alone is claimed by a proof of its own, each apart."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from portal.accounts.models import Identifier
from portal.cases.models import Case
from portal.kernel import crypto
from portal.sources import registry
from portal.subjects import service as subjects
from portal.subjects.models import Link
from tests.conftest import Portal
from tests.people import Member, member

FATHER, DAUGHTER, TAM = "+84900000006", "+84900000007", "+84900000008"


@pytest.fixture
def nha(portal: Portal) -> Member:
    """The father, whose daughter has the same e-mail address."""
    return member(portal, "father")


def prove_phone(someone: Member, number: str) -> None:
    """Let somebody have proven a phone."""
    Identifier.create(account=someone.account, kind="phone", value=number, hash=crypto.keyed_hash("phone", number))
    someone.portal.drain()


def last_code(portal: Portal, phone: str) -> str:
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.texts(phone)[-1])
    assert found
    return found[0]


def rows_of(someone: Member, source: str) -> list[Link]:
    return list(Link.select().where(Link.subject == someone.subject, Link.source == source).order_by(Link.id))


def test_two_people_on_one_address_are_listed_masked(nha: Member) -> None:
    page = nha.browser.get("/overview").click("See these records")
    assert page.text.count("Smartos Booking App: H…g V. N.") == 1
    assert page.text.count("Smartos Booking App: H…g L. A.") == 1
    assert "There since" in page.text
    assert "Send a code to +84 … 06" in page.text
    for secret in ("Hoàng Văn", "Hoàng Lan", FATHER, DAUGHTER):
        assert secret not in page.response.text


@pytest.mark.parametrize("page", ["/data", "/details", "/download", "/deletion"])
def test_a_page_that_leaves_them_out_says_so_and_leads_to_the_proof(nha: Member, portal: Portal, page: str) -> None:
    ways = {path for words, path in nha.browser.get(page).links.items() if words.startswith("See these records")}
    assert ways == {"/security/claims"}
    assert "See these records" not in member(portal, "everyday").browser.get(page).text


def test_one_of_them_is_claimed_by_a_code_to_the_phone_on_it_and_the_other_stays(portal: Portal, nha: Member) -> None:
    row = rows_of(nha, "booking")[0]
    page = nha.browser.post(f"/security/claims/{row.id}", data={"way": "phone"})
    assert FATHER not in page.response.text
    page = page.form("Continue").send(code=last_code(portal, FATHER))
    assert page.h1 == "Which of these records are yours?"
    assert subjects.links(nha.subject) == {"booking": [(6,)]}
    assert subjects.unclaimed(nha.subject) == {"booking": 1, "crm": 2, "whitelabel": 2}
    assert subjects.person(nha.subject, "booking").identifiers == ()
    subjects.refresh(nha.subject)
    assert subjects.links(nha.subject) == {"booking": [(6,)]}
    assert "You proved that a record in Smartos Booking App is yours" in nha.browser.get("/activity").text


def test_the_phone_that_got_the_code_becomes_no_address_of_the_account(portal: Portal, nha: Member) -> None:
    page = nha.browser.post(f"/security/claims/{rows_of(nha, 'booking')[0].id}", data={"way": "phone"})
    page.form("Continue").send(code=last_code(portal, FATHER))
    assert [row.kind for row in Identifier.of(nha.account)] == ["email"]


def test_a_phone_that_both_have_proves_neither(portal: Portal, nha: Member) -> None:
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db, db:
        db.execute("UPDATE users SET phone = ? WHERE id = 7", (FATHER,))
    page = nha.browser.post(f"/security/claims/{rows_of(nha, 'booking')[0].id}", data={"way": "phone"}, status=409)
    assert "no other address that could prove" in page.text
    assert portal.texts(FATHER) == []


def test_staff_are_asked_once_for_each_record(nha: Member) -> None:
    row = rows_of(nha, "crm")[0]
    nha.browser.post(f"/security/claims/{row.id}", data={"way": "staff"})
    page = nha.browser.post(f"/security/claims/{row.id}", data={"way": "staff"})
    case = Case.get()
    assert (case.kind, Case.select().count()) == ("inquiry", 1)
    assert case.reference in page.text
    assert case.reference in nha.browser.get("/overview").text
    assert subjects.links(nha.subject) == {}


def test_somebody_elses_record_cannot_be_claimed(portal: Portal, nha: Member) -> None:
    mai = member(portal, "everyday")
    row = rows_of(nha, "booking")[0]
    for way in ("phone", "staff"):
        mai.browser.post(f"/security/claims/{row.id}", data={"way": way}, status=404)
    own = rows_of(mai, "booking")[0]
    mai.browser.post(f"/security/claims/{own.id}", data={"way": "phone"}, status=404)


def test_a_code_for_a_record_adds_no_address(portal: Portal, nha: Member) -> None:
    from portal.accounts import identifiers
    from portal.accounts.addresses import WrongCode
    from portal.accounts.models import Proof

    nha.browser.post(f"/security/claims/{rows_of(nha, 'booking')[0].id}", data={"way": "phone"})
    code = last_code(portal, FATHER)
    with pytest.raises(WrongCode):
        identifiers.add(nha.account, Proof.get().id, code)


def test_a_system_that_is_silent_says_so_and_hides_no_other(nha: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = registry.active().get("crm")

    def silent(person: object) -> None:
        raise crm.unavailable("told to be down")

    monkeypatch.setattr(crm, "snapshot", silent)
    text = nha.browser.get("/security/claims").text
    assert "does not answer at the moment" in text
    assert "Send a code to +84 … 06" in text


def test_a_phone_of_ones_own_claims_the_record_that_an_address_shares(portal: Portal, nha: Member) -> None:
    prove_phone(nha, DAUGHTER)
    assert subjects.links(nha.subject) == {"booking": [(7,)], "crm": [(5007,)], "whitelabel": [(9007,)]}


def test_a_phone_alone_discloses_nothing_and_reaches_nothing(portal: Portal) -> None:
    tam = member(portal, "stranger@example.com")
    prove_phone(tam, TAM)
    assert [row.state for row in rows_of(tam, "booking")] == ["linked"]
    assert subjects.links(tam.subject) == {}
    person = subjects.person(tam.subject, "booking")
    assert (person.keys, person.identifiers) == ((), ())
    assert subjects.unclaimed(tam.subject) == {"booking": 1}
    page = tam.browser.get("/security/claims")
    assert "V… V. T." in page.text
    assert "It holds no other address to which a code could go" in page.text
    for path in ("/download", "/deletion", "/overview"):
        assert "Tám" not in tam.browser.get(path).response.text


def test_a_phone_alone_is_neither_copied_nor_deleted(portal: Portal) -> None:
    from portal.deletion import service as deletion

    tam = member(portal, "stranger@example.com")
    prove_phone(tam, TAM)
    assert deletion.outlook(tam.subject).holding() == []
    with registry.active().get("booking").snapshot(subjects.person(tam.subject, "booking")) as snapshot:
        assert set(snapshot.counts.values()) == {0}


def test_a_number_that_changed_hands_shows_its_last_holders_data_to_nobody(portal: Portal) -> None:
    """The new holder has data and an address of their own; the old holder's record stays closed."""
    mai = member(portal, "everyday")
    prove_phone(mai, TAM)
    assert subjects.links(mai.subject)["booking"] == [(1,)]
    person = subjects.person(mai.subject, "booking")
    assert person.identifiers == (), "while a record waits, only keys count there"
    assert [proof.kind for proof in subjects.person(mai.subject, "crm").identifiers] == ["email"]


def test_a_phone_of_a_record_that_is_proven_counts_there(portal: Portal) -> None:
    mai = member(portal, "everyday")
    prove_phone(mai, "+84900000001")
    assert {proof.kind for proof in subjects.person(mai.subject, "booking").identifiers} == {"email", "phone"}
    assert subjects.unclaimed(mai.subject) == {}


def test_a_record_found_by_phone_is_claimed_by_its_email(portal: Portal) -> None:
    tam = member(portal, "stranger@example.com")
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db, db:
        db.execute("UPDATE users SET email = 'tam.old@example.com' WHERE id = 8")
    prove_phone(tam, TAM)
    row = rows_of(tam, "booking")[0]
    page = tam.browser.post(f"/security/claims/{row.id}", data={"way": "email"})
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    page.form("Continue").send(code=found[0])
    assert subjects.links(tam.subject) == {"booking": [(8,)]}
