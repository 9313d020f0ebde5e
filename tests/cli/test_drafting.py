"""A first manifest is drafted from a live schema; what it prints loads, fits and says what it is unsure of."""

import sqlite3
import tomllib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from portal import demo
from portal.demo.world import World as Demo
from portal.sources import registry
from portal.sources.base import Identifier, Person, Source
from portal.sources.manifest import Manifest, parse
from portal.sources.manifest import read as from_file
from portal.sources.sql import draft
from tests.cli.conftest import Command
from tests.cli.laid import lay
from tests.cli.test_any_schema import accepted
from tests.sources.world import ANH, World, open_, sqlite_url


def drafted(url: str, **asked: str) -> tuple[str, Manifest, Source]:
    """Draft, and read what was drafted as the portal will."""
    toml = draft.draft(registry.database(url), **asked)
    read = parse(tomllib.loads(toml), "draft.toml")
    return toml, read, registry.connect(read, {read.url.removeprefix("env:"): url})


@pytest.mark.parametrize(("system", "persons"), [("booking", "users"), ("crm", "contacts")])
def test_a_draft_of_the_demo_systems_loads_and_has_no_errors(
    database: tuple[str, str], system: str, persons: str
) -> None:
    url, engine = database
    lay(url, engine, system)
    toml, read, source = drafted(url, name=system)
    assert [str(finding) for finding in source.check() if finding.level == "error"] == []
    assert read.subject.table == persons
    assert {match.kind: match.column for match in read.subject.match} == {"email": "email", "phone": "phone"}
    assert "# unsure: " in toml


def test_the_booking_app_is_understood(database: tuple[str, str]) -> None:
    lay(*database, "booking")
    toml, read, _ = drafted(database[0], name="booking")
    bookings, guests = read.tables["bookings"], read.tables["booking_guests"]
    assert bookings.link
    assert (bookings.link.columns, bookings.link.table, bookings.erase) == (("user_id",), "users", "delete")
    assert bookings.order_by == (("starts_at", False),)
    assert guests.erase == "anonymise", "the row of somebody else's booking stays, without the guest"
    assert guests.columns["user_id"].erase
    assert read.tables["booking_guests_by_booking_id"].erase == "delete", "guests would hold the bookings back"
    assert [match.column for match in read.tables["newsletter"].match] == ["address"]
    assert not read.tables["users"].columns["password_hash"].export
    assert not read.tables["devices"].columns["push_token"].export
    assert "locale" not in read.tables["users"].columns
    assert "# spaces: bookings.space_id points to it" in toml


def test_links_are_chained(database: tuple[str, str]) -> None:
    lay(*database, "crm")
    toml, read, _ = drafted(database[0], name="crm")
    lines, messages = read.tables["invoice_lines"].link, read.tables["messages"].link
    assert lines
    assert messages
    assert (lines.table, messages.table) == ("invoices", "conversations")
    assert "companies" not in read.tables
    assert "# companies: contacts.company_id points to it" in toml


def test_odd_names_self_references_and_circles_load_and_have_no_errors(world: World) -> None:
    toml, read, source = drafted(world.url, named="users")
    assert [str(finding) for finding in source.check() if finding.level == "error"] == []
    assert 'seat "notes"' in read.tables
    assert read.tables["comments_by_parent"].columns["parent"].erase
    assert "# callers: no key leads from it to users" in toml


def test_a_draft_can_be_carried_out(world: World) -> None:
    """What it proposes is not what an operator decides, yet nothing in it may be refused by the engine."""
    _, _, source = drafted(world.url, named="users")
    assert source.erase(ANH, "R-1").done
    assert source.remaining(ANH) == {}


def test_what_the_demo_lets_people_choose_is_suggested_as_its_manifest_writes_it(database: tuple[str, str]) -> None:
    lay(*database, "booking")
    toml, _, _ = drafted(database[0], name="booking")
    suggested = parse(tomllib.loads(accepted(toml)), "draft.toml").preferences
    written = from_file(Path(demo.__file__).parent / "sources" / "booking.toml").preferences
    assert suggested.keys() == written.keys() - {"restriction"}
    assert {name: one.place for name, one in suggested.items()} == {name: written[name].place for name in suggested}
    assert suggested["marketing.events.sms"].values == {}, "on and off go without saying"
    assert suggested["marketing.surveys.email"].values == {"off": 1, "on": 0}


