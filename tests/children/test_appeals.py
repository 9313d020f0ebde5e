"""Who does not agree with a decision has it looked at by a third person."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from portal.accounts import blocking
from portal.cases.models import Case
from portal.cases.service.deciding import SecondPerson
from portal.children.models import Appeal, Ruling
from portal.children.service import appeals, carrying, outcome, rulings
from portal.children.service.rulings import Wanted
from portal.children.views.following import path_of
from portal.consents import service as consents
from portal.deletion.models import Certificate, Deletion
from portal.kernel import clock
from portal.kernel.problems import NotFound, NotNow
from portal.subjects import service as subjects
from portal.web.words import of
from tests.browse import Browser
from tests.children.reports import CHILD, again, decide, hold_of, meant, reported
from tests.conftest import Portal
from tests.people import staff


def place() -> str:
    """Return the path of the holder's page about the decision."""
    return urlsplit(carrying.url(Ruling.get())).path


def test_a_wrongly_reported_adult_gets_everything_back_by_an_appeal_without_papers(portal: Portal) -> None:
    adult = portal.systems.cast["everyday"].email or ""
    case, third = reported(portal, about=adult), staff(portal, "approver", "Third Thea")
    decide(portal, case, "delete", by=(901, 902))
    (mail,) = [one for one in portal.mails() if one["To"] == adult and "/children/decisions/" in one.as_string()]
    assert case.reference not in mail.as_string()
    page = Browser(portal.app).get(place())
    assert "delete the account" in page.text
    assert "Somebody else looks at it" in page.form("Send the appeal").send(words="I am 34 years old.").text
    assert Deletion.get().state == "cancelled"
    desk = third.browser.get(f"/staff/requests/{case.reference}/child")
    assert "I am 34 years old." in desk.text
    desk.form("Undo it").send(words="They are grown up.")
    assert (Ruling.get().state, Appeal.get().state, hold_of(case).state) == ("overturned", "changed", "over")
    assert not blocking.is_blocked("email", adult)
    assert not list(consents.stops(consents.standing(meant(case))))
    with clock.later(timedelta(days=40)):
        portal.drain()
        assert not Certificate.select().exists()
        assert subjects.account_of(meant(case)) is not None


