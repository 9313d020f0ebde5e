"""After an erasure every text is looked through for the person; whose rows they are is told apart."""

import json
import random
import re
from functools import partial
from urllib.parse import quote

import pytest

from portal.kernel import spelling
from portal.sources.base import Identifier, Mention, Person
from portal.sources.sql import spellings
from tests.sources.bridge import HttpWorld
from tests.sources.world import ANH, MANIFEST, World

SEEN = MANIFEST.replace("[tables.callers]\nmatch", '[tables.callers]\ncolumns.number = { erase = "null" }\nmatch')
SHARED = Person(((4,),), (Identifier("email", "shared@example.com"),))


@pytest.fixture
def world(any_world: World) -> World:
    return any_world


@pytest.fixture
def swept(world: World) -> World:
    """The world without Ánh, whose manifest forgets no column; it is known what she was known by."""
    world.source = world.connected(SEEN)
    return world


def erased(world: World, person: Person = ANH) -> Person:
    """Erase somebody, and return them as they were known before."""
    traced = world.source.traced(person)
    world.source.erase(traced, "R-1")
    assert world.source.remaining(traced) == {}
    return traced


def test_what_is_read_before_is_what_stood_on_their_row(swept: World) -> None:
    swept.run("UPDATE users SET email = 'Anh@Work.example.com' WHERE id = 1")
    known = set(swept.source.traced(ANH).traces)
    assert {Identifier("email", "anh@work.example.com"), *ANH.identifiers} <= known
    is_by_name = Identifier("name", "Nguyễn Thị Ánh") in known
    assert is_by_name is not isinstance(swept, HttpWorld), "a system that speaks HTTP redacts names by itself"


def test_nothing_is_found_where_the_manifest_forgets_nothing(swept: World) -> None:
    assert swept.source.sweep(erased(swept)) == []


def test_a_column_that_the_manifest_forgets_is_found_by_table_and_column(world: World) -> None:
    assert world.source.sweep(erased(world)) == [Mention("callers", "number", 1, "open")]


def test_an_address_that_only_the_row_had_is_sought_too(swept: World) -> None:
    swept.run("UPDATE users SET email = 'anh@work.example.com', level = 'ANH@WORK.example.com' WHERE id = 1")
    assert swept.source.sweep(erased(swept)) == [Mention("users", "level", 1, "open")]


def test_rows_of_others_are_counted_as_theirs(swept: World) -> None:
    swept.run("UPDATE comments SET body = 'write to anh.nguyen@example.com' WHERE id = 32")
    swept.run("UPDATE users SET level = '0912 345 678' WHERE id = 2")
    swept.run("UPDATE guests SET name = 'anh.nguyen@example.com' WHERE booking_id = 20 AND seat = 2")
    found = swept.source.sweep(erased(swept))
    assert {(one.table, one.column, one.rows, one.why) for one in found} == {
        ("users", "level", 1, "others"), ("answers", "body", 1, "others"), ("my_seats", "name", 1, "others"),
    }  # fmt: skip


def test_somebody_else_with_the_same_address_is_not_accused(swept: World) -> None:
    assert swept.source.sweep(erased(swept, SHARED)) == [Mention("users", "email", 1, "others")]


def test_rows_that_lead_to_nobody_any_more_are_found(swept: World) -> None:
    swept.run("INSERT INTO newsletter VALUES (NULL, NULL)")
    swept.run("ALTER TABLE newsletter ADD COLUMN remark varchar(100)")
    swept.run("UPDATE newsletter SET remark = 'was anh.nguyen@example.com' WHERE address IS NULL")
    swept.run("UPDATE newsletter SET remark = 'knows anh.nguyen@example.com' WHERE address = 'chi@example.com'")
    swept.source = swept.connected(SEEN)
    assert swept.source.sweep(erased(swept)) == [
        Mention("newsletter", "remark", 1, "others"), Mention("newsletter", "remark", 1, "open"),
    ]  # fmt: skip