@pytest.mark.parametrize(
    ("listed", "values"),
    [
        ("gps,none,city", {"off": "none", "approximate": "city", "precise": "gps"}),
        ("precise,off,approximate", {"off": "off", "approximate": "approximate", "precise": "precise"}),
        ("all,nothing", {"off": "off", "approximate": "approximate", "precise": "precise"}),
    ],
)
def test_words_that_a_column_may_hold_become_states(
    database: tuple[str, str], listed: str, values: dict[str, str]
) -> None:
    url, engine = database
    words = ", ".join(f"'{word}'" for word in listed.split(","))
    kind = f"enum({words})" if engine == "mysql" else f"varchar(12) CHECK (location_level IN ({words}))"
    connection = open_(url)
    connection.cursor().execute(
        f"CREATE TABLE users (id integer PRIMARY KEY, email varchar(90), location_level {kind})"
    )
    connection.commit()
    connection.close()
    toml, _, _ = drafted(url, name="any")
    suggested = parse(tomllib.loads(accepted(toml)), "draft.toml").preferences
    assert suggested["location.level"].values == values
    assert ("which words does the column hold: all, nothing?" in toml) == (listed == "all,nothing")


def test_the_date_of_birth_is_named_where_the_type_says_that_it_is_one(database: tuple[str, str]) -> None:
    lay(*database, "booking")
    _, read, source = drafted(database[0], name="booking")
    assert read.subject.born == "birth_date"
    assert source.young(date(1900, 1, 1), 10, 0) == []


def test_a_date_of_birth_in_a_text_and_choices_are_comments_until_an_operator_takes_them(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text, birthday text, birth_place text, sms_ok varchar(1),"
        " newsletter integer NOT NULL DEFAULT 0, newsletter_sent integer, push_token text, last_location varchar(9),"
        " phone_no integer, opt_out_calls boolean, email_verified boolean);",
    )
    toml, read, _ = drafted(url)
    assert (read.subject.born, read.preferences) == ("", {})
    taken = parse(tomllib.loads(accepted(toml)), "draft.toml")
    assert taken.subject.born == "birthday"
    assert {name: (one.place and one.place.column, one.values) for name, one in taken.preferences.items()} == {
        "marketing.news.sms": ("sms_ok", {"off": "no", "on": "yes"}),
        "marketing.newsletter.email": ("newsletter", {}),
        "marketing.news.phone": ("opt_out_calls", {"off": True, "on": False}),
    }
    assert "unsure: which words does the column hold?" in toml
    assert "unsure: born: are all of its dates written as 2013-05-01?" in toml


def test_a_table_of_preferences_beside_the_persons_is_looked_through(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text, dob date NOT NULL);"
        "CREATE TABLE consents (user_id integer PRIMARY KEY REFERENCES users (id), push boolean, mail boolean);"
        "CREATE TABLE parcels (id integer PRIMARY KEY, user_id integer REFERENCES users (id), post boolean);",
    )
    toml, read, source = drafted(url)
    assert read.subject.born == "dob"
    assert [finding for finding in source.check() if finding.level == "error"] == []
    taken = parse(tomllib.loads(accepted(toml)), "draft.toml")
    assert {name: one.place and one.place.column for name, one in taken.preferences.items()} == {
        "marketing.news.push": "push",
        "marketing.news.email": "mail",
    }


def test_days_and_moments_of_sqlite_are_times_whatever_they_are_called(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text, joined datetime NOT NULL);"
        "CREATE TABLE invoices (id integer PRIMARY KEY, user_id integer REFERENCES users (id), issued date NOT NULL);",
    )
    _, read, _ = drafted(url)
    assert "joined" not in read.tables["users"].columns
    assert "issued" not in read.tables["invoices"].columns
    assert read.tables["invoices"].order_by == (("issued", False),)


@pytest.mark.parametrize(("system", "role"), [("booking", "everyday"), ("crm", "everyday"), ("crm", "owing")])
def test_a_draft_of_the_demo_systems_can_be_rehearsed(systems: Demo, system: str, role: str) -> None:
    _, _, source = drafted(f"sqlite:///{systems.database(system)}", name=system)
    proof = Identifier("email", systems.cast[role].email or "")
    rehearsed = source.rehearse(Person(tuple(source.find(proof)), (proof,)))
    assert rehearsed
    assert (rehearsed.refused, dict(rehearsed.remaining)) == ("", {})
    assert sum(statement.rows or 0 for statement in rehearsed.statements) > 5


def laid(folder: Path, script: str) -> str:
    with closing(sqlite3.connect(folder / "booking.db")) as connection:
        connection.executescript(script)
    return sqlite_url(folder)