def test_an_appeal_in_vain_lets_the_deletion_go_on(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete")
    appeals.by_holder(Ruling.get(), "Please not.")
    with clock.later(timedelta(days=20)):
        portal.drain()
        assert not Certificate.select().exists()
        appeals.decide(case, Appeal.get().id, appeals.UPHELD, "A child.", 3)
        portal.drain()
        assert not Certificate.select().exists(), "they are told first, and can take a copy"
    with clock.later(timedelta(days=23)):
        for _ in range(3):
            portal.drain()
        assert Certificate.get().reference == Ruling.get().deletion


def test_neither_who_proposed_nor_who_agreed_answers_an_appeal(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete", by=(5, 6))
    made = appeals.by_holder(Ruling.get(), "No.")
    for who in (5, 6):
        with pytest.raises(SecondPerson):
            appeals.decide(case, made.id, appeals.UPHELD, "It stays.", who)
    with pytest.raises(rulings.NoReason):
        appeals.decide(case, made.id, appeals.UPHELD, " ", 7)
    appeals.decide(case, made.id, appeals.UPHELD, "It stays.", 7)
    with pytest.raises(NotNow):
        appeals.decide(case, made.id, appeals.CHANGED, "Or not.", 7)


def test_an_appeal_is_made_once_and_within_14_days(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "stop")
    row = Ruling.get()
    with clock.later(timedelta(days=15)), pytest.raises(appeals.AppealOver):
        appeals.by_holder(row, "No.")
    appeals.by_holder(row, "No.")
    with pytest.raises(NotNow):
        appeals.by_holder(row, "No!")


def test_the_address_of_a_decision_opens_with_its_secret_alone(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete")
    row = Ruling.get()
    for number, secret in ((row.id, "x" * 20), (row.id + 1, carrying.secret(row.id))):
        with pytest.raises(NotFound):
            appeals.by_secret(str(number), secret)
    with pytest.raises(NotFound):
        appeals.by_secret(str(row.id + 1), carrying.secret(row.id + 1))
    Browser(portal.app).get(place())


def test_a_reporter_appeals_on_the_same_page_whatever_was_decided(portal: Portal) -> None:
    nobody = "nobody@example.com"
    made = [reported(portal, by="a@example.com"), reported(portal, by="b@example.com", about=nobody)]
    for case, what in zip(made, ("delete", "nothing"), strict=True):
        Browser(portal.app).get(path_of(case) + "/appeal", status=404)
        decide(portal, case, what)
    with clock.later(outcome.ANSWERED):
        outcome.answer_due()
        pages = [Browser(portal.app).get(path_of(case)).click("Appeal") for case in made]
        assert pages[0].text == pages[1].text
        done = [page.form("Send the appeal").send(words="Look again.").text for page in pages]
        assert done[0] == done[1]
        assert "Somebody else looks at it" in done[0]


def test_a_report_that_was_put_aside_is_decided_anew_by_others_after_an_appeal(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "nothing", by=(1, 2))
    with clock.later(outcome.ANSWERED):
        outcome.answer_due()
        appeals.by_reporter(again(case), "It is my child.")
        appeals.decide(again(case), Appeal.get().id, appeals.CHANGED, "They may be right.", 3)
        assert again(case).state == "open"
        wanted = Wanted("delete", "A child.", subjects=(meant(case),))
        for who in (1, 2):
            with pytest.raises(SecondPerson):
                rulings.propose(again(case), who, wanted)
        decide(portal, case, "delete", by=(3, 4))
        assert Deletion.get().state == "scheduled"
        outcome.answer_due()
        assert again(case).state == "fulfilled"
    assert CHILD not in str([row.__data__ for row in Ruling.select()])


def test_staff_find_an_appeal_in_the_queue_until_it_is_answered(portal: Portal) -> None:
    case, third = reported(portal), staff(portal, "approver", "Third Thea")
    decide(portal, case, "delete", by=(901, 902))
    queue = "/staff/requests"
    assert "Appeal" not in third.browser.get(queue).text
    made = appeals.by_holder(Ruling.get(), "I am 34 years old.")
    page = third.browser.get(queue)
    assert "waits for somebody who took no part" in page.text
    assert f"/staff/requests/{case.reference}/child#appeals" in page.links.values()
    appeals.decide(case, made.id, appeals.UPHELD, "It stays.", third.number)
    assert "waits for somebody" not in third.browser.get(queue).text


def test_an_account_stays_as_long_as_was_promised_though_an_appeal_was_answered_early(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete")
    promised = Ruling.get().appeal_until
    appeals.decide(case, appeals.by_holder(Ruling.get(), "No.").id, appeals.UPHELD, "It stays.", 3)
    portal.drain()
    begins = Deletion.select().join(Case).where(Case.reference == Ruling.get().deletion).get().scheduled_for
    assert clock.day_of(begins) > promised
    assert of("en").day(promised) in Browser(portal.app).get(place()).text


@pytest.mark.parametrize(("state", "said"), [("upheld", "The decision stays."), ("changed", "It was undone.")])
def test_whoever_has_the_account_is_told_what_became_of_their_appeal(portal: Portal, state: str, said: str) -> None:
    case = reported(portal)
    decide(portal, case, "delete", by=(1, 2))
    made, before = appeals.by_holder(Ruling.get(), "No."), len(portal.mails())
    page = Browser(portal.app).get(place())
    assert "Nothing is deleted while somebody else looks at it." in page.text
    assert "not before the end of" not in page.text
    appeals.decide(again(case), made.id, state, "Looked at.", 3)
    assert said in Browser(portal.app).get(place()).text
    with clock.later(timedelta(hours=12)):  # beyond quiet hours
        portal.drain()
    bodies = [mail.get_body(("plain",)) for mail in portal.mails()[before:] if mail["To"] == CHILD]
    told = [" ".join(body.get_content().split()) for body in bodies if body]
    assert [said in text for text in told if "/children/decisions/" in text] == [True]


def test_whoever_reported_is_told_that_their_appeal_was_answered(portal: Portal) -> None:
    case = reported(portal, by="a@example.com")
    decide(portal, case, "nothing", by=(1, 2))
    with clock.later(outcome.ANSWERED):
        outcome.answer_due()
        made = appeals.by_reporter(again(case), "It is my child.")
        portal.drain()
        before = len(portal.mails())
        appeals.decide(again(case), made.id, appeals.UPHELD, "Nothing new.", 3)
    with clock.later(outcome.ANSWERED + timedelta(hours=12)):
        portal.drain()
    assert [mail["To"] for mail in portal.mails()[before:]] == ["a@example.com"]
