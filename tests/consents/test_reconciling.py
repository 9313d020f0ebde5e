"""At night each system is compared with what people chose: a yes after a no is asked again, and staff see it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from portal.accounts.staff.models import StaffAccount
from portal.consents import service
from portal.consents.models import Drift, Reconciliation, Remembered
from portal.consents.service import drifting, reconciling
from portal.consents.service.importing import Record
from portal.consents.service.remembering import HERE
from portal.consents.service.weighing import ERASED
from portal.hooks.models import HookEndpoint, HookMessage
from portal.hooks.service import signing
from portal.kernel import audit, clock, db, failpoints, work
from portal.kernel.outbox import Delivery
from portal.notices.models import Message
from portal.sources import registry
from portal.sources.base import Identifier, Setting
from portal.subjects.naming import by_email
from tests.consents.conftest import ANNA, BEN, TERMS, System, member
from tests.counting import queries
from tests.dying import LEASE, Dying, Killed

LEVEL, EVENTS = "location.level", "marketing.events.email"


def night(later: timedelta = timedelta()) -> None:
    """Let the next comparison of every system be carried out, and what it asks for."""
    reconciling.keep_in_step()
    Reconciliation.update(due_at=clock.now()).execute()
    with clock.later(later):
        work.drain()


def open_ones() -> list[tuple[str, str, str, str, str]]:
    rows = Drift.select().where(Drift.mended_at.is_null()).order_by(Drift.id)
    return [(row.source, row.purpose, row.kind, row.stored, row.wanted) for row in rows]


@pytest.fixture
def chosen(anna: int, systems: dict[str, System]) -> int:
    """Anna, whose no is written in both systems."""
    service.record(anna, EVENTS, "off", **TERMS)
    service.record(anna, LEVEL, "approximate", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("approximate", "off")
    return anna


def test_where_all_agree_nothing_is_noted_and_nobody_asked(chosen: int) -> None:
    night()
    assert open_ones() == []
    assert {row.source: (row.rows, row.trouble) for row in Reconciliation.select()} == {"app": (2, ""), "crm": (2, "")}
    assert all(row.due_at > clock.now() + timedelta(minutes=1) for row in Reconciliation.select())


def test_a_yes_after_a_no_is_asked_again_and_then_in_order(chosen: int, systems: dict[str, System]) -> None:
    systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
    night()
    assert systems["crm"].row(ANNA) == ("precise", "off")
    assert open_ones() == [("crm", EVENTS, "yes", "on", "off")]
    [row] = Drift.select()
    assert (row.tries, row.subject_id) == (1, chosen)
    assert Reconciliation.get(Reconciliation.source == "crm").due_at <= clock.now() + timedelta(hours=1)
    with clock.later(timedelta(minutes=61)):
        work.drain()
    assert open_ones() == []
    assert Drift.get().mended_at
    assert [event.name for event in audit.AuditEvent.select()].count("consents.asked_again") == 1


def test_the_person_reads_that_it_was_asked_again(chosen: int, systems: dict[str, System]) -> None:
    systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
    systems["crm"].run("CREATE TRIGGER stubborn BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no'); END")
    night(timedelta(minutes=1))
    passed = {one.source: one for one in service.deliveries(chosen, EVENTS)}
    assert passed["app"].again_at is None
    assert passed["crm"].again_at
    assert not passed["crm"].confirmed_at
    systems["crm"].run("DROP TRIGGER stubborn")
    with clock.later(timedelta(minutes=10)):
        work.drain()
    [crm] = [one for one in service.deliveries(chosen, EVENTS) if one.source == "crm"]
    assert crm.confirmed_at
    assert crm.again_at
    assert crm.asked_at
    assert crm.confirmed_at > crm.again_at > crm.asked_at
    with clock.later(timedelta(minutes=11)):
        service.record(chosen, EVENTS, "on", **TERMS)
    assert all(one.again_at is None for one in service.deliveries(chosen, EVENTS))


def test_less_than_was_allowed_is_shown_and_left_as_it_is(anna: int, systems: dict[str, System]) -> None:
    service.record(anna, EVENTS, "on", **TERMS)
    service.record(anna, LEVEL, "precise", **TERMS)
    work.drain()
    systems["app"].run("UPDATE users SET mails = 'off', level = 'approximate' WHERE id = 1")
    night()
    assert sorted(open_ones()) == [
        ("app", LEVEL, "less", "approximate", "precise"),
        ("app", EVENTS, "less", "off", "on"),
    ]
    assert systems["app"].row(ANNA) == ("approximate", "off")
    assert all(one.confirmed_at for one in service.deliveries(anna, EVENTS))


def test_who_never_chose_keeps_what_the_system_has(anna: int, systems: dict[str, System]) -> None:
    night()
    assert open_ones() == []
    assert systems["app"].row(ANNA) == ("precise", "on")


def test_more_than_was_allowed_and_what_nobody_can_read_are_mended(chosen: int, systems: dict[str, System]) -> None:
    systems["app"].run("UPDATE users SET level = 'precise', mails = 'perhaps' WHERE id = 1")
    night()
    assert {row[:3] for row in open_ones()} == {("app", LEVEL, "yes"), ("app", EVENTS, "yes")}
    assert systems["app"].row(ANNA) == ("approximate", "off")


def test_a_stop_counts_as_a_no(anna: int, systems: dict[str, System]) -> None:
    service.record(anna, EVENTS, "on", **TERMS)
    said = {"case": "R-1", "wording": "…", "language": "en", "actor": "staff", "channel": "portal"}
    service.say_no(anna, {"objection.marketing": "upheld"}, **said)
    work.drain()
    assert systems["crm"].row(ANNA) == ("precise", "off")
    systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
    night()
    assert open_ones() == [("crm", EVENTS, "yes", "on", "off")]
    assert systems["crm"].row(ANNA) == ("precise", "off")


def test_what_is_still_on_its_way_is_no_difference(anna: int, systems: dict[str, System]) -> None:
    systems["crm"].go()
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    systems["crm"].come_back()
    Delivery.update(due_at=clock.now() + timedelta(hours=1)).execute()
    night()
    assert open_ones() == []


def test_a_system_that_says_yes_again_and_again_stays_on_the_list_and_admins_are_told_once_a_day(
    chosen: int, systems: dict[str, System]
) -> None:
    admin = {"email": "admin@example.com", "name": "Ada", "role": "admin", "hash": "1:x", "language": "en"}
    StaffAccount.create(**admin, confirmed_at=clock.now())
    for turn in range(4):
        systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
        night(timedelta(minutes=turn))
    [figures] = drifting.figures()
    assert (figures.yes, figures.stays, figures.less, figures.mended) == (1, 1, 0, 0)
    assert drifting.examples("crm", EVENTS) == [chosen]
    assert Reconciliation.get(Reconciliation.source == "crm").due_at > clock.now() + timedelta(minutes=61) or (
        reconciling.next_night() <= clock.now() + timedelta(minutes=61)
    )
    mails = [row for row in Message.select() if row.kind == "drift_found"]
    assert len(mails) == 1
    assert ANNA not in mails[0].facts


def test_a_system_that_is_away_is_named_and_what_was_found_before_stays(
    chosen: int, systems: dict[str, System]
) -> None:
    systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
    night()
    systems["crm"].go()
    night(timedelta(minutes=1))
    row = Reconciliation.get(Reconciliation.source == "crm")
    assert row.trouble
    assert open_ones() == [("crm", EVENTS, "yes", "on", "off")]


def test_the_work_is_a_few_statements_for_hundreds_of_people(chosen: int, systems: dict[str, System]) -> None:
    def statements() -> int:
        claim = work.claims.take(Reconciliation, Reconciliation.source == "crm")
        assert claim
        with queries() as asked:
            reconciling.reconcile(claim)
        return len(asked)

    night()
    Reconciliation.update(due_at=clock.now()).execute()
    few = statements()
    systems["crm"].run(
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 240)"
        " INSERT INTO users SELECT i, 'someone' || i || '@example.com', 'off', 'on' FROM n"
    )
    Reconciliation.update(due_at=clock.now()).execute()
    assert statements() == few


def test_memory_does_not_grow_with_a_system(chosen: int, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = registry.active().get("crm")

    def settings(count: int) -> Iterator[Setting]:
        return (Setting((number,), {EVENTS: "on"}) for number in range(10, 10 + count))

    def peak(count: int) -> int:
        monkeypatch.setattr(crm, "settings", lambda: settings(count))
        Reconciliation.update(due_at=clock.now()).where(Reconciliation.source == "crm").execute()
        claim = work.claims.take(Reconciliation, Reconciliation.source == "crm")
        assert claim
        tracemalloc.start()
        reconciling.reconcile(claim)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    night()
    peak(1_000)
    assert peak(10_000) < 1.5 * peak(1_000) + 200_000


def test_whoever_dies_in_the_middle_is_followed_by_another(
    chosen: int, systems: dict[str, System], monkeypatch: pytest.MonkeyPatch
) -> None:
    work.claims.use_lease(LEASE.total_seconds())
    at, elapsed = 0, timedelta()
    while True:
        at += 1
        systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
        reconciling.keep_in_step()
        Reconciliation.update(due_at=clock.now() + elapsed).execute()
        dying = Dying(at)
        monkeypatch.setattr(failpoints, "point", dying.point)
        with clock.later(elapsed), suppress(Killed):
            work.drain()
        monkeypatch.setattr(failpoints, "point", Dying().point)
        elapsed += LEASE * 2
        with clock.later(elapsed):
            work.drain()
        assert systems["crm"].row(ANNA) == ("precise", "off"), f"died at {dying.passed[-1:]}"
        if len(dying.passed) < at:
            return


def test_a_listener_is_told_again_what_holds(chosen: int, systems: dict[str, System]) -> None:
    made = HookEndpoint.create(name="CRM", url="https://crm.example.com/", source="crm", secret=signing.new_secret())
    systems["crm"].run("UPDATE users SET mails = 'on' WHERE id = 1")
    night()
    [told] = HookMessage.select().where(HookMessage.endpoint == made)
    assert (told.kind, told.subject, told.event) == ("choice.changed", chosen, service.standing(chosen)[EVENTS].event)
    assert '"state":"off"' in told.facts
    assert not [one for one in service.deliveries(chosen, EVENTS) if one.source == "crm"][0].confirmed_at


@pytest.mark.usefixtures("house")
def test_whom_the_portal_does_not_know_is_left_alone(systems: dict[str, System]) -> None:
    night()
    assert systems["crm"].row(BEN) == ("precise", "on")


@pytest.mark.usefixtures("house")
def test_the_no_of_somebody_erased_is_never_switched_on(systems: dict[str, System]) -> None:
    """Their address is in a list of some system again, with a yes: neither the night nor a look makes that ours."""
    record = Record(EVENTS, "off", HERE, ERASED)
    with db.atomic():
        assert service.remember([(by_email(BEN), record)]) == 1
    night()
    with clock.later(timedelta(days=1)):
        night()
    [kept] = Remembered.select()
    assert (kept.state, kept.is_no, kept.moved) == ("off", True, False)
    assert open_ones() == []
    ben = member(BEN)  # comes back: the no counts for them, whatever both systems say
    service.first_connection()
    service.welcome_newcomers()
    work.drain()
    assert not service.may(ben, EVENTS, "on")
    assert systems["crm"].row(BEN) == systems["app"].row(BEN) == ("precise", "off")
    night(timedelta(minutes=1))
    assert systems["crm"].row(BEN) == ("precise", "off")
    service.record(ben, EVENTS, "on", **TERMS)  # and ends only by their own yes
    work.drain()
    assert systems["crm"].row(BEN) == ("precise", "on")


def test_what_a_system_said_of_itself_is_no_choice_that_it_could_differ_from(
    anna: int, systems: dict[str, System]
) -> None:
    service.first_connection()
    systems["crm"].run("UPDATE users SET mails = 'off'")
    systems["app"].run("UPDATE users SET level = 'off'")
    night()
    assert open_ones() == []
    assert systems["app"].row(ANNA) == ("off", "on")


def test_a_list_without_numbers_is_compared_by_address(chosen: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anna is known by her address; of Ben nothing but a no is remembered, so there is nobody to ask about."""
    with db.atomic():
        service.remember([(by_email(BEN), Record(EVENTS, "off", HERE, ERASED))])
    listed = [Setting(Identifier("email", address), {EVENTS: "on"}) for address in (ANNA, BEN, "nobody@example.com")]
    monkeypatch.setattr(registry.active().get("crm"), "settings", lambda: iter(listed))
    night()
    assert [(row.subject_id, row.source, row.kind) for row in Drift.select()] == [(chosen, "crm", "yes")]
