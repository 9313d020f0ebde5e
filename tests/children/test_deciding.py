"""Two people decide about a child's account, and each learns of it what they may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.accounts import blocking
from portal.accounts.models import BlockedAddress
from portal.cases.models import Case, CaseEvent, Decision
from portal.cases.service import deciding, timeline
from portal.cases.service.deciding import SecondPerson
from portal.cases.service.states import FINAL
from portal.children.models import Ruling
from portal.children.service import carrying, holding, outcome, parenthood, release, rulings, triage
from portal.children.service.rulings import MOVES, Wanted
from portal.consents import service as consents
from portal.deletion import service as deletions
from portal.deletion.models import Certificate, Deletion
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import NotNow
from portal.subjects import holds
from portal.subjects import service as subjects
from tests.children.reports import CHILD, PARENT, again, answered, decide, hold_of, meant, reported, verify
from tests.conftest import Portal
from tests.people import member

LATER = timedelta(days=16)
SOON = date.today() + timedelta(days=30)


def test_whoever_proposes_does_not_agree_and_a_reason_is_never_left_out(portal: Portal) -> None:
    case = reported(portal)
    with pytest.raises(rulings.NoReason):
        rulings.propose(case, 1, Wanted("delete", "  ", subjects=(meant(case),)))
    row = rulings.propose(case, 1, Wanted("delete", "A child.", subjects=(meant(case),)))
    with pytest.raises(SecondPerson):
        rulings.agree(case, 1, "admin", row.id)
    assert Ruling.get().state == rulings.PROPOSED
    assert not Deletion.select().exists()


def test_a_report_alone_deletes_nothing(portal: Portal) -> None:
    case = reported(portal, about=portal.systems.cast["everyday"].email or "")
    with clock.later(timedelta(days=40)):
        portal.drain()
        assert not Deletion.select().exists()
        assert again(case).state == "open"


def test_only_who_was_found_can_be_chosen_and_a_newer_proposal_takes_the_place_of_the_older(portal: Portal) -> None:
    case, other = reported(portal), member(portal, "everyday").subject
    for chosen in ((), (other,), (meant(case), other)):
        with pytest.raises(rulings.NobodyChosen):
            rulings.propose(case, 1, Wanted("delete", "A child.", subjects=chosen))
    old = rulings.propose(case, 1, Wanted("delete", "A child.", subjects=(meant(case),)))
    new = rulings.propose(case, 2, Wanted("nothing", "Not a child."))
    assert [(row.decision_id, row.state) for row in Ruling.select().order_by(Ruling.id)] == [
        (old.id, "withdrawn"),
        (new.id, "proposed"),
    ]
    rulings.disagree(case, 3, new.id)
    assert not rulings.proposed(case)


def test_a_deletion_waits_for_the_appeal_and_ends_in_the_certificate_of_the_same_engine(portal: Portal) -> None:
    case = reported(portal)
    subject = meant(case)
    decide(portal, case, "delete")
    row, deletion = Ruling.get(), Deletion.get()
    assert deletion.case.reference == row.deletion
    assert clock.day_of(deletion.scheduled_for) == row.appeal_until + timedelta(days=1)
    assert subjects.account_of(subject) is not None
    with clock.later(LATER):
        portal.drain()
        Ruling.update(due_at=clock.now()).execute()
        portal.drain()
        assert Certificate.get().reference == row.deletion
        assert (Ruling.get().state, hold_of(case).state) == ("carried out", "over")
        assert subjects.account_of(subject) is None
        assert any("certificates/" + row.deletion in mail.as_string() for mail in portal.mails() if mail["To"] == CHILD)
        assert not any("certificates/" in mail.as_string() for mail in portal.mails() if mail["To"] == PARENT)


def test_the_certificate_of_a_deletion_goes_to_a_verified_parent_too(portal: Portal) -> None:
    case = reported(portal)
    verify(case)
    decide(portal, case, "delete")
    told = answered(case)
    assert (told.full, told.outcome, told.done, told.certificates) == (True, "delete", False, ())
    with clock.later(LATER):
        portal.drain()
        Ruling.update(due_at=clock.now()).execute()
        portal.drain()
        outcome.answer_due()
        assert again(case).state == "fulfilled"
        (url,) = answered(case).certificates
        reference, secret = url.rsplit("/", 2)[1:]
        assert deletions.certificate(reference, secret).issued_at


def test_the_holder_cannot_take_back_what_two_decided(portal: Portal) -> None:
    child = member(portal, CHILD)
    case = reported(portal)
    decide(portal, case, "delete")
    deletion = Deletion.get()
    assert deletion.subject == child.subject
    page = child.browser.post(f"/deletion/{deletion.case.reference}/cancel", status=409)
    assert "appeal" in page.text
    assert Deletion.get().state == "scheduled"


@pytest.mark.parametrize("age", [5, 12])
def test_the_holder_reads_the_decision_unless_a_verified_parent_of_a_small_child_does(portal: Portal, age: int) -> None:
    case = reported(portal, age=age)
    verify(case)
    decide(portal, case, "delete")
    told = [mail for mail in portal.mails() if mail["To"] == CHILD and "/children/decisions/" in mail.as_string()]
    assert bool(told) == (age > 7)


def visible(case: Case) -> list[str]:
    return [event.name for event in timeline(again(case))]


def test_a_reporter_who_is_not_verified_is_answered_alike_whatever_was_decided(portal: Portal) -> None:
    """A child's account, an adult's and none: the same lines, the same state, the same mails, the same days."""
    adult = portal.systems.cast["everyday"].email or ""
    made = {
        "delete": reported(portal, by="a@example.com"),
        "nothing": reported(portal, about=adult, by="b@example.com"),
        "refuse": reported(portal, about="nobody@example.com", by="c@example.com"),
    }
    for outcome_, case in made.items():
        decide(portal, case, outcome_, reason="no_match" if outcome_ == "refuse" else "")
        assert outcome.of(again(case)) is None
        assert outcome.under_way(again(case))
    outcome.answer_due()
    assert {again(case).state in FINAL for case in made.values()} == {False}
    with clock.later(outcome.ANSWERED):
        outcome.answer_due()
        portal.drain()
        assert len({tuple(visible(case)) for case in made.values()}) == 1
        assert {again(case).state for case in made.values()} == {"fulfilled"}
        assert {answered(case) for case in made.values()} == {answered(made["delete"])}
        subjects_ = [
            [str(mail["Subject"]).replace(case.reference, "R") for mail in portal.mails() if mail["To"] == case.contact]
            for case in made.values()
        ]
        assert subjects_[0] == subjects_[1] == subjects_[2]
    assert "decided" not in visible(made["delete"])


def test_nothing_that_is_shown_outside_the_staff_names_outcome_or_reason(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete")
    hidden = CaseEvent.select().where(CaseEvent.case == case.id, CaseEvent.name << ["decided", "being carried out"])
    assert [event.internal for event in hidden] == [True, True]


def test_stopping_the_use_holds_all_that_can_be_held(portal: Portal) -> None:
    case = reported(portal, wishes=("stop",))
    decide(portal, case, "stop")
    held = consents.standing(meant(case))
    assert {name for name, _ in consents.stops(held)} == set(holding.stopped_at(holding.AT_TRIAGE))
    assert (hold_of(case).state, hold_of(case).due_at) == ("held", None)


def test_a_hold_that_rests_on_a_decision_is_not_ended_with_a_tap(portal: Portal) -> None:
    case = reported(portal, about=portal.systems.cast["everyday"].email or "")
    assert holding.signs(hold_of(case))
    decide(portal, case, "stop")
    with pytest.raises(holding.Ruled):
        holding.lift_alone(meant(case))
    assert hold_of(case).state == "held"


def test_what_is_kept_for_the_police_is_frozen_until_its_day_and_no_longer(portal: Portal) -> None:
    case, until = reported(portal, wishes=("keep",), keep_until=date.today() + timedelta(days=60)), clock.today()
    for wrong in (None, until, until + timedelta(days=400)):
        with pytest.raises(rulings.KeptUntilWhen):
            rulings.propose(case, 1, Wanted("keep", "Evidence.", subjects=(meant(case),), keep_until=wrong))
    decide(portal, case, "keep", keep_until=until + timedelta(days=60))
    frozen = holds.of_subject(meant(case))
    assert {hold.until for hold in frozen} == {until + timedelta(days=60)}
    assert len({hold.table for hold in frozen}) > 3
    assert case.reference not in {hold.case for hold in frozen}
    with clock.later(timedelta(days=62)):
        portal.drain()
        assert not holds.of_subject(meant(case))
        assert (Ruling.get().state, hold_of(case).state) == ("carried out", "over")


def test_a_parent_sees_nothing_before_being_verified_and_then_only_what_an_admin_released(portal: Portal) -> None:
    case = reported(portal, wishes=("see",), age=13)
    wanted = Wanted("see", "The mother.", subjects=(meant(case),), tables=("booking.users",))
    with pytest.raises(parenthood.NotParent):
        rulings.propose(case, 1, wanted)
    verify(case)
    with pytest.raises(rulings.ChildAsked):
        rulings.propose(case, 1, wanted)
    for never in ("booking.location_points", "booking.visits", "booking.devices", "booking.guests_on_my_bookings"):
        refused = Wanted("see", "The mother.", subjects=(meant(case),), tables=(never,), child_agrees=True)
        with pytest.raises(rulings.NothingChosen):
            rulings.propose(case, 1, refused)
    agreed = Wanted("see", "The mother.", subjects=(meant(case),), tables=("booking.users",), child_agrees=True)
    row = rulings.propose(case, 1, agreed)
    with pytest.raises(rulings.AdminNeeded):
        rulings.agree(case, 2, "approver", row.id)
    rulings.agree(case, 2, "admin", row.id)
    portal.drain()
    ((category, page),) = release.shown(Ruling.get())
    assert category.place == "booking.users"
    names = set(page.rows[0])
    assert names
    assert not {"email", "phone", "address", "contact_address", "tax_id", "bank_account", "full_name"} & names
    assert AuditEvent.select().where(AuditEvent.name == "children.shown_to_parent").exists()
    with clock.later(release.SHOWN_FOR + timedelta(days=1)):
        assert not release.is_open(Ruling.get())


def test_a_decided_address_signs_up_no_more_for_a_stated_time_and_nobody_can_tell(portal: Portal) -> None:
    case = reported(portal)
    decide(portal, case, "delete")
    until = carrying.blocked_until(Ruling.get())
    assert clock.today() + timedelta(days=29) < until <= clock.today() + carrying.LONGEST_BLOCK
    assert blocking.is_blocked("email", CHILD)
    assert CHILD not in str([row.__data__ for row in BlockedAddress.select()])
    with clock.later(until - clock.today() + timedelta(days=1)):
        assert not blocking.is_blocked("email", CHILD)


def test_reports_of_one_account_are_decided_in_the_one_that_leads(portal: Portal) -> None:
    first, second = reported(portal), reported(portal, by="father@example.com", wishes=("keep",), keep_until=SOON)
    with pytest.raises(rulings.LedElsewhere) as refused:
        rulings.propose(second, 1, Wanted("nothing", "No."))
    assert refused.value.facts == {"reference": first.reference}
    decide(portal, first, "delete")
    with clock.later(outcome.ANSWERED):
        outcome.answer_due()
        assert {again(case).state for case in (first, second)} == {"fulfilled"}


@pytest.mark.parametrize("before", sorted(MOVES))
@pytest.mark.parametrize("after", sorted(MOVES))
def test_a_ruling_moves_by_its_table_alone(portal: Portal, before: str, after: str) -> None:
    case = reported(portal)
    rulings.propose(case, 1, Wanted("nothing", "No."))
    Ruling.update(state=before).execute()
    row = Ruling.get()
    if after in MOVES[before]:
        rulings.move(row, after)
    else:
        with pytest.raises(NotNow):
            rulings.move(row, after)
    assert Ruling.get().state == (after if after in MOVES[before] else before)


def test_a_case_that_is_decided_by_the_common_desk_alone_does_nothing_to_anybody(portal: Portal) -> None:
    case = reported(portal)
    row = deciding.propose(case, 1, "fulfil", "", "Yes.")
    deciding.agree(again(case), 2, row.id)
    portal.drain()
    assert not Deletion.select().exists()
    assert Decision.get().state == "decided"
    assert triage.holds(case)[0].state == "held"
