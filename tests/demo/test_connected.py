"""The demo systems as the portal meets them: through its own sources and these manifests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain

import pytest

from portal.demo.canary import SUBJECTS, plant
from portal.demo.people import CAST
from portal.demo.stage import HERE
from portal.demo.whitelabel import Server
from portal.demo.world import SYSTEMS, World
from portal.sources.base import Blocker, Identifier, Person
from portal.sources.registry import Registry, load
from tests import independent
from tests.conftest import SECRET

WORD = "canary-9d2e"


@pytest.fixture
def sources(systems: World, whitelabel: Server) -> Iterator[Registry]:
    """Give the three systems as sources."""
    registry = load(
        HERE / "sources",
        {
            "BOOKING_URL": f"sqlite:///{systems.database('booking')}",
            "CRM_URL": f"sqlite:///{systems.database('crm')}",
            "WHITELABEL_URL": f"http://127.0.0.1:{whitelabel.server_address[1]}",
            "WHITELABEL_SECRET": SECRET,
        },
    )
    yield registry
    registry.close()


def _known(sources: Registry, system: str, email: str | None) -> Person:
    proven = Identifier("email", str(email))
    return Person(tuple(sources.get(system).find(proven)), (proven,))


def _blockers(sources: Registry, role: str) -> list[Blocker]:
    previews = (source.preview(_known(sources, source.id, CAST[role].email)) for source in sources.all())
    return list(chain.from_iterable(preview.blockers for preview in previews))


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_manifest_agrees_with_the_live_system(sources: Registry, system: str) -> None:
    assert [str(finding) for finding in sources.get(system).check()] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_download_has_every_row_that_was_counted(sources: Registry, system: str) -> None:
    source = sources.get(system)
    with source.snapshot(_known(sources, system, CAST["everyday"].email)) as snapshot:
        assert {table: len(list(snapshot.rows(table))) for table in source.manifest.tables} == snapshot.counts
        assert all(snapshot.counts.values())


def test_others_names_on_a_shared_booking_are_not_exported(sources: Registry) -> None:
    hidden = sources.get("booking").manifest.tables["guests_on_my_bookings"].columns
    assert {name for name, column in hidden.items() if not column.export} == {"user_id", "guest_name", "guest_email"}


def test_two_people_on_one_address_are_two(sources: Registry) -> None:
    for source in sources.all():
        assert len(_known(sources, source.id, CAST["father"].email).keys) == 2


def test_a_phone_alone_finds_its_person(sources: Registry) -> None:
    assert sources.get("booking").find(Identifier("phone", str(CAST["phone"].phone))) == [(8,)]


def test_warnings_and_a_stop_come_from_the_rows(sources: Registry) -> None:
    assert [(found.kind, found.table) for found in _blockers(sources, "owing")] == [
        ("warn", "bookings"),
        ("warn", "invoices"),
    ]
    assert [(found.kind, found.table) for found in _blockers(sources, "disputing")] == [("stop", "payments")]
    assert _blockers(sources, "everyday") == []


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("state", ["off", "on"])
def test_a_choice_is_written_to_the_systems_own_column(sources: Registry, system: str, state: str) -> None:
    source, person = sources.get(system), _known(sources, system, CAST["everyday"].email)
    choices = {name: state for name in source.manifest.preferences if name != "location.level"}
    if "location.level" in source.manifest.preferences:
        choices["location.level"] = "approximate"
    source.prefer(person, choices)
    assert source.stored(person) == choices


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_of_the_canary_is_left_and_everybody_else_is_as_before(
    sources: Registry, systems: World, system: str
) -> None:
    before = _rows(systems, system)
    canary = plant(systems, WORD)
    source, person = sources.get(system), _known(sources, system, canary.email)
    assert person.keys == ((canary.keys[system],),)
    assert source.remaining(person)
    source.erase(person, "R-1")
    source.compact()
    assert source.remaining(person) == {}
    assert before <= _rows(systems, system)
    for file in systems.folder.glob(f"{system}.db*"):
        assert WORD.encode() not in independent.left_in(file)


def test_what_stays_of_an_invoice_is_number_sum_and_dates(sources: Registry, systems: World) -> None:
    canary = plant(systems, WORD)
    sources.get("crm").erase(_known(sources, "crm", canary.email), "R-1")
    with closing(sqlite3.connect(systems.database("crm"))) as connection:
        connection.row_factory = sqlite3.Row
        own = (canary.keys["crm"],)
        invoices = connection.execute("SELECT * FROM invoices WHERE contact_id = ?", own).fetchall()
        lines = "SELECT description FROM invoice_lines WHERE invoice_id = ?"
        said = {line["description"] for row in invoices for line in connection.execute(lines, (row["id"],))}
    assert len(invoices) == 4
    assert said == {""}
    for row in invoices:
        left = {name for name, value in dict(row).items() if value not in (None, "")}
        assert left == {"id", "contact_id", "number", "amount", "currency", "unpaid", "issued_at", "due_at"}


def _rows(systems: World, system: str) -> set[str]:
    """Return every row of a system but those that remember an erasure."""
    with closing(sqlite3.connect(systems.database(system))) as connection:
        return {line for line in connection.iterdump() if line.startswith("INSERT") and '"answers"' not in line}


def test_every_system_has_its_subjects(sources: Registry, systems: World) -> None:
    for system, table in SUBJECTS.items():
        with closing(sqlite3.connect(systems.database(system))) as connection:
            there = connection.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()
        assert [key for key, _ in sources.get(system).keys()] == there
