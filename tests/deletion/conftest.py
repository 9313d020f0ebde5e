"""People of the demo world who delete their accounts, and systems that can be made to fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from datetime import timedelta

import pytest

from portal.deletion import service
from portal.deletion.models import Deletion, Target
from portal.sources import base, registry
from portal.sources.base import Erased, Finding, Key, Mention, Person, Preview, Snapshot, Source
from portal.sources.base import Identifier as Proof
from tests import people
from tests.conftest import Portal

Count = Callable[..., int]
GRACE = timedelta(days=14, minutes=1)


class Member(people.Member):
    """Somebody signed in who may leave."""

    def schedule(self) -> str:
        """Ask for the deletion without the pages; return its reference."""
        return service.schedule(self.subject, "en")

    def deletion(self) -> Deletion:
        """Return the newest deletion as it is now."""
        found: Deletion = Deletion.select().where(Deletion.subject == self.subject).order_by(Deletion.id.desc()).get()
        return found

    def states(self) -> dict[str, str]:
        """Return how far each system is."""
        return {target.source: target.state for target in Target.select().where(Target.deletion == self.deletion())}


def member(portal: Portal, email: str) -> Member:
    """Give somebody a proven address and a session that was confirmed a moment ago."""
    return people.made(Member, portal, email)


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, who has rows in every system and nothing that stands in the way."""
    return member(portal, portal.systems.cast["everyday"].email or "")


@pytest.fixture
def sofia(portal: Portal) -> Member:
    """Sofía, whose open dispute stops a deletion."""
    return member(portal, portal.systems.cast["disputing"].email or "")


class Moody(Source):
    """A source in front of another one: it fails when told to, and writes down what it was asked."""

    def __init__(self, inner: Source) -> None:
        super().__init__(inner.manifest)
        self._inner = inner
        self.is_down = False
        self.later = 0  # how often it says "not yet" before it erases
        self.requests: list[str] = []
        self.erased: list[Mapping[str, int]] = []

    @property
    def inner(self) -> Source:
        if self.is_down:
            raise self.unavailable("told to be down")
        return self._inner

    def find(self, identifier: Proof) -> list[Key]:
        return self.inner.find(identifier)

    def preview(self, person: Person) -> Preview:
        return self.inner.preview(person)

    def snapshot(self, person: Person) -> AbstractContextManager[Snapshot]:
        return self.inner.snapshot(person)

    def prefer(self, person: Person, choices: Mapping[str, str]) -> None:
        self.inner.prefer(person, choices)

    def stored(self, person: Person) -> dict[str, str]:
        return self.inner.stored(person)

    def erase(self, person: Person, request_id: str, tables: Collection[str] | None = None) -> Erased:
        inner = self.inner
        self.requests.append(request_id)
        if self.later:
            self.later -= 1
            return Erased(False)
        erased = inner.erase(person, request_id, tables)
        self.erased.append({table: rows for table, rows in erased.rows.items() if rows})
        return erased

    def remaining(self, person: Person, tables: Collection[str] | None = None) -> dict[str, int]:
        return self.inner.remaining(person, tables)

    def traced(self, person: Person) -> Person:
        return self.inner.traced(person)

    def sweep(self, person: Person, tables: Collection[str] | None = None) -> list[Mention]:
        return self.inner.sweep(person, tables)

    @property
    def proof(self) -> base.Proof:
        return self._inner.proof

    def goes_with(self, table: str) -> tuple[str, ...]:
        return self.inner.goes_with(table)

    @property
    def divisible(self) -> bool:
        return self._inner.divisible

    def keys(self) -> Iterator[tuple[Key, list[Proof]]]:
        return self.inner.keys()

    def compact(self) -> None:
        self.inner.compact()

    def check(self) -> list[Finding]:
        return self.inner.check()


@pytest.fixture
def moody(portal: Portal) -> Mapping[str, Moody]:
    """Wrap every connected system, so that a test may take it down."""
    own = registry.active().get(registry.OWN)
    wrapped = {source.id: Moody(source) for source in registry.active().connected()}
    registry.use(registry.Registry([*wrapped.values(), own]))
    return wrapped


@pytest.fixture
def rows(portal: Portal) -> Count:
    """Count rows of a connected system by a statement of the test's own."""

    def count(system: str, statement: str, *values: object) -> int:
        with closing(sqlite3.connect(portal.systems.database(system))) as connection:
            return int(connection.execute(statement, values).fetchone()[0])

    return count


def insert(portal: Portal, system: str, table: str, **values: object) -> int:
    """Write a row into a connected system, as its own software would; return its number."""
    columns, places = ", ".join(values), ", ".join("?" * len(values))
    with closing(sqlite3.connect(portal.systems.database(system))) as connection:
        statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
        number = connection.execute(statement, tuple(values.values())).lastrowid
        connection.commit()
    return number or 0


def new_member(portal: Portal, number: int) -> None:
    """Let somebody new have a number of the Whitelabel App that was free."""
    known = {"space": "hanoi-loft", "member_code": "NEW", "full_name": "An", "joined_at": "2026-12-07"}
    insert(portal, "whitelabel", "members", id=number, email="an@example.com", **known)


def new_user(portal: Portal, email: str) -> int:
    """Let somebody register in the Booking App; return their number."""
    known = {"full_name": "Mai", "password_hash": "x", "created_at": "2026-12-07", "member_number": "M-NEW"}
    return insert(portal, "booking", "users", email=email, **known)


def run(portal: Portal, system: str, statement: str, *values: object) -> None:
    """Change a connected system, as its own software would."""
    with closing(sqlite3.connect(portal.systems.database(system))) as connection, connection:
        connection.execute(statement, values)
