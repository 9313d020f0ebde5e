"""Mai, whom every system knows, and what the test reads in the Booking App by itself."""

from __future__ import annotations

import sqlite3
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
    with closing(sqlite3.connect(portal.systems.database("booking"))) as connection, connection:
        return connection.execute(statement, values).fetchall()
