"""Mai, whom every system knows, and what a test reads and changes in the systems by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.conftest import Portal
from tests.people import Member, member

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.fixture
def run(portal: Portal) -> Run:
    """Run a statement in a system."""

    def do(system: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(portal.systems.database(system))) as connection, connection:
            return connection.execute(statement, values).fetchall()

    return do


NAMES = {"booking": "users", "crm": "contacts", "whitelabel": "members"}


def names(run: Run, email: str) -> dict[str, str]:
    """Return Mai's name in each system."""
    look = "SELECT full_name FROM {} WHERE lower(email) = ?"
    return {system: run(system, look.format(table), email)[0][0] for system, table in NAMES.items()}
