"""A choice reaches every system that takes it, and the portal says how far it has come, never more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from portal.consents import service
from portal.consents.service import Passed
from portal.kernel import clock, work
from portal.kernel.outbox import Delivery
from portal.sources import registry
from portal.sources.base import Person
from portal.sources.manifest import Text
from portal.subjects import service as subjects
from portal.subjects.models import Link
from tests.consents.conftest import ANNA, BEN, TERMS, System, member

LEVEL, EVENTS = "location.level", "marketing.events.email"


def standing_of(passed: list[Passed]) -> dict[str, str]:
    """Return, by system, whether it has confirmed, is tried again, or was only asked."""
    return {one.source: "confirmed" if one.confirmed_at else "trying" if one.trying else "asked" for one in passed}


def test_before_a_choice_systems_are_named_and_nothing_is_written(anna: int, systems: dict[str, System]) -> None:
    assert [(one.source, one.asked_at) for one in service.deliveries(anna, EVENTS)] == [("app", None), ("crm", None)]
    assert [one.source for one in service.deliveries(anna, LEVEL)] == ["app"]
    assert systems["app"].row(ANNA) == ("precise", "on")


def test_what_was_chosen_is_written_and_nothing_else(anna: int, systems: dict[str, System]) -> None:
    service.record(anna, EVENTS, "off", **TERMS)
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "asked", "crm": "asked"}
    work.drain()
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "confirmed", "crm": "confirmed"}
    assert systems["app"].row(ANNA) == systems["crm"].row(ANNA) == ("precise", "off")
    assert systems["app"].row(BEN) == ("precise", "on")


def test_a_system_hears_only_of_what_it_takes(anna: int, systems: dict[str, System]) -> None:
    service.record(anna, LEVEL, "off", **TERMS)
    assert [row.source for row in Delivery.select()] == ["app"]
    work.drain()
    assert systems["app"].row(ANNA) == ("off", "on")
    assert systems["crm"].row(ANNA) == ("precise", "on")


def test_a_system_that_is_down_is_named_and_caught_up_later(anna: int, systems: dict[str, System]) -> None:
    systems["crm"].go()
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "confirmed", "crm": "trying"}
    service.record(anna, EVENTS, "on", **TERMS)
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    systems["crm"].come_back()
    with clock.later(timedelta(minutes=1)):
        work.drain()
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "confirmed", "crm": "confirmed"}
    assert systems["crm"].row(ANNA) == ("precise", "off")


def test_another_choice_does_not_take_back_what_was_confirmed(anna: int, systems: dict[str, System]) -> None:
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    service.record(anna, LEVEL, "off", **TERMS)
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "confirmed", "crm": "confirmed"}
    assert standing_of(service.deliveries(anna, LEVEL)) == {"app": "asked"}


def test_a_choice_made_while_a_system_is_written_to_is_written_too(
    anna: int, systems: dict[str, System], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, meanwhile = registry.active().get("app"), ["precise"]
    write = app.prefer

    def prefer(person: Person, choices: Mapping[str, str]) -> None:
        write(person, choices)
        if meanwhile:
            service.record(anna, LEVEL, meanwhile.pop(), **TERMS)
            assert work.run("choices") == 0  # nobody else may write for her until this is over

    monkeypatch.setattr(app, "prefer", prefer)
    service.record(anna, LEVEL, "approximate", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("precise", "on")
    assert standing_of(service.deliveries(anna, LEVEL)) == {"app": "confirmed"}


@pytest.mark.usefixtures("house")
def test_a_system_that_does_not_know_the_person_is_not_spoken_of(systems: dict[str, System]) -> None:
    systems["crm"].run(f"DELETE FROM users WHERE email = '{BEN}'")
    ben = member(BEN)
    service.record(ben, EVENTS, "off", **TERMS)
    work.drain()
    assert standing_of(service.deliveries(ben, EVENTS)) == {"app": "confirmed"}
    assert not Delivery.select().where(Delivery.due_at.is_null(False)).exists()


@pytest.mark.usefixtures("house")
def test_a_system_that_has_yet_to_say_whether_it_knows_the_person_is_waited_for(systems: dict[str, System]) -> None:
    systems["crm"].go()
    ben = member(BEN)
    service.record(ben, EVENTS, "off", **TERMS)
    work.drain()
    assert standing_of(service.deliveries(ben, EVENTS)) == {"app": "confirmed", "crm": "trying"}
    systems["crm"].come_back()
    for minutes in (1, 2):  # first it is found, then written to
        with clock.later(timedelta(minutes=minutes)):
            work.drain()
    assert standing_of(service.deliveries(ben, EVENTS)) == {"app": "confirmed", "crm": "confirmed"}
    assert systems["crm"].row(BEN) == ("precise", "off")


def test_a_page_looks_again_soon_or_later_when_only_systems_that_are_down_are_missing() -> None:
    now, title = clock.now(), Text.of("App")
    done, asked = Passed("a", title, now, now, trying=False), Passed("b", title, now, None, trying=False)
    down, unasked = Passed("c", title, now, None, trying=True), Passed("d", title, None, None, trying=False)
    assert [service.patience(some) for some in ([], [done, unasked], [done, down], [asked, down])] == [0, 0, 20, 2]


def test_each_system_is_written_its_own_value(anna: int, systems: dict[str, System]) -> None:
    service.record(anna, EVENTS, "on", **TERMS)
    service.record(anna, EVENTS, "off", source_id="crm", **TERMS)
    work.drain()
    assert (systems["app"].row(ANNA), systems["crm"].row(ANNA)) == (("precise", "on"), ("precise", "off"))
    passed = {one.source: (one.state, one.own) for one in service.deliveries(anna, EVENTS)}
    assert passed == {"app": ("on", False), "crm": ("off", True)}
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "confirmed", "crm": "confirmed"}
    service.record(anna, EVENTS, "on", **TERMS)
    work.drain()
    assert systems["crm"].row(ANNA) == ("precise", "on")


def test_a_row_that_only_a_phone_leads_to_confirms_nothing(anna: int, systems: dict[str, System]) -> None:
    """What may not be shown is not written to either, so nothing of it was confirmed."""
    Link.update(proven_by="phone").where(Link.subject == anna, Link.source == "app").execute()
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("precise", "on")
    assert standing_of(service.deliveries(anna, EVENTS)) == {"crm": "confirmed"}


def test_a_row_that_was_claimed_confirms_what_was_written_into_it(anna: int, systems: dict[str, System]) -> None:
    Link.update(state="claimed").where(Link.subject == anna, Link.source == "app").execute()
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    assert systems["app"].row(ANNA) == ("precise", "off")
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "confirmed", "crm": "confirmed"}


def test_what_an_operator_vouches_for_is_written_to_before_it_confirms(anna: int, systems: dict[str, System]) -> None:
    Link.update(proven_by="phone").where(Link.subject == anna, Link.source == "app").execute()
    service.record(anna, EVENTS, "off", **TERMS)
    work.drain()
    subjects.vouch(anna)
    assert standing_of(service.deliveries(anna, EVENTS)) == {"app": "asked", "crm": "confirmed"}
    work.drain()
    assert systems["app"].row(ANNA) == ("precise", "off")
