"""What a proven report does to an account: marketing and sharing stop everywhere, reversibly, once a year (K3)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.cases.models import Case
from portal.cases.service import thread, timeline
from portal.children.models import ChildHold, HolderAnswer, Match, Report
from portal.children.service import answering, following, holding, matching, reporting
from portal.consents import service as consents
from portal.kernel import clock
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.children.conftest import Parent, child_in, lines, marketing
from tests.conftest import Portal


def held(report: Report) -> ChildHold:
    found: ChildHold = ChildHold.get(ChildHold.report == report.id)
    return found


def test_nothing_is_held_before_the_reporters_address_has_answered(lan: Parent, mai: str) -> None:
    lan.report(mai)
    assert ChildHold.select().count() == Match.select().count() == 0


def test_at_proof_marketing_and_sharing_stop_in_every_system_and_come_back(lan: Parent, child: str) -> None:
    before = marketing(lan.portal, child)
    report = lan.report(child)
    lan.prove()
    hold = held(report)
    answer = consents.why(hold.subject_id, "marketing.events.email")
    assert (answer.allowed, answer.reason, answer.case) == (False, "held", hold.reference)
    assert "hold.sharing" in consents.standing(hold.subject_id)
    assert "hold.location" not in consents.standing(hold.subject_id)
    assert marketing(lan.portal, child) == {"mail_events": 0, "sms_events": 0, "no_surveys": 1}
    holding.end(hold, "lifted", "staff:1")
    lan.portal.drain()
    assert marketing(lan.portal, child) == before
    assert consents.replay(hold.subject_id) == consents.standing(hold.subject_id)


def test_one_account_is_held_once_a_year_however_many_report_it(lan: Parent, mai: str) -> None:
    first = lan.report(mai)
    lan.prove()
    holding.end(held(first), "over", "staff:1")
    other = Parent(lan.portal, Browser(lan.portal.app), "spite@example.net")
    other.report(mai)
    other.prove()
    assert ChildHold.select().count() == 1
    with clock.later(timedelta(days=366)):
        third = Parent(lan.portal, Browser(lan.portal.app), "later@example.net")
        third.report(mai)
        third.prove()
    assert ChildHold.select().count() == 2


def test_many_reports_on_one_account_are_led_by_one_case_and_wishes_that_differ_are_flagged(
    lan: Parent, mai: str
) -> None:
    first = lan.report(mai)
    lan.prove()
    other = Parent(lan.portal, Browser(lan.portal.app), "dad@example.net")
    second = other.report(mai.upper(), wishes={"wish_keep": "y"}, until={"until": until()})
    other.prove()
    assert Report.get_by_id(second.id).lead == first.case_id
    assert Case.get_by_id(second.case_id).duplicate_of == first.case_id
    assert {row.report_id for row in matching.of_report(first)} == {first.id, second.id}
    assert [row.id for row in matching.reports_on(held(first).subject_id)] == [first.id, second.id]
    assert "wishes differ" in lines(first.case)
    assert [event.name for event in timeline(lan.case)] == [event.name for event in timeline(other.case)]


def until() -> str:
    return (clock.now() + timedelta(days=30)).date().isoformat()


def test_whom_several_share_an_address_with_is_not_held(lan: Parent, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        child_in(lan.portal, name, phone="+84901112233")
    report = lan.report(account={"target_phone": "+84901112233"})
    lan.prove()
    assert len(matching.of_report(report)) == 2
    assert ChildHold.select().count() == 0


def test_a_member_number_leads_to_the_account(lan: Parent, child: str) -> None:
    report = lan.report(account={"target_external_id": "M-small"})
    lan.prove()
    hold = held(report)
    assert [proof.value for proof in subjects.proofs(hold.subject_id)] == [child]


def test_the_holder_is_told_in_short_words_and_answers_without_a_proof(lan: Parent, child: str) -> None:
    report = lan.report(child)
    lan.prove()
    mail = lan.mails(child)
    assert "may belong to a child" in mail
    assert lan.case.reference not in mail
    page = Browser(lan.portal.app).get(re.findall(r"/children/holds/\S+", mail)[0])
    assert "Nothing was deleted." in page.text
    page = page.form("Send").send(kind="words", status=422)
    page = page.form("Send").send(kind="child", body="It is mine. I want to keep it.")
    assert "I want to keep it." in page.text
    [answer] = HolderAnswer.select()
    assert (answer.kind, answer.body) == ("child", "It is mine. I want to keep it.")
    assert answering.lead(held(report)) == lan.case
    assert "holder answered" in lines(lan.case)
    assert "holder answered" not in [event.name for event in timeline(lan.case)]
    assert [message.body for message in thread.said(lan.case)] == ["He is eleven."]


def test_a_grown_holder_lifts_the_hold_alone_and_a_child_cannot(lan: Parent, mai: str, child: str) -> None:
    grown, small = lan.report(mai), lan.report(child)
    assert grown.id < small.id
    for number in (grown, small):
        lan.asks = lan.browser.get(f"/children/report/{number.case.reference}/{reporting.ticket(number.case)}")
        code = code_of(lan, number)
        lan.asks.form("Continue").send(code=code)
    lan.portal.drain()
    assert {"users.tax_id", "birth date"} <= holding.signs(held(grown))
    assert holding.signs(held(small)) == set()
    holding.lift_alone(held(grown).subject_id)
    assert consents.why(held(grown).subject_id, "marketing.events.email").reason != "held"
    with pytest.raises(holding.NoSigns):
        holding.lift_alone(held(small).subject_id)


def code_of(lan: Parent, report: Report) -> str:
    for mail in lan.portal.mails():
        if report.case.reference in str(mail["Subject"]) and (body := mail.get_body(("plain",))):
            return re.findall(r"\b\d{6}\b", str(body.get_content()))[0]
    raise AssertionError("no code was sent")


def test_more_facts_lead_to_the_account_later(lan: Parent, child: str) -> None:
    lan.report()
    page = lan.prove()
    assert ChildHold.select().count() == 0
    page = page.form("Add this").send(target_email=child)
    lan.portal.drain()
    assert ChildHold.select().count() == 1
    assert "You told us more about the account." in page.text


def test_a_report_taken_back_leaves_what_is_held_to_staff(lan: Parent, child: str) -> None:
    report = lan.report(child)
    page = lan.prove()
    page = page.form("Take it back").send()
    assert "Taken back" in page.text
    assert Case.get_by_id(report.case_id).state == "revoked"
    assert held(report).state == "held"
    assert Report.get_by_id(report.id).forget_on is not None


def test_whoever_reports_the_account_of_their_own_address_is_offered_its_deletion(lan: Parent) -> None:
    lan.report(lan.address)
    page = lan.prove()
    assert page.links["Delete it"] == "/delete-account"
    other = Parent(lan.portal, Browser(lan.portal.app), "other@example.net")
    other.report("somebody@example.net")
    assert "Delete it" not in other.prove().links
    assert following.is_own(Report.get(Report.case == lan.case.id))


def test_a_flood_on_one_account_is_kept_and_holds_nothing(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "PER_TARGET", "1/day")
    parents = [Parent(portal, Browser(portal.app), f"p{number}@example.net") for number in range(2)]
    for parent in parents:
        parent.report("nobody@example.net")
        parent.prove()
    assert "many reports" not in lines(parents[0].case)
    assert "many reports" in lines(parents[1].case)
    assert parents[1].case.state == "open"
