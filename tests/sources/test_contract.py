"""What every engine promises alike, on the same world: three databases, and one behind the HTTP protocol."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal.kernel import spelling
from portal.kernel.counts import AtLeast
from portal.sources import sql, values
from portal.sources.base import Identifier, Person
from portal.sources.sql import SqlSource, paging
from portal.sources.sql.ground import Reach
from tests.sources.bridge import HttpWorld
from tests.sources.world import ANH, BINH, MANIFEST, NOW, ROWS, World, plain

NOTES = 'seat "notes"'


@pytest.fixture
def world(any_world: World) -> World:
    """The world on every engine in turn, and over HTTP."""
    return any_world


def erased_again(world: World) -> str:
    """Return the number of another request: a system that speaks HTTP answers the same one with what it said before."""
    return "R-2" if isinstance(world, HttpWorld) else "R-1"


def test_an_identifier_finds_every_person_it_belongs_to(world: World) -> None:
    cases: list[tuple[str, str, list[tuple[int]]]] = [
        ("email", "anh.nguyen@example.com", [(1,)]),
        ("email", "shared@example.com", [(4,), (5,)]),
        ("email", "ánh.nguyen@example.com", []),
        ("email", "nobody@example.com", []),
        ("phone", "+84912345678", [(1,)]),
        ("phone", "+84912345679", [(2,)]),
        ("phone", "+4912345679", []),
        ("external_id", "3", [(3,)]),
        ("external_id", "3abc", []),
        ("external_id", "99999999999999999999", []),
        ("email", "a\0b@example.com", []),
    ]
    for kind, value, keys in cases:
        assert world.source.find(Identifier(kind, value)) == keys, value


def test_the_preview_counts_live_by_table_and_controller(world: World) -> None:
    preview = world.source.preview(ANH)
    lines = {(line.table, line.controller): (line.rows, line.action, line.until) for line in preview.lines}
    assert lines == {
        ("users", "smartos"): (1, "anonymise", None),
        ("bookings", "space-7"): (2, "delete", None),
        ("bookings", "space-9"): (1, "delete", None),
        ("guests_of_mine", "smartos"): (2, "delete", None),
        ("my_seats", "smartos"): (1, "anonymise", None),
        ("notes", "smartos"): (1, "delete", None),
        ("comments", "smartos"): (2, "delete", None),
        ("answers", "smartos"): (2, "anonymise", None),
        ("newsletter", "smartos"): (1, "delete", None),
        ("callers", "smartos"): (1, "anonymise", None),
        ("invoices", "smartos"): (2, "keep", date(2035, 5, 1)),
        ("invoice_lines", "smartos"): (1, "keep", None),
    }
    assert preview.as_of == NOW
    assert {str(line.reason) for line in preview.lines if line.action == "keep"} == {"Accounting law"}


def test_a_glance_counts_no_further_than_it_has_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = world.source.preview(ANH)
    assert world.source.glance(ANH) == exact
    if isinstance(world, HttpWorld):
        return  # behind the protocol it counts as it likes
    monkeypatch.setattr(sql, "GLANCED", 1)
    glanced = world.source.glance(ANH)
    assert glanced.blockers == exact.blockers
    counts = {(line.table, line.controller): (line.rows, isinstance(line.rows, AtLeast)) for line in glanced.lines}
    whole = {"bookings", "invoices"}  # each row has a company or a last day of its own
    assert counts == {
        (line.table, line.controller): ((line.rows, False) if line.table in whole or line.rows <= 1 else (1, True))
        for line in exact.lines
    }
    assert sum(rows for rows, is_stopped in counts.values() if is_stopped) == 3
    assert {line.until for line in glanced.lines} == {line.until for line in exact.lines}


def test_the_preview_names_what_stands_in_the_way(world: World) -> None:
    booking, invoices = world.source.preview(ANH).blockers
    assert (booking.kind, booking.table, booking.facts["rows"]) == ("warn", "bookings", 1)
    assert datetime.fromisoformat(str(booking.facts["starts_at"])) == datetime(2026, 12, 1, 9, 0)
    assert booking.say.filled("vi", {"starts_at": "1/12"}) == "Bạn có lịch đặt vào 1/12."
    assert (invoices.kind, invoices.say.filled("vi", invoices.facts)) == ("stop", "1 invoices are unpaid.")


def test_a_person_without_rows_is_previewed_with_zeros(world: World) -> None:
    preview = world.source.preview(Person(()))
    assert {line.rows for line in preview.lines} == {0}
    assert {line.table for line in preview.lines} == set(world.source.manifest.tables)
    assert preview.blockers == ()


def test_a_snapshot_has_as_many_rows_as_independent_counts_say(world: World) -> None:
    counts = {
        "users": "users WHERE id = 1",
        "bookings": "bookings WHERE user_id = 1",
        "guests_of_mine": "guests g JOIN bookings b ON b.id = g.booking_id WHERE b.user_id = 1",
        "my_seats": "guests WHERE user_id = 1",
        "notes": f"{world.named(NOTES)} WHERE booking = 10",
        "comments": "comments WHERE user_id = 1",
        "answers": "comments WHERE parent = 30",
        "newsletter": "newsletter WHERE since = '2020-01-01'",
        "callers": "callers WHERE id = 1",
        "invoices": "invoices WHERE user_id = 1",
        "invoice_lines": "invoice_lines WHERE invoice_id = 40",
    }
    expected = {table: world.run(f"SELECT COUNT(*) FROM {where}")[0][0] for table, where in counts.items()}
    with world.source.snapshot(ANH) as snapshot:
        assert snapshot.counts == expected
        assert {table: len(list(snapshot.rows(table))) for table in expected} == expected
        assert snapshot.as_of == NOW


def test_a_snapshot_gives_typed_rows_in_order_less_what_is_not_exported(world: World) -> None:
    with world.source.snapshot(ANH) as snapshot:
        [user] = snapshot.rows("users")
        bookings = list(snapshot.rows("bookings"))
        kinds = snapshot.kinds("bookings")
    assert "pin" not in user
    assert user["full_name"] == "Nguyễn Thị Ánh"
    assert [row["id"] for row in bookings] == [12, 10, 11]
    assert list(bookings[0]) == ["id", "user_id", "space_owner", "starts_at", "status", "price", "map"]
    assert bytes(bookings[1]["map"]) == b"\x00\xffmap"
    if world.engine != "sqlite":
        assert bookings[1]["price"] == Decimal("150000.50")
        assert bookings[1]["starts_at"] == datetime(2026, 12, 1, 9, 0)
    for row in bookings:
        written = {name: values.encode(value) for name, value in row.items()}
        assert {name: values.decode(value, kinds.get(name, "")) for name, value in written.items()} == row


def test_a_snapshot_does_not_see_what_comes_after_it(world: World) -> None:
    if world.engine == "sqlite":
        world.run("PRAGMA journal_mode = WAL")
    with world.source.snapshot(ANH) as snapshot:
        world.run("INSERT INTO comments VALUES (99, 1, NULL, 'later')")
        assert snapshot.counts["comments"] == len(list(snapshot.rows("comments"))) == 2
    with world.source.snapshot(ANH) as snapshot:
        assert snapshot.counts["comments"] == 3


def test_choices_are_written_and_read_back(world: World) -> None:
    before = world.run("SELECT mail_events, level FROM users WHERE id <> 1 ORDER BY id")
    assert world.source.stored(ANH) == {"marketing.events.email": "on", "location.level": "precise"}
    for _ in range(2):
        world.source.prefer(ANH, {"marketing.events.email": "off", "location.level": "approximate", "unknown": "on"})
        assert world.source.stored(ANH) == {"marketing.events.email": "off", "location.level": "approximate"}
    assert world.run("SELECT level FROM users WHERE id = 1") == [("city",)]
    assert world.run("SELECT mail_events, level FROM users WHERE id <> 1 ORDER BY id") == before


def test_many_people_are_read_at_once_as_each_by_themselves(world: World) -> None:
    people = {7: ANH, 3: BINH, 5: Person(()), 9: Person(((1,), (2,))), 2: Person(((99,),))}
    assert world.source.stored_by(people) == {number: world.source.stored(person) for number, person in people.items()}
    assert world.source.stored_by({}) == {}


def test_two_rows_that_differ_are_stored_as_mixed(world: World) -> None:
    both = Person(((2,), (3,)))
    assert world.source.stored(both) == {"marketing.events.email": "mixed", "location.level": "mixed"}
    world.source.prefer(both, {"marketing.events.email": "off"})
    assert world.source.stored(both)["marketing.events.email"] == "off"
    assert world.source.stored(Person(())) == {}


def test_an_erasure_deletes_changes_and_keeps_as_the_manifest_says(world: World) -> None:
    erased = world.source.erase(ANH, "R-1")
    assert erased.done
    assert erased.rows == {
        "users": 1, "bookings": 3, "guests_of_mine": 2, "my_seats": 1, "notes": 1, "comments": 2,
        "answers": 1, "newsletter": 1, "callers": 1, "invoices": 2, "invoice_lines": 0,
    }  # fmt: skip
    [user] = world.run("SELECT email, phone, full_name, birth, city, code, best_booking FROM users WHERE id = 1")
    assert user == ("deleted-1", None, "Former user", None, "", "c-1-gone", None)
    [(pin,)] = world.run("SELECT pin FROM users WHERE id = 1")
    assert pin.startswith("erased:")
    assert len(pin) == 39
    assert world.run("SELECT user_id, name FROM guests WHERE booking_id = 20 AND seat = 1") == [(None, "Former guest")]
    kept = world.run("SELECT number, user_id, billed_to, memo, note FROM invoices WHERE user_id = 1 ORDER BY id")
    assert kept == [
        ("I-1", 1, None, "", "[removed] ([removed], [removed]) asked; not xanh.nguyen@example.com.vn. 100% sure"),
        ("I-2", 1, None, "", None),
    ]
    [(log,)] = world.run("SELECT log FROM callers WHERE id = 1")
    assert "[removed]" in str(log)
    assert "anh" not in str(log)


def test_an_erasure_leaves_everybody_else_row_by_row_as_they_were(world: World) -> None:
    mine = {"users": (1,), "bookings": (10, 11, 12), "comments": (30, 31, 33), "callers": (1,), "invoices": (40, 41)}
    before = others(world, mine)
    world.source.erase(ANH, "R-1")
    assert others(world, mine) == before
    assert world.source.remaining(BINH) != {}


def others(world: World, mine: dict[str, tuple[int, ...]]) -> dict[str, list[str]]:
    """Rows of everybody else, found by statements that know nothing of manifests."""
    conditions = {table: f"id NOT IN ({', '.join(map(str, keys))})" for table, keys in mine.items()}
    conditions |= {
        "guests": "booking_id = 20 AND seat <> 1",
        NOTES: "booking <> 10",
        "newsletter": "since IS NULL",
        "invoice_lines": "invoice_id <> 40",
    }
    assert conditions.keys() == ROWS.keys()
    return {
        table: sorted(map(repr, world.run(f"SELECT * FROM {world.named(table)} WHERE {rows}")))
        for table, rows in conditions.items()
    }


def test_a_second_erasure_finds_nothing_and_changes_nothing(world: World) -> None:
    assert sum(world.source.remaining(ANH).values()) > 0
    world.source.erase(ANH, "R-1")
    assert world.source.remaining(ANH) == {}
    after = world.all()
    assert not set(world.source.erase(ANH, erased_again(world)).rows.values()) - {0}
    assert world.all() == after


def test_what_is_put_back_is_no_longer_proven(world: World) -> None:
    world.source.erase(ANH, "R-1")
    world.run("INSERT INTO comments VALUES (99, 1, NULL, 'back')")
    world.run("UPDATE invoices SET note = 'call +84-912 345 678' WHERE id = 41")
    world.run("UPDATE users SET phone = '1' WHERE id = 1")
    assert world.source.remaining(ANH) == {"comments": 1, "invoices": 1, "users": 1}


def test_every_person_is_listed_with_identifiers(world: World) -> None:
    known = dict(world.source.keys())
    assert known[(1,)] == [
        Identifier("email", "anh.nguyen@example.com"),
        Identifier("phone", "+84912345678"),
        Identifier("external_id", "1"),
    ]
    assert known[(3,)] == [Identifier("email", "chi@example.com"), Identifier("external_id", "3")]
    assert len(known) == 5


def test_everybodys_settings_are_streamed_with_the_words_of_the_manifest(world: World) -> None:
    world.source.prefer(ANH, {"location.level": "off", "marketing.events.email": "off"})
    found = {setting.who: dict(setting.stored) for setting in world.source.settings()}
    assert found[ANH.keys[0]] == {"location.level": "off", "marketing.events.email": "off"}
    for key in (key for key, _ in world.source.keys()):
        stored = world.source.stored(Person((key,)))
        assert {name: word for name, word in stored.items() if word != "None"} == found.get(key, {}), key


def test_compacting_keeps_every_row(world: World) -> None:
    before = world.all()
    world.source.compact()
    assert world.all() == before


def pages(world: World, person: Person, table: str, limit: int) -> list[list[dict[str, Any]]]:
    found, after = [], ""
    while True:
        page = world.source.page(person, table, after, limit)
        found.append(list(page.rows))
        if page.after is None:
            return found
        after = page.after


def test_rows_come_page_by_page_the_newest_first(world: World) -> None:
    assert [[row["id"] for row in page] for page in pages(world, ANH, "bookings", 2)] == [[12, 10], [11]]
    assert [[row["id"] for row in page] for page in pages(world, ANH, "bookings", 3)] == [[12, 10, 11]]
    assert pages(world, Person(()), "bookings", 2) == [[]]
    [[user]] = pages(world, ANH, "users", 50)
    assert "pin" not in user


def test_pages_together_are_the_snapshot_whatever_the_key_and_whatever_is_null(world: World) -> None:
    for number in range(200, 240):
        moment = datetime(2026, 6, 1 + number % 3) if number % 4 else datetime(2027, 1, 5, 9, 0)
        world.run("INSERT INTO bookings VALUES (?, 1, NULL, ?, NULL, NULL, NULL)", number, plain_moment(world, moment))
        world.run("INSERT INTO comments VALUES (?, 1, ?, 'more')", number, 30 if number % 3 else None)
    world.source = world.connected(MANIFEST.replace("[tables.comments]\n", '[tables.comments]\norder_by = "parent"\n'))
    with world.source.snapshot(ANH) as snapshot:
        everything = {table: sorted(map(repr, snapshot.rows(table))) for table in world.source.manifest.tables}
    for limit in (1, 7, 100):
        for table, rows in everything.items():
            found = pages(world, ANH, table, limit)
            assert sorted(repr(row) for page in found for row in page) == rows, (table, limit)
            assert {len(page) for page in found[:-1]} <= {limit}


def plain_moment(world: World, moment: datetime) -> Any:
    return plain(moment) if world.engine == "sqlite" else moment


PLANS = {
    "sqlite": ("EXPLAIN QUERY PLAN ", ["TEMP B-TREE", "SCAN bookings"]),
    "postgresql": ("EXPLAIN ", ["Sort", "Seq Scan"]),
    "mysql": ("EXPLAIN ", ["filesort", "'ALL'"]),
}


def test_a_page_of_many_rows_is_found_by_the_index_and_not_by_reading_them_all(world: World) -> None:
    world.run("CREATE INDEX bookings_order ON bookings (user_id, starts_at, id)")
    first = datetime(2020, 1, 1)
    rows = [(1000 + n, 1, None, first + timedelta(hours=n // 2), None, None, None) for n in range(4000)]
    with world.opened() as connection:
        cursor = connection.cursor()
        cursor.executemany(*world.spelt("INSERT INTO bookings VALUES (?, ?, ?, ?, ?, ?, ?)", rows))
        connection.commit()
        cursor.execute("ANALYZE TABLE bookings" if world.engine == "mysql" else "ANALYZE")
        connection.commit()
    if not isinstance(world.source, SqlSource):
        pytest.skip("how a system behind the protocol finds a page is its own affair")
    page = world.source.page(ANH, "bookings", "", 50)
    for after in ("", page.after or ""):
        with world.source._reading() as (session, ground):
            asked = paging.statement(Reach(ground, ANH), ground.manifest.tables["bookings"], after, 50)
            explain, scanning = PLANS[world.engine]
            plan = str(session.all(explain + asked))
        assert not [word for word in scanning if word in plan], plan
        assert "OFFSET" not in asked.text


def test_any_mixture_of_spellings_is_redacted_and_proven_gone(world: World) -> None:
    dice = random.Random(7)
    name = "Nguyễn Văn Ân Đặng"
    ways = [sorted(spelling.written(letter)) if letter != " " else [" "] for letter in name]
    lines = ["".join(map(dice.choice, ways)) for _ in range(60)]
    others = ["than", "tha\u0302n thân", "Nguyễn Văn Ăn Đặng", "Nguyen Van Anh Dang", "xNguyễn Văn Ân Đặng"]
    world.run("UPDATE users SET full_name = ? WHERE id = 1", name)
    for line in lines:
        world.run("UPDATE invoices SET note = ? WHERE id = 41", f"of {line}, {'; '.join(others)}")
        assert world.source.remaining(ANH)["invoices"] == 2, line
    world.run("UPDATE invoices SET note = ? WHERE id = 41", "\n".join(f"({line})" for line in [*lines, *others]))
    world.source.erase(ANH, "R-1")
    [(note,)] = world.run("SELECT note FROM invoices WHERE id = 41")
    assert note.split("\n") == ["([removed])"] * len(lines) + [f"({line})" for line in others]
    assert world.source.remaining(ANH) == {}


def test_an_address_is_found_composed_and_decomposed_and_never_without_its_accents(world: World) -> None:
    for stored in ("ngân@example.com", "nga\u0302n@example.com"):
        world.run("UPDATE users SET email = ? WHERE id = 3", stored)
        for asked in ("ngân@example.com", "nga\u0302n@example.com"):
            assert world.source.find(Identifier("email", asked)) == [(3,)], (stored, asked)
        assert world.source.find(Identifier("email", "ngan@example.com")) == []
