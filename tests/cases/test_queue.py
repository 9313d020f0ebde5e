"""The staff's queue: what falls due first is on top, each filter does what it says, pages follow each other whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.staff.models import StaffAccount
from portal.cases.models import Case, SavedView
from portal.cases.service import (
    by_reference,
    duplicates,
    extending,
    handling,
    identity,
    open_without_account,
    queue,
    views,
)
from portal.cases.service.bulk import Act, carry_out, plan
from portal.cases.service.queue import Filters
from portal.kernel import clock
from portal.kernel.problems import NotFound, NotNow, Problem
from tests.conftest import Portal
from tests.counting import queries
from tests.people import staff

Ask = Callable[..., Case]
SAM = 1


@pytest.fixture
def ask(portal: Portal) -> Ask:
    """Open a request and set what the queue tells apart."""

    def opened(kind: str = "complaint", email: str = "linh@example.com", days: int = 10, **facts: object) -> Case:
        case = open_without_account(kind, email, "en")
        by = clock.today() + timedelta(days=days)
        Case.update(complete_by=by, **facts).where(Case.id == case.id).execute()
        return by_reference(case.reference)

    return opened


def found(staff: int = SAM, **filters: Any) -> list[str]:
    return [row.reference for row in queue.page(Filters.read(filters), staff).rows]


def test_what_falls_due_first_is_on_top(ask: Ask) -> None:
    late, soon, today = ask(days=-2), ask(days=3), ask(days=0)
    rows = queue.page(Filters(), SAM).rows
    assert [row.reference for row in rows] == [late.reference, today.reference, soon.reference]
    assert [(row.urgency, row.days) for row in rows] == [("overdue", -2), ("today", 0), ("soon", 3)]


def test_pages_follow_each_other_without_gap_or_repetition_also_where_many_fall_due_on_one_day(ask: Ask) -> None:
    asked = [ask(days=days).reference for days in (1, 2, 2, 2, 2, 5, 9)]
    seen, after = list[str](), ""
    for _ in range(4):
        page = queue.page(Filters(), SAM, after, limit=2)
        seen, after = seen + [row.reference for row in page.rows], page.after
    assert seen == asked
    assert after == ""


@pytest.mark.parametrize("after", ["2026-01-01." + "9" * 30, "2026-01-01.-1", "2026-01-01", "x.1", "."])
def test_a_place_that_is_none_begins_with_the_first_page(ask: Ask, after: str) -> None:
    asked = ask().reference
    assert [row.reference for row in queue.page(Filters(), SAM, after).rows] == [asked]


def test_what_is_over_is_shown_the_newest_first(ask: Ask) -> None:
    asked = [ask(days=days, state="denied").reference for days in (1, 2, 3)]
    assert found(state="denied") == asked[::-1]
    page = queue.page(Filters(state="denied"), SAM, limit=2)
    assert [row.reference for row in queue.page(Filters(state="denied"), SAM, page.after).rows] == asked[:1]


@pytest.mark.parametrize(
    ("filters", "facts"),
    [
        ({"kind": "inquiry"}, {"kind": "inquiry"}),
        ({"waiting": "customer"}, {"waiting": "customer"}),
        ({"channel": "phone"}, {"channel": "phone"}),
        ({"law": "gb"}, {"own_profile": "gb"}),
        ({"tests": "only"}, {"is_test": True}),
        ({"due": "overdue"}, {"days": -1}),
        ({"due": "today"}, {"days": 0}),
        ({"due": "week"}, {"days": 7}),
        ({"who": "nobody"}, {"assignee": None}),
        ({"who": "7"}, {"assignee": 7}),
        ({"state": "in_progress"}, {"state": "in_progress"}),
    ],
)
def test_each_filter_finds_what_it_says_and_nothing_else(ask: Ask, filters: Any, facts: dict[str, object]) -> None:
    meant = ask(**facts)
    ask(days=30, assignee=None if "assignee" in facts and facts["assignee"] else 9)
    assert found(**filters) == [meant.reference]


def test_words_that_are_no_filter_are_passed_over() -> None:
    assert Filters.read({"state": "x", "kind": "x", "who": "-1", "law": "a b", "due": "never"}) == Filters()
    asked = {"state": "denied", "who": "me", "law": "us-ca"}
    assert Filters.read(asked).written() == asked


def test_a_request_that_rests_is_not_in_the_queue_until_its_morning(ask: Ask) -> None:
    case = ask(days=5)
    handling.snooze(case, clock.today() + timedelta(days=2), SAM)
    assert found() == []
    assert found(snoozed="shown") == [case.reference]
    with clock.later(timedelta(days=2)):
        assert found() == [case.reference]


@pytest.mark.parametrize("days", [-1, 0, 6])
def test_nothing_rests_beyond_its_legal_date_or_into_the_past(ask: Ask, days: int) -> None:
    case = ask(days=5)
    with pytest.raises(handling.BadDay):
        handling.snooze(case, clock.today() + timedelta(days=days), SAM)
    assert by_reference(case.reference).snoozed_until is None


def test_two_who_take_the_same_request_at_once_do_not_both_get_it(ask: Ask) -> None:
    case = ask()
    mine, yours = by_reference(case.reference), by_reference(case.reference)
    handling.take(mine, 1)
    with pytest.raises(handling.TakenAlready):
        handling.take(yours, 2)
    assert by_reference(case.reference).assignee == 1


def test_a_deputy_sees_the_work_of_whoever_is_absent(ask: Ask, portal: Portal) -> None:
    sam, paul = staff(portal, "staff"), staff(portal, "staff", "Paul")
    handling.give(case := ask(), sam.number, paul.number)
    day = clock.today()
    away = StaffAccount.update(deputy=paul.number, absent_from=day, absent_until=day)
    away.where(StaffAccount.id == sam.number).execute()
    assert found(paul.number, who="me") == [case.reference]
    with clock.later(timedelta(days=1)):
        assert found(paul.number, who="me") == []


def test_nothing_is_given_to_somebody_whose_account_is_closed(ask: Ask, portal: Portal) -> None:
    sam = staff(portal, "staff")
    StaffAccount.update(disabled_at=clock.now()).where(StaffAccount.id == sam.number).execute()
    with pytest.raises(NotFound):
        handling.give(ask(), sam.number, SAM)


def test_a_page_of_the_queue_takes_as_many_queries_however_much_is_on_it(ask: Ask, portal: Portal) -> None:
    counted, sam = list[int](), staff(portal, "staff").number
    for _ in range(2):
        for _ in range(4):
            ask()
        with queries() as asked:
            queue.page(Filters(who="me"), sam)
        counted.append(len(asked))
    assert counted == [3, 3]


def test_a_kind_that_was_wrong_changes_and_the_date_received_stays(ask: Ask) -> None:
    case = ask("inquiry")
    received = case.received_at
    handling.change_kind(case, "deletion", SAM)
    changed = by_reference(case.reference)
    assert (changed.kind, changed.received_at) == ("deletion", received)
    assert (changed.complete_by - clock.today()).days == 20
    with pytest.raises(NotFound):
        handling.change_kind(case, "made-up", SAM)


def test_a_longer_time_that_was_given_does_not_outlast_what_the_law_gives_the_new_kind(ask: Ask) -> None:
    case = ask("deletion")
    extending.extend(case, "Three systems have to be asked.", SAM)
    assert (case.complete_by - clock.today()).days == 40
    handling.change_kind(by_reference(case.reference), "correction", SAM)
    changed = by_reference(case.reference)
    assert (changed.complete_by - clock.today()).days == 20
    assert changed.extended_at is not None, "it cannot be extended again"


def test_a_view_is_kept_under_its_name_and_is_nobody_else_s(portal: Portal) -> None:
    views.keep(1, "Late", Filters(due="overdue"))
    views.keep(1, "Late", Filters(due="today"))
    (kept,) = views.kept(1)
    assert kept.query == "due=today"
    with pytest.raises(NotFound):
        views.drop(2, kept.id)
    with pytest.raises(views.NoName):
        views.keep(1, " ", Filters())
    views.drop(1, kept.id)
    assert not SavedView.select().exists()


def test_alike_requests_are_suggested_and_a_link_lends_no_proof(ask: Ask) -> None:
    first, second, other = ask(), ask(), ask(email="minh@example.com")
    identity.prove(first, "code", "person")
    assert [case.id for case in duplicates.suggested(second)] == [first.id]
    duplicates.link(second, first.reference, SAM)
    assert identity.proof(by_reference(second.reference)) == 0
    assert duplicates.suggested(second) == []
    for wrong in (other.reference, first.reference):
        with pytest.raises(duplicates.NotAlike):
            duplicates.link(first, wrong, SAM)


def test_a_request_is_never_closed_for_one_that_is_less_well_proven(ask: Ask) -> None:
    fraud, owner = ask(), ask()
    identity.prove(owner, "code", "person")
    duplicates.link(owner, fraud.reference, SAM)
    with pytest.raises(duplicates.BetterProven):
        duplicates.close(owner, SAM)
    assert by_reference(owner.reference).state == "open"


def test_what_a_check_page_says_is_what_happens_and_asking_changes_nothing(ask: Ask) -> None:
    fine, over, near = ask(days=9), ask(state="denied"), ask(days=1)
    act = Act("snooze", until=clock.today() + timedelta(days=3))
    numbers = [fine.id, over.id, near.id]
    said = {one.row.id: type(one.problem) for one in plan(numbers, act, SAM)}
    assert said == {fine.id: type(None), over.id: NotNow, near.id: handling.BadDay}
    assert not Case.select().where(Case.snoozed_until.is_null(False)).exists()
    did = {one.row.id: type(one.problem) for one in carry_out(numbers, act, SAM)}
    assert did == said
    assert [case.id for case in Case.select().where(Case.snoozed_until.is_null(False))] == [fine.id]


def test_duplicates_are_closed_together_and_their_people_are_told(ask: Ask, portal: Portal) -> None:
    first, second, third = ask(), ask(), ask()
    duplicates.link(second, first.reference, SAM)
    done = carry_out([second.id, third.id], Act("close"), SAM)
    assert [isinstance(one.problem, Problem) for one in done] == [False, True]
    assert by_reference(second.reference).state == "revoked"
    portal.drain()
    assert second.reference in portal.last_mail()
