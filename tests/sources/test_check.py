"""What an erasure would stumble over is found before it does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portal.sources import registry
from portal.sources.sql import draft
from tests.sources.world import ANH, KINDS, MANIFEST, World

SLOW = (
    "warning: keycards.booking: Its foreign key has no index:"
    " each row of bookings that goes reads the whole table. Add one."
)


def errors(world: World, toml: str) -> list[str]:
    return [str(finding) for finding in world.connected(toml).check() if finding.level == "error"]


def test_a_manifest_that_fits_has_no_errors_but_what_it_leaves(world: World) -> None:
    found = [str(finding) for finding in world.source.check()]
    assert [line for line in found if line.startswith("error")] == [
        "error: callers.number: It names the person and has no rule. Write erase for it."
    ]
    said = " ".join(found)
    assert "users.phone: Numbers are compared by their digits" in said
    assert "newsletter.address: No index serves a match without regard to case" in said
    assert "users.level: It is not listed" in said
    assert "without an end" not in said, "the lines of an invoice go with it"
    assert ("notes.booking: The link has no index" in said) == (
        world.engine != "mysql"
    )  # it makes one for each reference
    assert "users.email: No index" not in said
    assert "bookings.user_id" not in said


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("[tables.newsletter]", "[tables.leaflet]", "leaflet: The database has no table leaflet."),
        (
            'order_by = "starts_at desc"',
            'order_by = "begins"',
            "bookings.begins: There is no such column; order_by names it.",
        ),
        ("user_id -> users.id", "member -> users.id", "bookings.member: There is no such column; link names it."),
        ("on {starts_at}", "on {begins}", "bookings.begins: There is no such column; blocks names it."),
        ("users.level", "users.exactness", "users.exactness: There is no such column; preferences names it."),
        ("starts_at > :now", "starts_at >> now", "bookings: blocks.when is refused:"),
        ('columns.city = { erase = "empty" }', 'columns.city = { erase = "null" }', "users.city: It may not be null."),
        ("text:c-{key}-gone", "text:gone", "users.code: Its values must differ."),
        ("[tables.users]\n", '[tables.users]\ncolumns.id = { erase = "hash" }\n', "users.id: A column of type bigint"),
        ('off = "none", approximate', "off = 0, approximate", "users.level: It cannot take "),
        (
            '"users.mail_events" }',
            '"bookings.map" }',
            'bookings.map: It cannot take "marketing.events.email": its type',
        ),
        (
            '"users.mail_events" }',
            '"users.mail_events", values = { off = "n", on = "y" } }',
            "users.mail_events: It cannot",
        ),
        ("[subject]\n", '[subject]\nborn = "best_booking"\n', "users.best_booking: born names it, and its type is"),
        ("[subject]\n", '[subject]\nborn = "city"\n', "users.city: born names it, and 5 of 5 values looked at are no"),
        ("[tables.comments]", "[tables.remarks]\ntable = 'comments'", ""),
        ('"number", "amount", "paid"]', '"number"]', ""),
    ],
)
def test_each_misfit_is_named(world: World, old: str, new: str, error: str) -> None:
    toml = MANIFEST.replace(old, new).replace("comments.id", "remarks.id" if "remarks" in new else "comments.id")
    known = errors(world, MANIFEST)
    assert any(error in line for line in errors(world, toml)) if error else errors(world, toml) == known


def test_a_condition_that_is_refused_does_not_spoil_the_next(world: World) -> None:
    toml = MANIFEST.replace("starts_at > :now", "nonsense").replace("paid = {false}", "more nonsense here")
    assert sum("blocks.when is refused" in line for line in errors(world, toml)) == 2


def test_tables_that_nobody_covers_are_named(world: World) -> None:
    world.run(
        "CREATE TABLE keycards (id bigint PRIMARY KEY, booking bigint, holder bigint,"
        " FOREIGN KEY (booking) REFERENCES bookings (id), FOREIGN KEY (holder) REFERENCES users (id))"
    )
    found = {str(finding) for finding in world.source.check() if finding.table == "keycards"}
    assert found == {
        "error: keycards.booking: Its rows hold those of bookings back. Cover the table.",
        "warning: keycards.holder: It refers to users and is not covered.",
    } | ({SLOW} if world.engine != "mysql" else set())


def test_kept_rows_under_rows_that_go_are_named(world: World) -> None:
    toml = MANIFEST.replace('erase = "anonymise"\ncolumns.email', 'erase = "delete"\ncolumns.email', 1)
    assert "error: invoices.user_id: It refers to users, which is deleted. Let it be nulled." in errors(world, toml)


def test_rows_that_would_go_with_others_are_named(sqlite_world: World) -> None:
    sqlite_world.run(
        "CREATE TABLE fees (id integer PRIMARY KEY, booking integer REFERENCES bookings (id) ON DELETE CASCADE)"
    )
    fees = '\n[tables.fees]\nlink = "booking -> bookings.id"\nerase = "keep"\nkeep = { reason = "Law" }\n'
    assert "error: fees.booking: Rows to be kept go when bookings is deleted (CASCADE)." in errors(
        sqlite_world, MANIFEST + fees
    )


def test_a_circle_that_nothing_can_break_is_named(sqlite_world: World) -> None:
    sqlite_world.run("CREATE TABLE a (id integer PRIMARY KEY, user_id integer, b integer NOT NULL REFERENCES b (id))")
    sqlite_world.run("CREATE TABLE b (id integer PRIMARY KEY, user_id integer, a integer NOT NULL REFERENCES a (id))")
    tables = "".join(f'\n[tables.{name}]\nlink = "user_id -> users.id"\nerase = "delete"\n' for name in "ab")
    assert [line for line in errors(sqlite_world, MANIFEST + tables) if "refer to each other" in line] == [
        "error: a.b: It and b refer to each other, and neither may be null."
    ]


def test_a_link_through_a_value_that_goes_is_named(world: World) -> None:
    toml = MANIFEST + '\n[tables.mails]\ntable = "newsletter"\nlink = "address -> users.email"\nerase = "delete"\n'
    assert "mails.address: The link leads through users.email, which is erased" in str(
        [str(finding) for finding in world.connected(toml).check()]
    )


def test_a_generated_column_cannot_be_erased(world: World) -> None:
    if world.engine == "postgresql":
        world.run("ALTER TABLE comments ADD COLUMN shout varchar(200) GENERATED ALWAYS AS (upper(body)) STORED")
    else:
        world.run("ALTER TABLE comments ADD COLUMN shout varchar(200) GENERATED ALWAYS AS (upper(body)) VIRTUAL")
    toml = MANIFEST.replace('columns.parent = { erase = "null" }', 'columns.shout = { erase = "null" }')
    assert "error: answers.shout: The database makes this column itself. Take the rule off." in errors(world, toml)
    assert world.source.erase(ANH, "R-1").done


def orders(world: World, toml: str = MANIFEST) -> set[str]:
    found = (str(finding) for finding in world.connected(toml).check() if "Add an index on (" in finding.say)
    return {line.removeprefix("warning: ") for line in found}


PAGES = "No index has the order of its pages, so all rows of the person are sorted for each. Add an index on"
WEEKS = "No index leads to the points of a week, so all of the person are read. Add an index on"


def test_an_order_without_an_index_is_named_until_there_is_one(world: World) -> None:
    bookings = f"bookings.starts_at: {PAGES} (user_id, starts_at)."
    assert bookings in orders(world)
    world.run("CREATE INDEX bookings_start ON bookings (starts_at, user_id)")
    assert bookings in orders(world), "an index in another order leads nowhere"
    world.run("CREATE INDEX bookings_of ON bookings (user_id, starts_at)")
    assert bookings not in orders(world)


def test_pages_by_the_key_want_an_index_where_the_engine_does_not_end_each_with_the_key(world: World) -> None:
    comments = f"comments.id: {PAGES} (user_id, id)."
    assert (comments in orders(world)) == (world.engine != "mysql"), "a bigint key is not the row's number in SQLite"
    world.run("CREATE INDEX comments_of ON comments (user_id, id)")
    assert comments not in orders(world)
    if world.engine == "sqlite":
        world.run("CREATE TABLE likes (id integer PRIMARY KEY, user_id bigint)")
        world.run("CREATE INDEX likes_of ON likes (user_id)")
        toml = MANIFEST + '\n[tables.likes]\nlink = "user_id -> users.id"\nerase = "delete"\n'
        assert not any("likes" in line for line in orders(world, toml))


def test_points_want_an_index_by_time(world: World) -> None:
    key = "integer" if world.engine == "sqlite" else "bigint"
    moment = KINDS[world.engine]["moment"]
    world.run(f"CREATE TABLE points (id {key} PRIMARY KEY, user_id bigint, at {moment}, lat integer, lon integer)")
    world.run("CREATE INDEX points_of ON points (user_id, id)")
    toml = MANIFEST + '\n[tables.points]\nlink = "user_id -> users.id"\nerase = "delete"\n'
    toml += '[location]\npoints = "points"\ntime = "at"\nlatitude = "lat"\nlongitude = "lon"\n'
    assert {line for line in orders(world, toml) if "points" in line} == {f"points.at: {WEEKS} (user_id, at)."}
    world.run("CREATE INDEX points_at ON points (user_id, at)")
    assert not [line for line in orders(world, toml) if "points" in line]


def test_what_is_further_from_the_person_or_has_no_key_is_not_asked_for_an_index(world: World) -> None:
    named = {line.split(".")[0] for line in orders(world)}
    assert named & {"notes", "guests_of_mine", "invoice_lines", "newsletter", "users"} == set()


def test_the_index_that_is_asked_for_spares_the_sorting(sqlite_world: World) -> None:
    def sorts() -> bool:
        asked = "SELECT * FROM bookings WHERE user_id IN (1) ORDER BY starts_at DESC, id DESC LIMIT 51"
        return "USE TEMP B-TREE FOR ORDER BY" in str(sqlite_world.run("EXPLAIN QUERY PLAN " + asked))

    assert sorts()
    sqlite_world.run("CREATE INDEX bookings_of ON bookings (user_id, starts_at, id)")
    assert not sorts()


def test_a_date_of_birth_without_an_index_is_named_until_there_is_one(world: World) -> None:
    toml = MANIFEST.replace("[subject]\n", '[subject]\nborn = "birth"\n')
    wanted = "warning: users.birth: born names it and no index serves it"
    assert any(wanted in str(finding) for finding in world.connected(toml).check())
    world.run("CREATE INDEX users_birth ON users (birth)")
    assert not [str(finding) for finding in world.connected(toml).check() if "born" in str(finding)]


def test_kept_rows_want_an_end_unless_what_they_hang_on_has_one(world: World) -> None:
    toml = MANIFEST.replace(', until = { column = "issued_at", years = 10 }', "")
    found = [finding.table for finding in world.connected(toml).check() if "without an end" in finding.say]
    assert found == ["invoices", "invoice_lines"]


def test_a_table_that_only_names_or_values_tie_to_persons_is_named(world: World) -> None:
    json = KINDS[world.engine]["json"]
    world.run("CREATE TABLE visits (id integer PRIMARY KEY, user_id bigint, page varchar(20))")
    world.run(f"CREATE TABLE happenings (id integer PRIMARY KEY, what {json})")
    world.run("CREATE TABLE prices (id integer PRIMARY KEY, what varchar(40))")
    world.run("INSERT INTO prices VALUES (1, 'a desk @ 10.00')")
    before = [str(finding) for finding in world.source.check() if finding.table in ("visits", "happenings", "prices")]
    world.run("INSERT INTO happenings VALUES (1, ?)", '{"who": "anh.nguyen@example.com"}')
    after = [str(finding) for finding in world.source.check() if finding.table in ("visits", "happenings", "prices")]
    assert before == [
        "warning: visits.user_id: Its name leads to users, and the table is not covered. Cover it by a link."
    ]
    assert set(after) - set(before) == {
        "warning: happenings.what: E-mail addresses are in it, and the table is not covered."
        " If they are persons', cover it."
    }


def test_an_index_is_not_asked_for_what_all_rows_of_a_person_agree_in(world: World) -> None:
    world.run("CREATE TABLE wishes (user_id bigint, what integer, PRIMARY KEY (user_id, what))")
    world.run("CREATE TABLE settings (user_id bigint PRIMARY KEY, tone integer)")
    more = "".join(
        f'[tables.{name}]\nlink = "user_id -> users.id"\nerase = "delete"\n' for name in ("wishes", "settings")
    )
    found = [str(finding) for finding in world.connected(MANIFEST + more).check()]
    assert not [line for line in found if "wishes" in line or "settings" in line]


def test_a_table_of_another_schema_that_holds_rows_back_is_named(world: World) -> None:
    with beside(world) as other:
        columns = "id integer PRIMARY KEY, booking bigint NOT NULL, FOREIGN KEY (booking) REFERENCES"
        home = "public" if world.engine == "postgresql" else world.url.rpartition("/")[2]
        world.run(f"CREATE TABLE {other}.fees ({columns} {home}.bookings (id))")
        found = [line for line in errors(world, MANIFEST) if "fees" in line]
        drafted = draft.draft(registry.database(world.url), "users")
    assert found == [f"error: {other}.fees.booking: Its rows hold those of bookings back. Cover the table."]
    cover = f'[tables.fees], table = "{other}.fees", link = "booking -> bookings.id"'
    assert f"# {other}.fees: unsure: it is in another schema: {cover}" in drafted


@contextmanager
def beside(world: World) -> Iterator[str]:
    """Another schema on the server, until the block ends."""
    if world.engine == "sqlite":
        pytest.skip("SQLite has one schema a file")
    other = "billing" if world.engine == "postgresql" else world.url.rpartition("/")[2] + "_billing"
    world.run(f"CREATE SCHEMA {other}")
    try:
        yield other
    finally:
        world.run(f"DROP SCHEMA {other} CASCADE" if world.engine == "postgresql" else f"DROP SCHEMA {other}")
