"""The three databases of the demo world."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.demo.people import CAST
from portal.demo.world import SYSTEMS, World, build

TODAY = date(2026, 11, 22)


def ask(world: World, system: str, question: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(world.database(system))) as connection:
        return connection.execute(question, values).fetchall()


def number(role: str) -> int:
    return list(CAST).index(role) + 1


def test_the_same_rows_come_out_each_time(tmp_path: Path) -> None:
    first, again = (build(tmp_path / name, small=True, today=TODAY) for name in ("first", "again"))
    for system in SYSTEMS:
        with (
            closing(sqlite3.connect(first.database(system))) as one,
            closing(sqlite3.connect(again.database(system))) as other,
        ):
            assert list(one.iterdump()) == list(other.iterdump())


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_reference_leads_somewhere(small_world: World, system: str) -> None:
    assert ask(small_world, system, "PRAGMA foreign_key_check") == []
    assert ask(small_world, system, "PRAGMA integrity_check") == [("ok",)]


def test_a_world_that_stands_is_left_as_it_is(systems: World) -> None:
    with closing(sqlite3.connect(systems.database("booking"))) as connection:
        connection.execute("UPDATE users SET full_name = 'changed' WHERE id = 1")
        connection.commit()
    build(systems.folder, small=True, today=TODAY)
    assert ask(systems, "booking", "SELECT full_name FROM users WHERE id = 1") == [("changed",)]


def test_a_half_laid_database_is_laid_anew(systems: World) -> None:
    with closing(sqlite3.connect(systems.database("crm"))) as connection:
        connection.execute("DELETE FROM invoice_lines")
        connection.commit()
        connection.execute("PRAGMA user_version = 0")
    build(systems.folder, small=True, today=TODAY)
    assert ask(systems, "crm", "SELECT count(*) > 0 FROM invoice_lines") == [(1,)]


def test_the_everyday_person_has_rows_of_every_kind(small_world: World) -> None:
    for table in ("devices", "visits", "bookings", "favourites", "reviews", "location_points", "payments",
                  "media_files", "booking_guests"):  # fmt: skip
        assert ask(small_world, "booking", f"SELECT count(*) > 0 FROM {table} WHERE user_id = 1") == [(1,)], table
    assert ask(small_world, "booking", "SELECT count(*) FROM newsletter WHERE address = ?", CAST["everyday"].email) == [
        (1,)
    ]
    for table in ("conversations", "contracts", "invoices", "campaign_sends"):
        assert ask(small_world, "crm", f"SELECT count(*) > 0 FROM {table} WHERE contact_id = 5001") == [(1,)], table
    for table in ("memberships", "check_ins", "door_events", "posts"):
        assert ask(small_world, "whitelabel", f"SELECT count(*) > 0 FROM {table} WHERE member_id = 9001") == [(1,)], (
            table
        )


def test_the_bare_person_has_a_profile_and_nothing_else(small_world: World) -> None:
    me = number("bare")
    for table in ("devices", "visits", "bookings", "favourites", "reviews", "location_points", "payments",
                  "media_files", "booking_guests"):  # fmt: skip
        assert ask(small_world, "booking", f"SELECT count(*) FROM {table} WHERE user_id = ?", me) == [(0,)], table
    email = CAST["bare"].email
    assert ask(small_world, "booking", "SELECT id FROM users WHERE email = ?", email) == [(me,)]
    assert ask(small_world, "booking", "SELECT * FROM newsletter WHERE address = ?", email) == []
    assert ask(small_world, "crm", "SELECT * FROM contacts WHERE email = ?", email) == []
    assert ask(small_world, "whitelabel", "SELECT * FROM members WHERE email = ?", email) == []


def test_one_owes_money_and_has_a_booking_to_come(small_world: World, today: date) -> None:
    me = number("owing")
    ahead = "SELECT user_id FROM bookings WHERE status = 'confirmed' AND starts_at > ?"
    assert ask(small_world, "booking", ahead, today.isoformat()) == [(me,)]
    assert ask(small_world, "crm", "SELECT contact_id FROM invoices WHERE unpaid") == [(5000 + me,)]


def test_the_sharer_has_guests_and_is_one(small_world: World) -> None:
    me = number("sharer")
    guests = "SELECT count(*) FROM booking_guests g JOIN bookings b ON b.id = g.booking_id WHERE b.user_id = ?"
    assert ask(small_world, "booking", guests, me)[0][0] >= 3
    assert ask(small_world, "booking", "SELECT count(*) FROM booking_guests WHERE user_id = ?", me) == [(2,)]
    assert ask(small_world, "booking", "SELECT count(*) > 0 FROM booking_guests WHERE user_id IS NULL") == [(1,)]


def test_one_payment_is_disputed(small_world: World) -> None:
    assert ask(small_world, "booking", "SELECT user_id FROM payments WHERE dispute = 'open'") == [
        (number("disputing"),)
    ]


def test_two_people_answer_to_one_e_mail(small_world: World) -> None:
    found = ask(small_world, "booking", "SELECT id FROM users WHERE email = ? ORDER BY id", CAST["father"].email)
    assert found == [(number("father"),), (number("daughter"),)]


def test_the_child_is_in_the_booking_app_alone(small_world: World, today: date) -> None:
    [(born,)] = ask(small_world, "booking", "SELECT birth_date FROM users WHERE id = ?", number("child"))
    assert date.fromisoformat(born).year >= today.year - 14
    assert ask(small_world, "crm", "SELECT * FROM contacts WHERE email = ?", CAST["child"].email) == []


def test_rows_of_the_whitelabel_app_belong_to_several_spaces(small_world: World) -> None:
    assert len(ask(small_world, "whitelabel", "SELECT DISTINCT space FROM memberships WHERE member_id = 9001")) == 2


def test_one_person_has_a_hundred_thousand_rows(tmp_path: Path) -> None:
    world = build(tmp_path, today=TODAY)
    me = number("heavy")
    held = {
        "booking": ("user_id", me, ("devices", "visits", "bookings", "location_points", "payments", "reviews")),
        "crm": ("contact_id", 5000 + me, ("conversations", "invoices", "campaign_sends")),
        "whitelabel": ("member_id", 9000 + me, ("memberships", "check_ins", "door_events", "posts")),
    }
    rows = 0
    for system, (column, key, tables) in held.items():
        rows += sum(
            ask(world, system, f"SELECT count(*) FROM {table} WHERE {column} = ?", key)[0][0] for table in tables
        )
    assert 99_000 < rows < 102_000
    guests = "SELECT count(*) FROM booking_guests g JOIN bookings b ON b.id = g.booking_id WHERE b.user_id = ?"
    lines = "SELECT count(*) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.contact_id = ?"
    said = "SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.contact_id = ?"
    rows += ask(world, "booking", guests, me)[0][0]
    rows += ask(world, "crm", lines, 5000 + me)[0][0] + ask(world, "crm", said, 5000 + me)[0][0]
    assert rows >= 100_000
