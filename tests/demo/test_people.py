"""The people of the demo world."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from portal.demo.people import CAST, EVERYBODY, Person, people

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def everybody() -> list[Person]:
    return people(TODAY)


def _cast(everybody: list[Person]) -> dict[str, Person]:
    return {person.role: person for person in everybody if person.role}


def _age(person: Person) -> int:
    born = person.born
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def test_there_are_two_hundred_and_they_are_the_same_each_time(everybody: list[Person]) -> None:
    assert len(everybody) == EVERYBODY == 200
    assert people(TODAY) == everybody


def test_a_small_world_has_the_same_first_people(everybody: list[Person]) -> None:
    few = people(TODAY, small=True)
    assert few == everybody[: len(few)]


def test_all_mail_is_under_example_com_and_every_phone_is_e164(everybody: list[Person]) -> None:
    assert all(person.email.endswith("@example.com") for person in everybody if person.email)
    assert all(person.email.isascii() and person.email == person.email.lower() for person in everybody if person.email)
    assert all(person.phone and person.phone.startswith("+849") and len(person.phone) == 12 for person in everybody)


def test_only_father_and_daughter_share_an_address(everybody: list[Person]) -> None:
    addresses = [person.email for person in everybody if person.email]
    shared = {address for address in addresses if addresses.count(address) > 1}
    assert shared == {CAST["father"].email} == {CAST["daughter"].email}


def test_names_are_written_with_composed_marks(everybody: list[Person]) -> None:
    assert all(unicodedata.is_normalized("NFC", person.name) for person in everybody)
    assert any("ễ" in person.name for person in everybody)
    assert any(not person.name[0].isascii() for person in everybody)


def test_the_child_is_thirteen_and_nobody_else_is_under_age(everybody: list[Person]) -> None:
    assert _age(_cast(everybody)["child"]) == 13
    assert min(_age(person) for person in everybody if person.role != "child") >= 18


def test_one_has_a_phone_and_no_e_mail(everybody: list[Person]) -> None:
    assert [person.role for person in everybody if not person.email] == ["phone"]
    assert _cast(everybody)["phone"].phone == CAST["phone"].phone


def test_most_are_known_in_several_systems(everybody: list[Person]) -> None:
    assert all("booking" in person.systems for person in everybody)
    assert sum("crm" in person.systems for person in everybody) > 140
    assert sum("whitelabel" in person.systems for person in everybody) > 120
