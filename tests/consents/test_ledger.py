"""Choices are appended, never changed, and the standing is always what the ledger says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import config
from portal.consents import receipts, service
from portal.consents.models import ConsentEvent, Standing
from portal.kernel import audit, db
from portal.kernel.outbox import Delivery
from portal.subjects.models import Subject
from tests.consents.conftest import TERMS
from tests.counting import queries

pytestmark = pytest.mark.usefixtures("house")
LEVEL, EVENTS = "location.level", "marketing.events.email"
CHOICES = [(LEVEL, "off"), (LEVEL, "approximate"), (LEVEL, "precise"), (EVENTS, "off"), (EVENTS, "on")]
BY_APP = [(f"{LEVEL}@app", "off"), (f"{LEVEL}@app", "precise"), (f"{EVENTS}@crm", "on"), (f"{EVENTS}@app", "off")]


@pytest.fixture
def subject() -> int:
    """A person whom no system knows."""
    return int(Subject.create().id)


def test_nobody_has_chosen_anything_before_they_do(subject: int) -> None:
    purposes = config.site().purposes
    assert {LEVEL, EVENTS} < purposes.keys()
    assert service.standing(subject) == {name: service.Choice(known.default) for name, known in purposes.items()}
    assert not service.may(subject, LEVEL, "approximate")
    assert service.may(subject, LEVEL, "off")


def test_each_choice_is_an_event_with_what_the_person_read(subject: int) -> None:
    for state in ("on", "off", "on"):
        service.record(subject, EVENTS, state, **TERMS)
    events = list(ConsentEvent.select().order_by(ConsentEvent.id))
    assert [event.state for event in events] == ["on", "off", "on"]
    last = events[-1]
    assert (last.notice, last.notice_version, last.language, last.wording) == ("privacy", "1", "en", "May we?")
    assert (last.actor, last.channel, last.subject_id) == ("person", "portal", subject)
    assert len({event.record for event in events}) == 3
    assert service.standing(subject)[EVENTS] == service.Choice("on", last.id, last.at)


def test_a_level_permits_itself_and_what_is_below_it(subject: int) -> None:
    service.record(subject, LEVEL, "approximate", **TERMS)
    permitted = [service.may(subject, LEVEL, state) for state in config.site().purposes[LEVEL].states]
    assert permitted == [True, True, False]


@pytest.mark.parametrize(("purpose", "state"), [(LEVEL, "everywhere"), ("marketing.of.doom", "on"), (EVENTS, "")])
def test_what_the_site_does_not_ask_is_refused(subject: int, purpose: str, state: str) -> None:
    with pytest.raises(service.UnknownChoice):
        service.record(subject, purpose, state, **TERMS)
    assert ConsentEvent.select().count() == Standing.select().count() == Delivery.select().count() == 0


def test_event_standing_and_what_is_due_are_one_transaction(subject: int) -> None:
    def fail() -> None:
        with db.atomic():
            service.record(subject, EVENTS, "on", **TERMS)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ConsentEvent.select().count() == Standing.select().count() == Delivery.select().count() == 0
    event = service.record(subject, EVENTS, "on", **TERMS)
    assert {row.source: row.wanted for row in Delivery.select()} == {"app": event, "crm": event}
    assert audit.AuditEvent.get().keys == {"choice": event, "purpose": EVENTS, "state": "on"}
    audit.seal()
    assert audit.verify().is_whole


def test_the_database_refuses_to_change_or_delete_an_event(subject: int) -> None:
    service.record(subject, EVENTS, "on", **TERMS)
    columns = "record, subject_id, purpose, state, notice, notice_version, language, wording, actor, channel, at"
    again = f"SELECT id, {columns.replace('state', repr('off'))} FROM consent_events"
    ways = ["UPDATE consent_events SET state = 'off'", "DELETE FROM consent_events"]
    if db.is_sqlite():
        ways += [f"INSERT OR REPLACE INTO consent_events (id, {columns}) {again}"]  # deletes, and asks no trigger
        ways += [f"INSERT OR REPLACE INTO consent_events ({columns}) {again.replace('id, ', '', 1)}"]
    else:
        ways += ["TRUNCATE consent_events CASCADE"]
        ways += [f"INSERT INTO consent_events (id, {columns}) {again} ON CONFLICT (id) DO UPDATE SET state = 'off'"]
    for statement in ways:
        with pytest.raises(peewee.DatabaseError, match="append-only"), db.database.atomic():
            db.database.execute_sql(statement)
    assert service.replay(subject)[EVENTS].state == "on"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.sampled_from(CHOICES + BY_APP), max_size=8))
def test_any_sequence_of_choices_replays_to_the_standing(chosen: list[tuple[str, str]]) -> None:
    subject = int(Subject.create().id)
    newest: dict[str, str] = {}
    for purpose, state in chosen:
        name, _, source = purpose.partition("@")
        service.record(subject, name, state, source_id=source, **TERMS)
        newest = {known: before for known, before in newest.items() if not known.startswith(f"{purpose}@")}
        newest[purpose] = state
    standing = service.standing(subject)
    assert standing == service.replay(subject)
    assert {name: choice.state for name, choice in standing.items() if choice.event} == newest


def test_choices_made_together_are_events_of_their_own_in_one_transaction(subject: int) -> None:
    made = [service.Made(LEVEL, "approximate", "Where?"), service.Made(EVENTS, "on", "What?")]
    terms = {"notice_version": "1", "language": "en"}
    numbers = service.record_all(subject, made, **terms)
    events = {event.purpose: event for event in ConsentEvent.select()}
    assert {name: (event.state, event.wording) for name, event in events.items()} == {
        LEVEL: ("approximate", "Where?"),
        EVENTS: ("on", "What?"),
    }
    assert {name: event.id for name, event in events.items()} == numbers
    assert service.standing(subject) == service.replay(subject)
    assert {row.source: row.wanted for row in Delivery.select()} == {
        "app": max(numbers.values()),
        "crm": numbers[EVENTS],
    }
    audit.seal()
    assert audit.verify().is_whole
    with pytest.raises(service.UnknownChoice):
        service.record_all(subject, [*made, service.Made(EVENTS, "maybe", "")], **terms)
    assert ConsentEvent.select().count() == 2


def test_a_choice_pays_six_statements(subject: int) -> None:
    service.record(subject, EVENTS, "on", **TERMS)
    with queries() as asked:
        service.record(subject, EVENTS, "off", **TERMS)
    assert len(asked) == 6, asked


def test_whoever_reads_in_the_same_transaction_already_may_not(subject: int) -> None:
    service.record(subject, EVENTS, "on", **TERMS)
    with db.atomic():
        service.record(subject, EVENTS, "off", **TERMS)
        with queries() as asked:
            assert not service.may(subject, EVENTS, "on")
        assert len(asked) == 1, "one row says it"


def test_choices_made_at_once_replay_to_the_standing(subject: int) -> None:
    def choose(turn: int) -> int:
        try:
            return service.record(subject, *CHOICES[turn % len(CHOICES)], **TERMS)
        finally:
            db.database.close()

    with ThreadPoolExecutor(6) as threads:
        events = list(threads.map(choose, range(30)))
    assert len(set(events)) == 30
    assert service.standing(subject) == service.replay(subject)
    assert Standing.get().event == max(events)


def test_a_page_pays_one_query_for_the_standing_and_one_for_all_systems(subject: int) -> None:
    service.record(subject, LEVEL, "off", **TERMS)
    with queries() as asked:
        service.passed(subject, service.standing(subject))
    assert len(asked) == 2


def test_what_is_chosen_for_one_system_counts_there_until_the_next_choice_for_all(subject: int) -> None:
    service.record(subject, EVENTS, "on", **TERMS)
    event = service.record(subject, EVENTS, "off", source_id="crm", **TERMS)
    assert [service.may(subject, EVENTS, "on", source) for source in ("", "app", "crm")] == [True, True, False]
    assert service.for_one(service.standing(subject), EVENTS).keys() == {"crm"}
    assert {row.source: row.wanted for row in Delivery.select()} == {"app": event - 1, "crm": event}
    service.record(subject, EVENTS, "on", **TERMS)
    assert service.may(subject, EVENTS, "on", "crm")
    assert service.for_one(service.standing(subject), EVENTS) == {}


def test_a_system_that_does_not_take_a_choice_cannot_have_one_of_its_own(subject: int) -> None:
    for source in ("crm", "nowhere"):
        with pytest.raises(service.UnknownChoice):
            service.record(subject, LEVEL, "precise", source_id=source, **TERMS)
    assert ConsentEvent.select().count() == 0


def test_the_receipt_of_a_choice_for_one_system_names_that_one_alone(subject: int) -> None:
    service.record(subject, EVENTS, "on", source_id="crm", **TERMS)
    [receipt] = receipts.receipts(subject, "The authority ({})".format)
    assert receipt["purpose"]["id"] == f"{EVENTS}@crm"
    assert receipt["purpose"]["title"] == config.site().purposes[EVENTS].title["en"]
    assert [place for place in receipt["storage_locations"] if place.startswith("Demo")] == ["Demo CRM"]
    assert receipt["event"]["state"] == "consent_given"
    assert receipt["withdrawal_method"].endswith("/marketing")
    assert receipt["authority_party"] == "The authority (en)"
