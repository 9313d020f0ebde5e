"""Showing who asks: a code, two facts, in person, or by way of every address on file; each once, in one request."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.addresses import WrongCode
from portal.accounts.models import Identifier
from portal.cases.kinds import Proof
from portal.cases.models import Attempt, Case, Verification
from portal.cases.service import attempts, by_reference, codes, deciding, desk, identity
from portal.download import service as downloads
from portal.kernel import clock
from portal.kernel.problems import NotNow
from portal.sources.base import Identifier as Address
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.cases.conftest import NAM, Stranger
from tests.people import member

ANNA, BINH = 1, 2
SAME = {"Sec-Fetch-Site": "same-origin"}


def approve(case: Case) -> None:
    row = deciding.propose(by_reference(case.reference), ANNA, deciding.FULFIL)
    deciding.agree(by_reference(case.reference), BINH, row.id)


def let_out(case: Case) -> None:
    """Let somebody prepare the copy of a case and somebody else release it, with nothing left out."""
    prepared = downloads.prepare(by_reference(case.reference), [], ANNA)
    downloads.release(by_reference(case.reference), prepared.prepared_at.isoformat(), BINH)


def fact(mai: Stranger, statement: str, system: str = "booking") -> str:
    with closing(sqlite3.connect(mai.portal.systems.database(system))) as db:
        return str(db.execute(statement, (mai.address,)).fetchone()[0])


def facts_of(mai: Stranger) -> dict[str, Any]:
    mine = "FROM {0} JOIN users ON users.id = {0}.user_id WHERE lower(users.email) = ?"
    return {
        "fact_booking__bookings__starts_at": fact(mai, f"SELECT starts_at {mine.format('bookings')}")[:10],
        "fact_booking__payments__amount": f"{int(fact(mai, 'SELECT amount ' + mine.format('payments'))):,}",
    }


def test_a_code_proves_the_address_and_finds_whose_data_it_is(mai: Stranger) -> None:
    case = mai.ask("download")
    code = mai.code()
    page = mai.browser.get(mai.link(r"/requests/R-\S+") + "/prove/code").form("Continue").send(code=f" {code} ")
    assert "Our staff look at it" in page.text
    found = by_reference(case.reference)
    assert identity.proof(found) == Proof.ADDRESS
    assert found.subject_id == subjects.of_account(Identifier.get(Identifier.kind == "email").account_id)
    mai.portal.drain()
    assert set(subjects.links(found.subject_id)) == {"booking", "crm", "whitelabel"}


def test_a_code_works_once_for_ten_minutes_and_five_tries(mai: Stranger) -> None:
    case = mai.ask()
    code, path = mai.code(), mai.link(r"/requests/R-\S+") + "/prove/code"
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with clock.later(timedelta(minutes=11)):
        assert mai.browser.client.post(path, data={"code": code}, headers=SAME).status_code == 422
    for _ in range(5):
        assert mai.browser.client.post(path, data={"code": wrong}, headers=SAME).status_code == 422
    assert mai.browser.client.post(path, data={"code": code}, headers=SAME).status_code == 422
    assert identity.proof(case) == Proof.NONE
    code = mai.code()
    assert mai.browser.client.post(path, data={"code": code}, headers=SAME).status_code == 303
    mai.browser.client.post(path, data={"code": code}, headers=SAME)
    assert Verification.select().count() == 1, "a replayed code proves nothing again"


def test_a_code_of_one_request_proves_no_other(mai: Stranger) -> None:
    mai.ask()
    code = mai.code()
    other = mai.ask("deletion")
    path = mai.link(r"/requests/R-\S+") + "/prove/code"
    assert mai.browser.client.post(path, data={"code": code}, headers=SAME).status_code == 422
    assert identity.proof(other) == Proof.NONE


def test_programs_that_open_every_link_of_a_mail_change_nothing(mai: Stranger) -> None:
    case = mai.ask()
    path = mai.link(r"/requests/R-\S+")
    before = len(mai.portal.mails())
    for way in ("", "/prove/code", "/prove/in-person", "/prove/lost-mailbox"):
        for method in ("GET", "HEAD", "GET"):
            assert mai.browser.client.open(path + way, method=method).status_code == 200
    mai.portal.drain()
    assert len(mai.portal.mails()) == before
    assert not Attempt.select().exists()
    assert by_reference(case.reference).state == "open"


def test_codes_are_sent_five_times_an_hour(mai: Stranger) -> None:
    mai.ask()
    path = mai.link(r"/requests/R-\S+") + "/prove/code"
    sent = [mai.browser.client.post(path, data={"send": "code"}, headers=SAME).status_code for _ in range(6)]
    assert sent == [303] * 5 + [429]
    assert Attempt.select().where(Attempt.state == attempts.SENT).count() == 1


@pytest.mark.parametrize("kind", ["objection", "restriction", "withdrawal", "correction"])
def test_two_facts_stop_or_correct_something(mai: Stranger, kind: str) -> None:
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = somebody.ask(kind, words="I cannot read my old mail.")
    page = somebody.browser.get(somebody.link(r"/requests/R-\S+") + "/prove/facts")
    page = page.form("Compare").send(address=mai.address, **facts_of(mai))
    assert "We compare your answers" in page.text
    mai.portal.drain()
    found = by_reference(case.reference)
    assert identity.proof(found) == Proof.FACTS
    assert Attempt.get(Attempt.way == attempts.FACTS).typed is None, "answers go once they are compared"
    assert "stop it here" in mai.mails(mai.address), "who is on file is told"
    staff_decide = kind != "withdrawal"  # what somebody agreed to, they take back without anybody's leave
    assert ("Our staff look at it" in somebody.open().text) is staff_decide
    assert (found.state == "open") is staff_decide


def test_facts_show_and_delete_nothing(mai: Stranger) -> None:
    mai.ask("download")
    path = mai.link(r"/requests/R-\S+")
    assert not any("two facts" in words for words in mai.open().links)
    mai.browser.get(f"{path}/prove/facts", status=404)
    mai.browser.post(f"{path}/prove/facts", data={"address": mai.address}, status=404)


def test_wrong_facts_and_an_unknown_person_get_the_same_answer(mai: Stranger) -> None:
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    said, right = [], facts_of(mai)
    one_wrong = right | {"fact_booking__payments__amount": "1"}
    for address, answers in ((mai.address, one_wrong), ("nobody.here@example.com", right)):
        somebody.ask("restriction")
        path = somebody.link(r"/requests/R-\S+") + "/prove/facts"
        pages = [somebody.browser.get(path).form("Compare").send(address=address, **answers)]
        mai.portal.drain()
        pages.append(somebody.browser.get(path))
        said.append([re.sub(r'value="[0-9a-f]{32}"|R-\w{4}-\w\w|[0-9a-f]{32}', "", page.text) for page in pages])
    assert said[0] == said[1]
    assert "do not show that it is you" in said[0][1]
    assert not Verification.select().exists()


def test_facts_are_tried_three_times_a_day_and_one_is_not_enough(mai: Stranger) -> None:
    mai.ask("restriction")
    path = mai.link(r"/requests/R-\S+") + "/prove/facts"
    form = mai.browser.get(path).form("Compare")
    page = form.send(address=mai.address, fact_booking__payments__amount="5", status=422)
    assert "Answer at least two of the questions." in page.text
    wrong: dict[str, Any] = {"fact_booking__payments__amount": "5", "fact_crm__invoices__number": "X"}
    for _ in range(3):
        form.send(address=mai.address, **wrong)
    form.send(address=mai.address, **wrong, status=429)


def test_an_address_that_several_people_share_proves_nobody_by_facts(nam: Stranger) -> None:
    father = nam.portal.systems.cast["father"].email or ""
    shared = Stranger(nam.portal, nam.browser, father)
    case = nam.ask("restriction")
    path = nam.link(r"/requests/R-\S+") + "/prove/facts"
    nam.browser.get(path).form("Compare").send(address=father, **facts_of(shared))
    nam.portal.drain()
    assert identity.proof(case) == Proof.NONE


def test_a_number_is_said_in_person_and_counts_a_week_later(nam: Stranger) -> None:
    case = nam.ask("deletion")
    page = nam.browser.get(nam.link(r"/requests/R-\S+") + "/prove/in-person")
    shown = page.root.one(id="number").text
    with pytest.raises(identity.WrongNumber):
        desk.attest(case, identity.IN_PERSON, ANNA, "000000" if shown != "000 000" else "111111")
    assert identity.proofs(case) == []
    desk.attest(case, identity.IN_PERSON, ANNA, shown)
    assert identity.proof(case) == Proof.NONE
    with clock.later(identity.COOLING + timedelta(minutes=1)):
        assert identity.proof(case) == Proof.ADDRESS


def test_a_lost_mailbox_is_told_at_every_address_on_file_and_counts_a_week_later(mai: Stranger) -> None:
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = somebody.ask("download")
    path = somebody.link(r"/requests/R-\S+") + "/prove/lost-mailbox"
    page = somebody.browser.get(path).form("Write to all addresses").send(email=mai.address)
    mai.portal.drain()
    assert "nothing is shown or deleted" in mai.mails(mai.address)
    assert mai.portal.systems.cast["everyday"].phone is None or mai.portal.texts(
        mai.portal.systems.cast["everyday"].phone
    )
    found = by_reference(case.reference)
    assert identity.proof(found) == Proof.NONE
    assert "If we know the address" in page.text
    with clock.later(identity.COOLING + timedelta(minutes=1)):
        approve(case)
        mai.portal.drain()
    mine = {row.value for row in Identifier.select()}
    assert mine == {mai.address, NAM}, "the new address is let in, or nothing could be given"
    assert "was added to your account" in mai.mails(mai.address)


def test_an_address_that_nobody_knows_gets_the_same_answer_and_no_mail(nam: Stranger) -> None:
    said = []
    for address in (nam.portal.systems.cast["everyday"].email or "", "nobody.here@example.com"):
        nam.ask("deletion")
        path = nam.link(r"/requests/R-\S+")
        before = len(nam.portal.mails())
        nam.browser.get(f"{path}/prove/lost-mailbox").form("Write to all addresses").send(email=address)
        nam.portal.drain()
        assert (len(nam.portal.mails()) > before) == (address != "nobody.here@example.com")
        with clock.later(timedelta(days=8)):
            pages = [nam.browser.get(f"{path}/prove/lost-mailbox"), nam.browser.get(path)]
        said.append([re.sub(r"R-\w{4}-\w\w|\d\d:\d\d", "", page.text) for page in pages])
        nam.browser.post(f"{path}/prove/lost-mailbox", data={"email": address})
    assert said[0] == said[1]
    assert Attempt.select().where(Attempt.way == attempts.LOST).count() == 2, "once in a request"


def test_a_code_to_ones_own_address_never_opens_the_data_of_the_address_that_was_named(mai: Stranger) -> None:
    """Whoever names somebody else's address as lost, and then proves their own, has proven nothing of the other."""
    thief = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = thief.ask("download")
    code, path = thief.code(), thief.link(r"/requests/R-\S+")
    thief.browser.get(f"{path}/prove/lost-mailbox").form("Write to all addresses").send(email=mai.address)
    thief.browser.post(f"{path}/prove/code", data={"code": code}, status=404)
    mai.portal.drain()
    found = by_reference(case.reference)
    with pytest.raises(WrongCode):
        codes.enter(found, code)
    with pytest.raises(NotNow):
        attempts.match(found, Address("email", NAM))
    owner = member(mai.portal, NAM)
    owner.browser.post(f"/requests/{case.reference}/confirm", data={})
    assert identity.proof(found) == Proof.NONE
    with pytest.raises(identity.NotProven):
        deciding.propose(by_reference(case.reference), ANNA, deciding.FULFIL)


