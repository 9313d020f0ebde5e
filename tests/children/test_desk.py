"""What staff see of a report, and what they do with it: triage, proof of parenthood, a decision by two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.staff.models import StaffLook
from portal.cases.models import Case
from portal.children.models import ChildHold, Match, ParenthoodCheck, Ruling
from portal.children.service import desk, following, holding, patterns, triage
from portal.children.service.rulings import Wanted, propose
from portal.consents import service as consents
from portal.download import service as downloads
from portal.kernel import clock
from portal.subjects.models import Subject
from portal.web.words import of
from tests.children.reports import CHILD, again, hold_of, meant, reported, verify
from tests.conftest import Portal
from tests.people import StaffMember, member, staff


@pytest.fixture
def sam(portal: Portal) -> StaffMember:
    return staff(portal, "staff")


@pytest.fixture
def ann(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def at(case: Case, more: str = "") -> str:
    return f"/staff/requests/{case.reference}/child{more}"


def test_a_report_stands_in_the_queue_and_leads_to_its_desk(portal: Portal, sam: StaffMember) -> None:
    case = reported(portal)
    assert case.reference in sam.browser.get("/staff/requests?kind=child").text
    assert at(case) in sam.browser.get(f"/staff/requests/{case.reference}").links.values()


def test_the_desk_shows_both_readings_who_may_be_meant_and_what_is_held(portal: Portal, sam: StaffMember) -> None:
    case = reported(portal)
    page = sam.browser.get(at(case))
    for words in (
        "Born on the last day of the month: 12",
        "Born on the first day of the month: 12",
        "7 to 12: both are told",
        "Smartos Booking App",
        "Held: marketing and sharing",
        "Nobody has looked at it yet",
        "delete it",
    ):
        assert words in page.text
    assert CHILD not in page.text


def test_whoever_may_be_meant_reads_that_somebody_looked_and_never_why(portal: Portal, sam: StaffMember) -> None:
    child, case = member(portal, CHILD), reported(portal)
    for _ in range(3):
        sam.browser.get(at(case))
    look = StaffLook.get()
    assert (look.subject_id, look.about) == (meant(case), "child")
    assert case.reference not in child.browser.get("/activity").text


def test_signs_of_an_adult_are_told_to_staff_and_nothing_is_the_suggestion(portal: Portal, sam: StaffMember) -> None:
    case = reported(portal, about=portal.systems.cast["everyday"].email or "")
    signals = Match.get().signals
    assert signals
    page = sam.browser.get(at(case))
    assert "Signs of an adult: " + ", ".join(signals) in page.text
    assert "What fits: Nothing" in page.text


def test_triage_holds_location_and_the_rest_and_can_be_taken_back(portal: Portal, sam: StaffMember) -> None:
    case = reported(portal)
    page = sam.browser.get(at(case)).form("Hold location and the rest too").send()
    assert "Held: marketing, sharing, location and the rest" in page.text
    assert (hold_of(case).level, hold_of(case).seen_by) == (2, sam.number)
    stopped = {name for name, _ in consents.stops(consents.standing(meant(case)))}
    assert "hold.location" in stopped
    page.form("End the hold").send()
    assert hold_of(case).state == "lifted"
    assert not list(consents.stops(consents.standing(meant(case))))


def test_an_account_is_held_once_a_year_by_staff_too(portal: Portal, sam: StaffMember) -> None:
    case = reported(portal)
    sam.browser.get(at(case)).form("End the hold").send()
    page = sam.browser.get(at(case)).form("Hold it g…g@e…e.com").send(status=409)
    assert "held once a year" in page.text
    assert ChildHold.select().count() == 1
    with clock.later(timedelta(days=366)):
        triage.hold(again(case), Match.get().id, sam.number)
        assert ChildHold.select().count() == 2


def test_a_held_teenager_can_still_get_a_copy_of_their_data(portal: Portal, sam: StaffMember) -> None:
    teen = member(portal, CHILD)
    case = reported(portal, age=13)
    triage.hold_more(case, hold_of(case).id, sam.number)
    offers = downloads.offers(teen.subject)
    assert sum(sum(offer.counts.values()) for offer in offers if offer.counts) > 0
    assert "copy" in teen.browser.get("/download").text
    assert teen.browser.get("/delete-account").h1


def test_what_nobody_looked_at_goes_to_an_admin_on_the_second_day(portal: Portal, ann: StaffMember) -> None:
    case = reported(portal)
    with clock.later(holding.WAITS - timedelta(minutes=5)):
        portal.drain()
        assert again(case).assignee is None
    with clock.later(holding.WAITS):
        portal.drain()
        assert again(case).assignee == ann.number
        mail = portal.mails()[-1]
        assert (mail["To"], case.reference in str(mail["Subject"])) == (ann.email, True)
    with clock.later(holding.WAITS + timedelta(days=5)):
        portal.drain()
        assert hold_of(case).state == "held"  # no sign of an adult: it stays


def test_an_untouched_hold_lapses_only_where_there_are_signs_of_an_adult(portal: Portal, ann: StaffMember) -> None:
    case = reported(portal, about=portal.systems.cast["everyday"].email or "")
    with clock.later(holding.WAITS):
        portal.drain()
        assert hold_of(case).state == "held"
    with clock.later(holding.WAITS + triage.AGAIN):
        portal.drain()
        assert hold_of(case).state == "lapsed"
        assert not list(consents.stops(consents.standing(meant(case))))


def test_a_hold_that_somebody_looked_at_waits_for_the_decision(portal: Portal, sam: StaffMember) -> None:
    case = reported(portal, about=portal.systems.cast["everyday"].email or "")
    sam.browser.get(at(case)).form("I have looked").send()
    with clock.later(holding.WAITS + timedelta(days=3)):
        portal.drain()
        assert (hold_of(case).state, again(case).assignee) == ("held", None)


def test_two_reporters_who_want_what_does_not_go_together_are_flagged(portal: Portal, sam: StaffMember) -> None:
    first = reported(portal)
    second = reported(portal, by="father@example.com", wishes=("see",))
    page = sam.browser.get(at(first))
    assert "The reporters want what does not go together" in page.text
    assert second.reference in page.text
    assert first.reference in sam.browser.get(at(second)).text
    assert at(second, "/decide") not in sam.browser.get(at(second)).links.values()


@pytest.mark.parametrize(
    ("wishes", "flagged"),
    [
        ([("delete",), ("delete",)], False),
        ([("delete",), ("know",)], False),
        ([("delete",), ("keep",)], True),
        ([("delete", "see"), ("delete",)], True),
        ([("stop",), ("see",)], False),
        ([("delete",), ("stop",)], True),
        ([("delete",)], False),
    ],
)
def test_wishes_conflict_where_one_would_undo_the_other(wishes: list[tuple[str, ...]], flagged: bool) -> None:
    class Said:
        relation = "mother"

        def __init__(self, wishes: tuple[str, ...]) -> None:
            self.wishes = list(wishes)

    reporters = [desk.Reporter(Said(one), None, False, []) for one in wishes]  # type: ignore[arg-type]
    assert desk.conflict(reporters) is flagged


def test_many_reports_by_one_address_and_on_one_account_are_patterns(portal: Portal, sam: StaffMember) -> None:
    adult = portal.systems.cast["everyday"].email or ""
    case, *_ = [reported(portal, about=about) for about in ("nobody@example.com", CHILD, adult)]
    pattern = patterns.of(desk.of(case, "en").report)
    assert (pattern.reporter, pattern.network, pattern.targets, pattern.target) == (3, 3, 3, 1)
    page = sam.browser.get(at(case))
    assert "This address has reported several accounts." in page.text


def test_what_one_proposes_on_the_desk_another_one_agrees_to(
    portal: Portal, sam: StaffMember, ann: StaffMember
) -> None:
    case = reported(portal)
    form = sam.browser.get(at(case, "/decide")).form("Propose")
    wrong = form.send(outcome="delete", words="", status=422)
    assert "needs a reason in words" in wrong.text
    assert Ruling.select().count() == 0
    page = form.send(outcome="delete", words="The child is twelve.")
    assert "Sam Staff proposes: Delete the account" in page.text
    assert "/agree" not in page.text
    ann.browser.get(at(case)).form("Agree").send()
    assert Ruling.get().state == "agreed"
    portal.drain()
    assert "Delete the account: In force" in sam.browser.get(at(case)).text


def test_the_common_pages_of_deciding_lead_to_the_desk_of_the_report(portal: Portal, ann: StaffMember) -> None:
    case = reported(portal)
    answer = ann.browser.client.get(f"/staff/requests/{case.reference}/decide")
    assert answer.location.endswith(at(case, "/decide"))
    row = propose(case, 99, Wanted("nothing", "No."))
    ann.browser.post(f"/staff/requests/{case.reference}/decisions/{row.id}/agree", status=404)
    assert Ruling.get().state == "proposed"


def test_somebody_who_stands_in_is_still_a_person_of_their_own(portal: Portal) -> None:
    one, other = staff(portal, "approver"), staff(portal, "approver", "Deputy Dan")
    case = reported(portal)
    row = propose(case, one.number, Wanted("nothing", "No."))
    assert "/agree" not in one.browser.get(at(case)).text
    one.browser.post(at(case, f"/decisions/{row.id}/agree"), status=409)
    other.browser.post(at(case, f"/decisions/{row.id}/agree"))
    assert Ruling.get().state == "agreed"


def test_a_case_of_another_kind_has_no_such_desk(portal: Portal, sam: StaffMember) -> None:
    from portal.cases.service import open_without_account

    case = open_without_account("complaint", "linh@example.com", "en")
    sam.browser.get(at(case), status=404)
    sam.browser.get(at(case, "/evidence/1"), status=404)


def test_only_an_admin_can_release_and_the_form_says_what_is_never_shown(portal: Portal, ann: StaffMember) -> None:
    paul = staff(portal, "approver")
    case = reported(portal, wishes=("see",))
    assert "What a verified parent is shown" not in paul.browser.get(at(case, "/decide")).text
    verify(case, ann.number)
    page = paul.browser.get(at(case, "/decide"))
    assert "how the child is reached are never shown" in page.text
    for never in ("booking.location_points", "booking.visits", "booking.devices", "booking.guests_on_my_bookings"):
        assert never not in page.text
    sent = page.form("Propose").send(outcome="see", words="The mother.", table="booking.users", child_agrees="y")
    assert "Only an admin can agree" in sent.text
    ann.browser.get(at(case)).form("Agree").send()
    assert Ruling.get().terms["tables"] == ["booking.users"]
    assert ParenthoodCheck.get().by_staff == ann.number
    assert Subject.select().where(Subject.id == meant(case)).exists()


def test_the_desk_says_by_when_somebody_was_promised_to_look_who_agrees_and_what_then_happens(
    portal: Portal, sam: StaffMember
) -> None:
    case = reported(portal)
    promised = of("en").day(following.looked_at_by(case))
    assert f"told that somebody looks by {promised}" in sam.browser.get(at(case)).text
    propose(case, sam.number, Wanted("delete", "A child.", subjects=(meant(case),)))
    text = sam.browser.get(at(case)).text
    assert "An approver who did not propose it has to agree." in text
    assert "can appeal for 14 days; nothing is deleted before" in text


def test_a_report_that_follows_another_leads_to_where_it_is_decided(portal: Portal, sam: StaffMember) -> None:
    lead, other = reported(portal, by="a@example.com"), reported(portal, by="b@example.com")
    assert f"It is decided in {lead.reference}" in sam.browser.get(at(other)).text
    assert sam.browser.get(at(other, "/decide")).path == at(lead)