def test_a_reference_that_only_a_name_speaks_of_is_followed_and_said(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text);"
        "CREATE TABLE visits (id integer PRIMARY KEY, user_id integer, page text);",
    )
    toml, read, _ = drafted(url)
    assert read.tables["visits"].link
    assert "no foreign key says that user_id leads to users" in toml


def test_who_merely_acted_on_a_row_is_cut_from_it_and_nothing_else_changes(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text);"
        "CREATE TABLE pages (id integer PRIMARY KEY, approved_by integer REFERENCES users (id), body text);",
    )
    _, read, _ = drafted(url)
    assert read.tables["pages"].erase == "anonymise"
    assert set(read.tables["pages"].columns) == {"approved_by"}


def test_who_acted_on_a_row_that_cannot_do_without_them_is_not_said_to_be_cut(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text);"
        "CREATE TABLE seats (id integer PRIMARY KEY, booked_by integer NOT NULL REFERENCES users (id), row text);",
    )
    toml, read, _ = drafted(url)
    assert (read.tables["seats"].erase, dict(read.tables["seats"].columns)) == ("anonymise", {})
    assert 'booked_by may not be null, so its rows stay theirs as they are: write erase = "delete"' in toml


def test_a_prefix_of_tables_is_no_part_of_what_their_rows_are_called(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE tblMembers (id integer PRIMARY KEY, email text);"
        "CREATE TABLE notes (id integer PRIMARY KEY, member_id integer, body text);",
    )
    _, read, _ = drafted(url)
    assert read.tables["notes"].link


def test_a_table_that_nothing_leads_to_is_left_out_with_its_reason(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text);"
        "CREATE TABLE holidays (day date); CREATE TABLE calls (id integer PRIMARY KEY, phone text);",
    )
    toml, read, _ = drafted(url)
    assert set(read.tables) == {"users"}
    assert "# holidays: no key leads from it to users, and no e-mail address is in it" in toml
    assert "# calls: unsure: no key leads to users, but phone looks like a phone number" in toml


def test_two_tables_that_may_hold_the_persons_are_both_named(tmp_path: Path) -> None:
    url = laid(
        tmp_path,
        "CREATE TABLE users (id integer PRIMARY KEY, email text);"
        "CREATE TABLE customers (id integer PRIMARY KEY, email text);",
    )
    toml, _, _ = drafted(url)
    assert "the persons may be in " in toml
    assert drafted(url, named="customers")[1].subject.table == "customers"


def test_an_address_that_is_the_key_itself_makes_the_row_go(tmp_path: Path) -> None:
    url = laid(tmp_path, "CREATE TABLE users (email text PRIMARY KEY, name text);")
    _, read, source = drafted(url)
    assert read.tables["users"].erase == "delete"
    assert [finding for finding in source.check() if finding.level == "error"] == []


def test_the_command_prints_the_draft_and_never_the_url(command: Command, tmp_path: Path) -> None:
    url = laid(tmp_path, "CREATE TABLE users (id integer PRIMARY KEY, email text);")
    done = command("sources", "draft", "env:SHOP_DSN", "--id", "shop", environ={"SHOP_DSN": url})
    assert done.returncode == 0, done.stderr
    read = parse(tomllib.loads(done.stdout), "shop.toml")
    assert (read.id, read.url) == ("shop", "env:SHOP_DSN")
    assert url not in done.stdout


def test_the_url_may_stand_in_a_file(command: Command, tmp_path: Path) -> None:
    url = laid(tmp_path, "CREATE TABLE users (id integer PRIMARY KEY, email text);")
    (tmp_path / "url").write_text(url + "\n", encoding="utf-8")
    done = command("sources", "draft", "env:SHOP_DSN", environ={"SHOP_DSN_FILE": str(tmp_path / "url")})
    assert (done.returncode, 'url = "env:SHOP_DSN"' in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sources", "draft", "ftp://example.com/x"], '"ftp" is no database known here'),
        (["sources", "draft", "sqlite:////no/such/file.db"], "the database: OperationalError"),
        (["sources", "draft", "env:NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
        (["sources", "draft", "sqlite:///x.db", "--id", "No Id"], "--id: use up to 40"),
        (["sources"], "required"),
    ],
)
def test_what_cannot_begin_ends_with_one_line_and_2(command: Command, words: list[str], said: str) -> None:
    done = command(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "sources check" not in done.stderr, "there is no manifest yet to check"
    assert "Traceback" not in done.stderr