def test_anybody_on_file_stops_it_with_one_link(mai: Stranger) -> None:
    somebody = Stranger(mai.portal, Browser(mai.portal.app), NAM)
    case = somebody.ask("deletion")
    path = somebody.link(r"/requests/R-\S+") + "/prove/lost-mailbox"
    somebody.browser.get(path).form("Write to all addresses").send(email=mai.address)
    mai.portal.drain()
    link = re.findall(r"/agents/\S+", mai.mails(mai.address))[-1]
    assert mai.browser.get(link).h1 == "Was this not you?"
    assert Verification.select().count() == 1, "looking alone stops nothing"
    assert "Nothing is done on the word" in mai.browser.get(link).form("Stop it").send().text
    found = by_reference(case.reference)
    assert not found.subject_id
    assert not Verification.select().exists()
    with clock.later(timedelta(days=8)), pytest.raises(identity.NotProven):
        deciding.propose(found, ANNA, deciding.FULFIL)
    owner = member(mai.portal, "sharer")
    assert "stopped" not in owner.browser.get("/requests").text


def test_a_code_leads_to_a_download_once_two_of_the_staff_agree(mai: Stranger) -> None:
    case = mai.ask("download")
    with pytest.raises(identity.NotProven):
        deciding.propose(by_reference(case.reference), ANNA, deciding.FULFIL)
    code = mai.code()
    mai.browser.get(mai.link(r"/requests/R-\S+") + "/prove/code").form("Continue").send(code=code)
    approve(case)
    mai.portal.drain()
    assert by_reference(case.reference).state == "approved", "a copy for a stranger leaves without a second look"
    let_out(case)
    mai.portal.drain()
    assert by_reference(case.reference).state == "fulfilled"
    assert f"/download/{case.reference}" in mai.mails()
