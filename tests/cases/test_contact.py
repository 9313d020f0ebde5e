"""Contact: a question and a complaint are different things, and a form is not the only way (RULES Q1 to Q3)."""

from __future__ import annotations

import pytest

from portal.accounts.models import Account
from portal.cases import deadlines
from portal.cases.models import Case
from portal.cases.service import by_reference, deciding, timeline
from tests.browse import Browser
from tests.cases.conftest import NAM, Stranger
from tests.people import member

ANNA, BINH = 1, 2


@pytest.mark.parametrize("about", ["inquiry", "complaint"])
def test_a_question_and_a_complaint_are_filed_here(nam: Stranger, about: str) -> None:
    page = nam.browser.get(f"/requests/new/{about}")
    assert page.path == "/contact"
    page.form("Send").send(email=NAM, words="You kept my photo.", country="GB")
    case = Case.get()
    assert (case.kind, case.country, case.channel) == (about, "GB", "form")
    nam.portal.drain()
    assert "Our staff look at it" in nam.open().text, "no proof is asked for"


def test_there_are_other_ways_than_the_form_and_the_authority_is_named(nam: Stranger) -> None:
    page, site = nam.browser.get("/contact"), nam.portal.config.site
    for said in (site.address, site.support_email, site.phone, deadlines.authority_in("en", ""), "within 15 days"):
        assert said in page.text
    assert page.links[site.phone] == "tel:+842365550142"


def test_somebody_who_lives_elsewhere_reads_the_authority_of_their_own_country(nam: Stranger) -> None:
    mai = member(nam.portal, "everyday")
    Account.update(age_rule="GB-13").where(Account.id == mai.account).execute()
    for path in ("/contact", "/contact/what-we-do"):
        assert deadlines.authority_in("en", "GB") in mai.browser.get(path).text
        assert deadlines.authority_in("en", "") in nam.browser.get(path).text


def test_it_is_at_the_same_place_on_every_page(nam: Stranger) -> None:
    browsers = (nam.browser, member(nam.portal, "everyday").browser)
    places = [
        [node.text for node in browser.get(path).root.one("footer").all("a")].index("Contact and complaints")
        for browser, path in ((browsers[0], "/"), (browsers[0], "/sign-in"), (browsers[1], "/overview"))
    ]
    assert len(set(places)) == 1


def test_what_it_is_has_to_be_chosen_and_nothing_typed_is_lost(nam: Stranger) -> None:
    page = nam.browser.get("/contact").form("Send").send(email=NAM, words="Why?", status=422)
    assert "Choose" in page.root.one(id="errors").text
    assert page.form("Send").values["words"] == "Why?"
    assert not Case.select().exists()


def test_a_complaint_is_acknowledged_worked_on_and_answered_in_its_timeline(nam: Stranger) -> None:
    """RULES §18 line 33: with the authority of the person's own country."""
    nam.browser.get("/contact").form("Send").send(about="complaint", email=NAM, words="You kept it.", country="GB")
    case = Case.get()
    assert case.acknowledge_by is not None
    assert (case.acknowledge_by - case.received_at.date()).days <= 30
    row = deciding.propose(case, ANNA, deciding.REFUSE, "legal_duty", "The law makes us keep invoices.")
    deciding.agree(by_reference(case.reference), BINH, row.id)
    assert [line.name for line in timeline(case)] == ["received", "acknowledged", "refused"]
    nam.portal.drain()
    for said in (" ".join(nam.mails().split()), nam.open().text):
        assert "Information Commissioner's Office (ICO)" in said


def test_who_is_signed_in_is_asked_for_no_address(nam: Stranger) -> None:
    owner = member(nam.portal, "everyday")
    form = owner.browser.get("/contact?about=complaint").form("Send")
    assert "email" not in form.values
    assert form.values["about"] == "complaint"
    page = form.send(words="You kept my photo.")
    assert page.h1 == "A complaint"
    assert Browser(nam.portal.app).get(page.path).path == "/sign-in"