def test_what_is_kept_for_a_reason_is_counted_as_kept(swept: World) -> None:
    swept.run("UPDATE invoices SET number = 'anh.nguyen@example.com' WHERE id = 40")
    swept.run("UPDATE invoices SET number = 'for anh.nguyen@example.com' WHERE id = 42")
    assert swept.source.sweep(erased(swept)) == [
        Mention("invoices", "number", 1, "others"), Mention("invoices", "number", 1, "kept"),
    ]  # fmt: skip


def test_of_a_part_only_its_own_tables_are_looked_through(swept: World) -> None:
    person = swept.source.traced(ANH)
    swept.source.erase(person, "R-1", ["newsletter"])
    assert swept.source.sweep(person, ["newsletter"]) == []
    assert swept.source.sweep(person) != []


def test_names_are_not_sought(swept: World) -> None:
    swept.run("UPDATE users SET level = 'Nguyễn Thị Ánh' WHERE id = 1")
    assert swept.source.sweep(erased(swept)) == []


def test_every_spelling_is_found(swept: World) -> None:
    person, lines = erased(swept), ["ANH.nguyen@EXAMPLE.com", "anh.nguyen%40example.com", "+84 (912) 345-678",
                                    "0912.345.678", "0084912345678", "call 84 912345678."]  # fmt: skip
    others = [
        "xanh.nguyen@example.com",
        "anh.nguyen@example.com.vn",
        "10912345678",
        "091234567",
        "anhxnguyen@example.com",
    ]
    for line in (*lines, *others):
        swept.run("UPDATE users SET level = ? WHERE id = 1", f"see {line} ...")
        assert bool(swept.source.sweep(person)) is (line in lines), line


def test_an_outline_is_like_every_spelling_that_the_pattern_finds() -> None:
    dice, found = random.Random(11), 0
    for email in (
        "ngân.lê+a_b@exämple.com",
        "a.b@c.vn",
        "q7@x3.y",
        "o'neil@example.com",
        "q@x-y.z",
        "a/bc@example.com",
    ):
        pattern = re.compile(spellings.pattern([email], [], []), re.IGNORECASE)
        for _ in range(200):
            text = "".join(dice.choice(ways(letter)) for letter in email)
            if pattern.search(text):
                found += 1
                assert any(is_outlined(text, one) for one in spellings.outlines([email], [])), text
    assert found > 500


def is_outlined(text: str, one: spellings.Outline) -> bool:
    """Say whether a text is like all that an outline asks of it."""
    pairs = list(zip(one.shapes, one.closer, strict=True)) if one.shapes else []
    shaped = not pairs or any(all(map(partial(is_like, text), two)) for two in pairs)
    return (
        one.least <= len(text)
        and is_like(text, one.like)
        and shaped
        and (not one.closer or any(is_like(text, like) for like in one.closer))
    )


def test_a_digit_that_all_outlines_share_is_in_every_spelling_of_each() -> None:
    found = spellings.outlines(["b7c3@example.com", "x37@example.com"], [("+84912345678", "84"), ("+8473", "")])
    assert spellings.shared_digit(found) == "7"
    assert spellings.shared_digit(spellings.outlines(["b7@example.com", "b@example.com"], [])) == ""
    assert spellings.shared_digit(spellings.outlines([], [("+84912345678", "84")])) == "9"


def is_like(text: str, like: str) -> bool:
    """Say what LIKE says, with backslashes before signs that are meant."""
    signs = re.findall(r"\\.|.", like, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(wild.get(one, re.escape(one[-1])) for one in signs), text.lower(), re.DOTALL))


def ways(letter: str) -> list[str]:
    plain = sorted(spelling.written(letter))
    return [*plain, *(json.dumps(way)[1:-1] for way in plain), *(quote(way, safe="") for way in plain), letter.upper()]
