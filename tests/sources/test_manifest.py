"""A manifest is understood, or refused by a sentence that names file, table, key and cure."""

import copy
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sources.manifest import (
    Link,
    Manifest,
    ManifestProblem,
    Match,
    Place,
    Rule,
    Text,
    parse,
    read,
    require_paths,
)
from tests.sources.world import MANIFEST

GOOD = tomllib.loads(MANIFEST)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner)
)
LIKELY = st.sampled_from(
    ["id", "a.b", "a -> users.id", "users", "null", "text:", "keep", "env:X", "-> .", "a, b -> users.a", ""]
)


@given(st.dictionaries(st.sampled_from(["source", "subject", "tables", "location", "preferences", "x"]), anything))
def test_any_table_gives_a_manifest_or_a_refusal(data: dict[str, Any]) -> None:
    understood_or_refused(data)


@given(st.data())
def test_a_good_manifest_with_any_change_gives_a_manifest_or_a_refusal(data: st.DataObject) -> None:
    changed = copy.deepcopy(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        here: Any = changed
        for _ in range(data.draw(st.integers(0, 3))):
            inner = [value for value in here.values() if isinstance(value, dict)]
            here = data.draw(st.sampled_from(inner)) if inner else here
        key = data.draw(st.sampled_from(sorted(here)) | st.text(max_size=5)) if here else "x"
        here[key] = data.draw(LIKELY | anything)
    understood_or_refused(changed)


def understood_or_refused(data: dict[str, Any]) -> None:
    with suppress(ManifestProblem):
        assert isinstance(parse(data, "some.toml"), Manifest)


def test_every_key_is_read() -> None:
    made = parse(GOOD, "booking.toml")
    bookings, invoices = made.tables["bookings"], made.tables["invoices"]
    assert made.title == Text.of("Booking App")
    assert made.tables["users"].title.in_("vi") == "Hồ sơ"
    assert made.tables["users"].title.in_("fr") == "Profile"
    assert made.subject.key == ("id",)
    assert made.subject.match[1] == Match("phone", "phone", country="84")
    assert made.tables["users"].columns["email"].erase == Rule("text", "deleted-{key}")
    assert bookings.link == Link(("user_id",), "users", ("id",))
    assert made.tables["notes"].link == Link(("booking", "select"), "guests_of_mine", ("booking_id", "seat"))
    assert made.tables["notes"].real == 'seat "notes"'
    assert bookings.order_by == (("starts_at", True),)
    assert bookings.blocks[0].say.names() == ("starts_at",)
    assert invoices.keep is not None
    assert invoices.keep.until is not None
    assert (invoices.keep.until.column, invoices.keep.until.years) == ("issued_at", 10)
    assert made.preferences["marketing.events.email"].place == Place("users", "mail_events")
    assert made.joints(invoices) == {"user_id", "issued_at", "id"}
    assert str(bookings.column_title("space_owner")) == "Space owner"


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good manifest with one key changed, or taken out."""
    data = copy.deepcopy(GOOD)
    *steps, last = path.split("/")
    here = data
    for step in steps:
        here = here.setdefault(step, {})
    here.pop(last, None) if value is None else here.update({last: value})
    return data


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("source", None, "booking.toml: []: source: is missing. Write a [source] section."),
        ("source/id", "Not Short!", "[source]: id: is not a short name."),
        ("source/url", None, "[source]: url: is missing."),
        ("source/urls", "x", "[source]: urls: is not known. Did you mean url?"),
        ("subject/table", "people", '[subject]: table: is none of its words. Write one of "users" |'),
        ("subject/match", {}, "[subject]: match: names no identifier."),
        ("subject/born", "nowhere", "[subject]: born: names nowhere, which is not listed among the columns of users."),
        ("subject/born", "nowhere", "Mend the name, or list it in [tables.users]: columns.nowhere = {}."),
        (
            "subject/adult",
            ["users.nowhere"],
            "[subject]: adult: names users.nowhere, which is no table or column here.",
        ),
        ("subject/adult", ["deeds"], "[subject]: adult: names deeds, which is no table or column here."),
        ("subject/match", {"mail": "x"}, "[subject.match]: mail: is not known."),
        (
            "subject/match",
            {"phone": {"column": "p", "country": "VN"}},
            "[subject.match.phone]: country: is no calling code.",
        ),
        (
            "tables/bookings/erase",
            None,
            '[tables.bookings]: erase: is missing. Write one of "delete" | "anonymise" | "keep".',
        ),
        ("tables/bookings/link", "user_id users.id", "[tables.bookings]: link: is not understood."),
        ("tables/bookings/link", "a, b -> users.id", "[tables.bookings]: link: is not understood."),
        (
            "tables/bookings/link",
            "a -> nowhere.id",
            "[tables.bookings]: link: leads to nowhere, which is no table here.",
        ),
        (
            "tables/other",
            {"table": "real", "link": "a -> real.id", "erase": "delete"},
            "leads to real, which is no table here. Write other, as it is called in this file.",
        ),
        ("tables/bookings/link", "a -> notes.id", "link: leads in a circle, not to the person."),
        ("tables/bookings/link", "a <- users.home", "[tables.bookings]: erase: deletes rows that are reached outward."),
        ("tables/bookings/match", {"email": "e"}, "[tables.bookings]: match: stands beside a link."),
        ("tables/bookings/shared", True, "[tables.bookings]: shared: needs an outward link."),
        ("tables/users/link", "a -> bookings.id", "[subject]: table: has a link or a match of its own."),
        ("tables/bookings/order_by", "a sideways", "[tables.bookings]: order_by: is not understood."),
        (
            "tables/bookings/blocks",
            {"kind": "warn", "when": "1", "say": ""},
            "[tables.bookings.blocks]: say: is not words.",
        ),
        ("tables/bookings/blocks", {"kind": "warn", "when": "1; x", "say": "x"}, "when: is no condition."),
        ("tables/bookings/blocks", {"kind": "no", "when": "1", "say": "x"}, "kind: is none of its words."),
        ("tables/bookings/keep", {"reason": "x"}, '[tables.bookings]: keep: says rows stay, but erase = "delete".'),
        ("tables/invoices/keep", None, "[tables.invoices]: keep: is missing."),
        ("tables/invoices/keep/reason", None, "[tables.invoices.keep]: reason: is missing."),
        ("tables/invoices/keep/until", {"column": "a", "years": "10"}, "years: is not a whole number in bounds."),
        ("tables/users/columns/pin", {"erase": "shred"}, "[tables.users.columns.pin]: erase: is no rule for a column."),
        ("tables/users/columns/pin", {"erase": "text:{name}"}, "erase: has no text, or a name other than {key}."),
        ("tables/users/columns/pin", {"export": "no"}, "export: is not true or false."),
        ("tables/users/title", {"vi": "Hồ sơ"}, "[tables.users]: title: is not words."),
        ("tables/users/purposes", [1], "[tables.users]: purposes: is not a list of texts."),
        ("location", {"points": "users"}, "[location]: time: is missing. Name the column of users."),
        ("preferences/x", {"column": "nowhere.y"}, "[preferences.x]: column: names no column of a table here."),
        (
            "preferences/x",
            {"column": "users.y", "values": {"on": 1, "off": 1}},
            "values: has one value for two states.",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_with_a_cure(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(ManifestProblem) as refused:
        parse(changed(path, value), "booking.toml")
    assert sentence in str(refused.value)


def test_rows_reached_outward_may_be_shown_and_kept() -> None:
    table = {"link": "id <- users.home_id", "shared": True, "erase": "keep", "keep": {"reason": "Not yours alone"}}
    link = parse(changed("tables/homes", table), "a.toml").tables["homes"].link
    assert link == Link(("id",), "users", ("home_id",), outward=True, shared=True)
    with pytest.raises(ManifestProblem, match="changes rows that are shared"):
        parse(changed("tables/homes", {"link": table["link"], "shared": True, "erase": "anonymise"}), "a.toml")


def test_a_database_needs_a_way_to_each_table_and_a_column_for_each_choice() -> None:
    require_paths(parse(GOOD, "a.toml"))
    with pytest.raises(ManifestProblem, match=r"\[tables.visits\]: link: is missing, and so is match"):
        require_paths(parse(changed("tables/visits", {"erase": "delete"}), "a.toml"))
    with pytest.raises(ManifestProblem, match=r"\[preferences.\"x\"\]: column: is missing"):
        require_paths(parse(changed("preferences/x", {}), "a.toml"))


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    for wrong in (b"a = ", b"\xff"):
        (tmp_path / "bad.toml").write_bytes(wrong)
        with pytest.raises(ManifestProblem, match=r"bad.toml: \[\]: \(itself\): .* Mend the line"):
            read(tmp_path / "bad.toml")


def test_words_are_filled_with_facts_and_nothing_else() -> None:
    said = Text.of({"en": "On {day}, {day.year} and {missing}", "vi": "Ngày {day}"})
    assert said.filled("en", {"day": "1 May"}) == "On 1 May, {day.year} and {missing}"
    assert said.filled("vi", {"day": 5}) == "Ngày 5"
    assert said.names() == ("day", "missing")
