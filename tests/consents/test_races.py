"""Two writers at once, each with a connection of its own: deny wins, and the ledger alone tells what holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.consents import service
from portal.consents.models import ConsentEvent
from portal.consents.service import ledger, projection
from portal.consents.service.importing import Record
from portal.consents.service.weighing import FILE, LISTED, stored
from portal.kernel import clock, db
from portal.subjects.models import Subject
from tests.consents.conftest import TERMS

pytestmark = pytest.mark.usefixtures("house")
LEVEL, EVENTS = "location.level", "marketing.events.email"
Act = Callable[[], object]


@pytest.fixture
def subject() -> int:
    """A person whom no system knows."""
    return int(Subject.create().id)


def choosing(subject: int, name: str, state: str) -> Act:
    """Return the act of a choice, for all systems or, by purpose@system, for one."""
    purpose, _, source = name.partition("@")
    return lambda: service.record(subject, purpose, state, source_id=source, **TERMS)


@contextmanager
def under_way(subject: int, act: Act, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let somebody else begin an act that waits for its turn until the block ends; the block has the turn first."""
    begun, failed = threading.Event(), list[BaseException]()
    real, me = db.atomic, threading.get_ident()

    @contextmanager
    def atomic() -> Iterator[None]:
        if threading.get_ident() != me:
            begun.set()
        with real():
            yield

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            db.database.close()

    monkeypatch.setattr(ledger, "atomic", atomic)
    other = threading.Thread(target=run)
    with db.atomic():
        service.locked(subject)
        other.start()
        assert begun.wait(10)
        yield
    other.join(10)
    assert not other.is_alive()
    assert failed == []


def holds(subject: int, name: str = EVENTS) -> str:
    """Return what holds, which the ledger alone must tell too."""
    assert service.standing(subject) == service.replay(subject)
    return service.standing(subject)[name].state


@pytest.mark.parametrize(
    ("before", "no", "yes"),
    [
        ((EVENTS, "on"), (EVENTS, "off"), (EVENTS, "on")),
        ((EVENTS, "off"), (EVENTS, "off"), (EVENTS, "on")),
        (None, (EVENTS, "off"), (EVENTS, "on")),
        ((LEVEL, "precise"), (LEVEL, "approximate"), (LEVEL, "precise")),
        ((LEVEL, "approximate"), (LEVEL, "off"), (LEVEL, "precise")),
        ((EVENTS, "on"), (EVENTS, "off"), (f"{EVENTS}@app", "on")),
        ((EVENTS, "on"), (f"{EVENTS}@app", "off"), (EVENTS, "on")),
    ],
)
def test_deny_wins_whoever_comes_last(
    subject: int,
    before: tuple[str, str] | None,
    no: tuple[str, str],
    yes: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def present() -> str:
        assert service.standing(subject) == service.replay(subject)
        return projection.in_force(service.standing(subject), no[0].partition("@")[0], "app").state

    if before:
        choosing(subject, *before)()
    with under_way(subject, choosing(subject, *yes), monkeypatch):
        choosing(subject, *no)()
    assert present() == no[1], "the yes was begun before the no was there"
    count = ConsentEvent.select().count()
    with under_way(subject, choosing(subject, *no), monkeypatch):
        choosing(subject, *yes)()
    assert present() == no[1], "the no came after the yes"
    assert ConsentEvent.select().count() == count + 2, "both are on record"
    choosing(subject, *yes)()
    assert present() == yes[1], "a yes that was begun later counts"


def test_what_stops_wins_too(subject: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"case": "R-1", "wording": "…", "language": "en", "actor": "staff", "channel": "portal"}
    with under_way(subject, choosing(subject, EVENTS, "on"), monkeypatch):
        service.say_no(subject, {"hold.marketing": "held", "restriction": "restricted"}, **said)
    assert not service.may(subject, EVENTS, "on")
    assert holds(subject) == "on"


def test_a_list_from_elsewhere_wins_too(subject: int, monkeypatch: pytest.MonkeyPatch) -> None:
    choosing(subject, EVENTS, "on")()
    with under_way(subject, choosing(subject, EVENTS, "on"), monkeypatch):
        service.take_in(subject, [Record(EVENTS, "off", "list", LISTED)])
    assert holds(subject) == "off"
    service.take_in(subject, [Record(EVENTS, "on", "file", FILE, clock.now())])
    assert holds(subject) == "off", "what comes in later does not lift it"


def test_no_race_of_many_ends_in_a_yes_that_was_begun_before_a_no(subject: int) -> None:
    barrier = threading.Barrier(2)

    def choose(state: str) -> None:
        barrier.wait()
        try:
            service.record(subject, EVENTS, state, **TERMS)
        finally:
            db.database.close()

    for _ in range(25):
        pair = [threading.Thread(target=choose, args=(state,)) for state in ("on", "off")]
        for one in pair:
            one.start()
        for one in pair:
            one.join()
        last = {event.state: event for event in ConsentEvent.select().order_by(ConsentEvent.id.desc()).limit(2)}
        begun_later = last["on"].at >= last["off"].at and last["on"].id > last["off"].id
        assert holds(subject) == ("on" if begun_later else "off")


CHOICES = [(LEVEL, "off"), (LEVEL, "approximate"), (LEVEL, "precise"), (EVENTS, "off"), (EVENTS, "on")]
MANY = st.lists(st.sampled_from([*CHOICES, (f"{LEVEL}@app", "precise"), (f"{EVENTS}@crm", "on")]), max_size=10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MANY, st.lists(st.integers(1, 4), min_size=10, max_size=10))
def test_recorded_and_replayed_in_any_grouping_the_standing_is_the_same(
    chosen: list[tuple[str, str]], sizes: list[int]
) -> None:
    alone, grouped = int(Subject.create().id), int(Subject.create().id)
    for name, state in chosen:
        choosing(alone, name, state)()
    rest, terms = list(chosen), {"notice_version": "1", "language": "en"}
    for size in sizes:
        some, rest = rest[:size], rest[size:]
        if len({name for name, _ in some}) < len(some):  # a choice is made once in one act
            for name, state in some:
                choosing(grouped, name, state)()
        elif some:
            parts = [(name.partition("@"), state) for name, state in some]
            made = [service.Made(purpose, state, "May we?", source) for (purpose, _, source), state in parts]
            service.record_all(grouped, made, **terms)
    states = [
        {name: one.state for name, one in service.standing(subject).items() if one.event}
        for subject in (alone, grouped)
    ]
    assert states[0] == states[1]
    for subject in (alone, grouped):
        assert folded(subject, sizes) == service.standing(subject) == service.replay(subject)


def folded(subject: int, sizes: list[int]) -> dict[str, service.Choice]:
    """Replay some events at a time, with the standing written out and read again in between."""
    events = list(ConsentEvent.select().where(ConsentEvent.subject == subject).order_by(ConsentEvent.id))
    choices: dict[str, Any] = {}
    for size in [*sizes, len(events)]:
        choices = json.loads(json.dumps(choices))
        for event in events[:size]:
            projection.project_own(choices, event.purpose, stored(event.purpose, projection.worded(event)))
        del events[:size]
    assert events == []
    return projection.read(choices)
