"""What was recorded elsewhere comes in as it is, is told apart from what was said here, and a no always wins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import config
from portal.consents import receipts, service
from portal.consents.models import ConsentEvent, Remembered
from portal.consents.service import FILE, LISTED, SYSTEM, Record
from portal.consents.service.remembering import HERE
from portal.kernel import audit, clock, crypto, work
from portal.kernel.outbox import Delivery
from portal.sources import registry
from portal.sources.base import Identifier as Proof
from portal.subjects import connecting, naming
from portal.subjects import service as subjects
from portal.subjects.models import Connection, Link, Lookup, Subject
from tests.consents.conftest import ANNA, BEN, KEY, TERMS, System, member
from tests.counting import queries

pytestmark = pytest.mark.usefixtures("house")
EVENTS, LEVEL = "marketing.events.email", "location.level"
OLD, NEWER = datetime(2024, 3, 2, 9, 30, tzinfo=UTC), datetime(2025, 5, 6, tzinfo=UTC)


def taken(subject: int, state: str, origin: str = "mailer", said_at: datetime | None = OLD, cause: str = FILE) -> int:
    """Take in one record about mails on events; return how many were new."""
    return service.take_in(subject, [Record(EVENTS, state, origin, cause, said_at)])


def holds(subject: int) -> str:
    """Return what holds about mails on events, which is also what the ledger says when it is read anew."""
    standing = service.standing(subject)
    assert standing == service.replay(subject)
    return standing[EVENTS].state


def test_the_first_connection_takes_in_what_a_system_has_and_writes_nothing(
    anna: int, systems: dict[str, System]
) -> None:
    systems["crm"].run("UPDATE users SET mails = 'off' WHERE id = 1")
    before = {name: system.row(ANNA) for name, system in systems.items()}
    assert service.first_connection() == 2
    events = list(ConsentEvent.select().order_by(ConsentEvent.id))
    assert {(one.purpose, one.state, one.origin, one.actor) for one in events} == {
        (LEVEL, "precise", "app", SYSTEM),
        (EVENTS, "on", "app", SYSTEM),
        (EVENTS, "off", "crm", SYSTEM),
    }
    assert holds(anna) == "off", "two systems disagree"
    assert not service.may(anna, EVENTS)
    assert service.may(anna, LEVEL, "precise")
    work.drain()
    assert {name: system.row(ANNA) for name, system in systems.items()} == before
    assert Delivery.select().count() == 0
    assert [one.asked_at for one in service.deliveries(anna, EVENTS)] == [None, None], "nobody was asked for anything"
    assert service.first_connection() == 0
    assert ConsentEvent.select().count() == 3
    audit.seal()
    assert audit.verify().is_whole


def test_what_a_system_had_is_read_before_the_first_choice_is_written_over_it(
    anna: int, systems: dict[str, System]
) -> None:
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("precise", "off")
    found = ConsentEvent.select().where(ConsentEvent.origin == "app", ConsentEvent.purpose == EVENTS)
    assert [one.state for one in found] == ["on"]
    assert holds(anna) == "off", "a yes from a system never overrides a no that was given here"
    service.record(anna, LEVEL, "off", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("off", "off")


def test_another_choice_writes_back_nothing_of_what_was_only_found(anna: int, systems: dict[str, System]) -> None:
    systems["crm"].run("UPDATE users SET mails = 'off' WHERE id = 1")
    service.first_connection()
    service.record(anna, LEVEL, "off", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("off", "on")


def test_a_system_that_was_silent_is_read_when_it_answers(anna: int, systems: dict[str, System]) -> None:
    systems["crm"].go()
    assert service.first_connection() == 1
    systems["crm"].come_back()
    assert service.first_connection() == 1


def test_rows_of_one_person_that_differ_say_no(house: None, systems: dict[str, System]) -> None:
    systems["crm"].run(f"INSERT INTO users VALUES (3, '{ANNA}', 'precise', 'off')")
    anna = member(ANNA)
    Link.update(state="claimed").where(Link.source == "crm").execute()
    service.first_connection()
    assert holds(anna) == "off"


def test_a_yes_from_elsewhere_counts_only_where_nobody_said_no(anna: int) -> None:
    assert taken(anna, "on") == 1
    assert (holds(anna), service.why(anna, EVENTS).allowed) == ("on", True)
    assert taken(anna, "off", "other list") == 1
    assert holds(anna) == "off"
    assert taken(anna, "on", "third", NEWER) == 1
    assert holds(anna) == "off", "a no stands whoever says yes"


def test_of_one_origin_its_newest_word_counts(anna: int) -> None:
    taken(anna, "on", said_at=NEWER)
    taken(anna, "off", said_at=OLD)
    assert holds(anna) == "on"
    taken(anna, "off", said_at=NEWER + timedelta(days=1))
    assert holds(anna) == "off"


def test_a_choice_made_here_stands_against_an_older_no_and_not_against_a_list(anna: int) -> None:
    service.record(anna, EVENTS, "on", **TERMS)
    taken(anna, "off", said_at=OLD)
    assert holds(anna) == "on"
    taken(anna, "off", "list", OLD, LISTED)
    assert holds(anna) == "off"
    service.record(anna, EVENTS, "on", **TERMS)
    assert holds(anna) == "on", "whoever chooses anew knows of it"


def test_a_no_from_a_file_is_carried_into_the_systems_and_a_yes_is_not(anna: int, systems: dict[str, System]) -> None:
    systems["crm"].run("UPDATE users SET mails = 'off' WHERE id = 1")
    taken(anna, "on")
    work.drain()
    assert [system.row(ANNA) for system in systems.values()] == [("precise", "on"), ("precise", "off")]
    taken(anna, "off", "list", OLD, LISTED)
    work.drain()
    assert [system.row(ANNA) for system in systems.values()] == [("precise", "off"), ("precise", "off")]


def test_twice_the_same_adds_nothing(anna: int) -> None:
    assert [taken(anna, "on"), taken(anna, "on"), taken(anna, "on", said_at=NEWER)] == [1, 0, 1]
    assert ConsentEvent.select().count() == 2


def test_a_record_of_what_the_site_does_not_ask_is_refused_whole(anna: int) -> None:
    sound = Record(EVENTS, "on", "mailer", FILE, OLD)
    for unknown in (sound._replace(purpose="marketing.doom"), sound._replace(state="loud"), sound._replace(origin="")):
        with pytest.raises(service.UnknownChoice):
            service.take_in(anna, [sound, unknown])
    assert ConsentEvent.select().count() == 0


def test_history_and_receipt_say_where_and_when_it_was_said(anna: int) -> None:
    taken(anna, "on", "crm")
    [event] = service.history(anna).choices
    assert (event.origin, event.said_at) == ("crm", OLD)
    assert event.at > OLD
    [receipt] = receipts.receipts(anna, lambda _: "A05")
    assert receipt["event"]["time"] == OLD.isoformat()
    assert receipt["imported"] == {"from": "Demo CRM", "said_at": OLD.isoformat(), "at": event.at.isoformat()}


Steps = list[tuple[str, int, tuple[str, str] | None, int]]
ORIGINS, CAUSES = st.sampled_from(["app", "crm", "list"]), st.sampled_from([SYSTEM, FILE, LISTED])
STEPS = st.lists(
    st.tuples(
        st.sampled_from([EVENTS, LEVEL]), st.integers(0, 2), st.one_of(st.none(), st.tuples(ORIGINS, CAUSES)),
        st.integers(0, 4),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_comes_in_whichever_order_the_standing_is_what_the_ledger_says(steps: Steps) -> None:
    subject, newest = int(Subject.create().id), dict[tuple[str, str], int]()
    for name, number, elsewhere, days in steps:
        states = config.site().purposes[name].states
        state = states[number % len(states)]
        new = 0
        if elsewhere is None:
            service.record(subject, name, state, **TERMS)
        else:
            said_at = None if elsewhere[1] == SYSTEM else OLD + timedelta(days=days)
            new = service.take_in(subject, [Record(name, state, elsewhere[0], elsewhere[1], said_at)])
        assert service.standing(subject) == service.replay(subject)
        place = (name, elsewhere[0] if elsewhere and elsewhere[1] == LISTED else "")
        newest[place] = max(days, newest.get(place, 0))  # of one list its newest word counts
        if new and place[1] and newest[place] == days and state == "off":
            assert service.standing(subject)[name].state == "off", "nothing is louder than a list"


# Whom nobody knows


def told(address: str) -> list[Remembered]:
    """Return what is kept of an address."""
    return list(Remembered.select().where(Remembered.hash == crypto.keyed_hash("email", address), ~Remembered.moved))


def test_what_is_kept_of_a_stranger_counts_when_they_first_come(house: None, systems: dict[str, System]) -> None:
    record = Record(EVENTS, "off", "list", LISTED, OLD)
    name = naming.by_email(BEN)
    assert [service.remember([(name, record)]), service.remember([(name, record)])] == [1, 0]
    ben = member(BEN)
    assert service.welcome_newcomers() == 1
    [event] = ConsentEvent.select().where(ConsentEvent.subject == ben, ConsentEvent.origin == "list")
    assert (event.state, event.said_at) == ("off", OLD)
    assert holds(ben) == "off"
    assert told(BEN) == []
    assert service.welcome_newcomers() == 0
    work.drain()
    assert systems["crm"].row(BEN) == ("precise", "off")


def test_what_nobody_comes_for_is_forgotten_and_a_no_is_not(house: None) -> None:
    name = naming.by_email(BEN)
    service.remember([(name, Record(EVENTS, state, "crm", FILE, OLD)) for state in ("on", "off")])
    with clock.later(timedelta(days=729)):
        service.forget_strangers()
        assert len(told(BEN)) == 2
    with clock.later(timedelta(days=731)):
        service.forget_strangers()
        assert [row.state for row in told(BEN)] == ["off"]


def test_a_no_outlives_the_account_and_meets_whoever_comes_back(anna: int) -> None:
    service.record(anna, EVENTS, "off", **TERMS)
    service.record(anna, LEVEL, "precise", **TERMS)
    service.remember_refusals(anna, [Proof("email", ANNA), Proof("external_id", "app:7")])
    [kept] = told(ANNA)
    assert (kept.purpose, kept.state, kept.wording, kept.is_no) == (EVENTS, "off", "", True), "no yes, no words"
    assert ANNA not in str(vars(kept))
    crypto.use_keys("secret", (KEY,), (KEY, "B" * 43))  # another key hashes from now on
    assert service.welcome_newcomers() == 1
    assert ConsentEvent.select().where(ConsentEvent.origin == HERE).count() == 1


# A system that is connected later


def test_a_system_connected_later_is_read_through_once(anna: int, systems: dict[str, System]) -> None:
    ben, nobody = member(BEN), member("carla@example.com")
    for model in (Lookup, Link):
        model.delete().where(model.source == "crm").execute()
    assert connecting.notice_new() == 2
    work.drain()
    assert {row.source: row.people for row in Connection.select()} == {"app": 0, "crm": 2}
    assert {(link.subject.id, link.source) for link in Link.select()} == {
        (subject, source) for subject in (anna, ben) for source in ("app", "crm")
    }
    assert Lookup.select().where(Lookup.source == "crm").count() == 3, "of Carla it is known that nobody there is her"
    assert service.first_connection() == 4
    assert {event.subject_id for event in ConsentEvent.select()} == {anna, ben}
    assert nobody not in {link.subject.id for link in Link.select()}
    assert connecting.notice_new() == 0


def test_many_people_are_read_with_few_statements(house: None, systems: dict[str, System]) -> None:
    """Those that tell who they are and what the system has; each ledger is written by itself."""
    people = [member(f"nr{number}@example.com") for number in range(6)]
    for number in range(6):
        systems["app"].run(f"INSERT INTO users VALUES ({number + 10}, 'nr{number}@example.com', 'off', 'on')")
    Lookup.delete().execute()
    for subject in people:
        subjects.refresh(subject)
    with queries() as few:
        alone = subjects.many(people[:1], "app")
    with queries() as all_:
        together = subjects.many(people, "app")
    assert len(few) == len(all_) == 4
    assert together == {subject: subjects.person(subject, "app") for subject in people}
    assert alone == {people[0]: together[people[0]]}
    source = registry.active().get("app")
    assert source.stored_by(together) == {subject: source.stored(person) for subject, person in together.items()}
    assert service.first_connection() == 6
    assert all(holds(subject) == "on" for subject in people)
