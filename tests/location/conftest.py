"""Mai, whom every system knows, and what the tests read in the systems by themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import pytest

from tests.conftest import Portal
from tests.people import Member, member


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def booking(portal: Portal, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement of the test's own in the Booking App."""
    return within(portal, "booking", statement, *values)


def within(portal: Portal, system: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement of the test's own in a system."""
    with closing(sqlite3.connect(portal.systems.database(system))) as connection, connection:
        return connection.execute(statement, values).fetchall()


MAI = "SELECT id FROM users WHERE lower(email) = 'mai.nguyen@example.com'"
MEMBER = "SELECT id FROM members WHERE email = 'mai.nguyen@example.com'"
# Both systems that keep places: a database, and one that speaks the HTTP protocol.
PLACES = {"booking": ("location_points", "user_id", MAI), "whitelabel": ("places", "member_id", MEMBER)}


def count(portal: Portal, more: str = "", systems: Iterable[str] = PLACES) -> int:
    """Count Mai's places."""
    asked = {system: "SELECT COUNT(*) FROM {} WHERE {} = ({}) ".format(*PLACES[system]) + more for system in systems}
    return sum(int(within(portal, system, question)[0][0]) for system, question in asked.items())


def others(portal: Portal) -> int:
    """Count everybody else's places."""
    asked = {system: "SELECT COUNT(*) FROM {} WHERE {} <> ({})".format(*place) for system, place in PLACES.items()}
    return sum(int(within(portal, system, question)[0][0]) for system, question in asked.items())
