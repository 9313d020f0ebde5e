"""Who somebody is in each system."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from portal.subjects import service
from portal.subjects.models import Link
from tests.conftest import Portal
from tests.people import member

MAI, NHA = "mai.nguyen@example.com", "nha.hoang@example.com"


def change(portal: Portal, statement: str) -> None:
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db, db:
        db.execute(statement)


def test_a_person_is_linked_to_the_one_row_that_has_their_address(portal: Portal) -> None:
    mai = member(portal, "everyday")
    assert service.links(mai.subject) == {"booking": [(1,)], "crm": [(5001,)], "whitelabel": [(9001,)]}
    assert service.waiting(mai.subject) == []


def test_two_people_on_one_address_are_not_merged_and_neither_is_reached(portal: Portal) -> None:
    father = member(portal, "father")
    assert service.links(father.subject) == {}
    assert service.unclaimed(father.subject) == {"booking": 2, "crm": 2, "whitelabel": 2}
    person = service.person(father.subject, "booking")
    assert (person.keys, person.identifiers) == ((), ())


def test_whoever_is_left_alone_at_an_address_is_linked_at_the_next_look(portal: Portal) -> None:
    father = member(portal, "father")
    change(portal, f"UPDATE users SET email = 'other@example.com' WHERE email = '{NHA}' AND id = 7")
    service.refresh(father.subject)
    assert service.links(father.subject)["booking"] == [(6,)]


def test_a_row_that_is_not_found_any_more_is_reached_no_more(portal: Portal) -> None:
    mai = member(portal, "everyday")
    change(portal, f"UPDATE users SET email = 'somebody.new@example.com' WHERE email = '{MAI}'")
    service.refresh(mai.subject)
    assert "booking" not in service.links(mai.subject)
    assert Link.select().where(Link.state == "gone").count() == 1


def test_a_second_hash_key_makes_no_second_link(portal: Portal) -> None:
    from portal.kernel import crypto
    from tests.conftest import KEY

    mai = member(portal, "everyday")
    crypto.use_keys("a key of the tests", (KEY,), (KEY, KEY[:-2] + "A="))
    service.refresh(mai.subject)
    assert Link.select().count() == 3
