"""Schemas as they are: each oddity is copied, checked, erased and proven on every engine."""

from pathlib import Path

import pytest

from portal.kernel.problems import SourceUnavailable
from tests.sources.zoo import ANH, Build, Zoo


def test_chains_of_links_and_composite_keys(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE orders (shop integer, number integer, user_id integer, PRIMARY KEY (shop, number))",
            "CREATE TABLE parcels (shop integer, number integer, part integer, PRIMARY KEY (shop, number, part),"
            " FOREIGN KEY (shop, number) REFERENCES orders (shop, number))",
            "CREATE TABLE stamps (shop integer, number integer, part integer, city varchar(20),"
            " FOREIGN KEY (shop, number, part) REFERENCES parcels (shop, number, part))",
            "INSERT INTO orders VALUES (1, 7, 1), (2, 7, 2)",
            "INSERT INTO parcels VALUES (1, 7, 1), (1, 7, 2), (2, 7, 1)",
            "INSERT INTO stamps VALUES (1, 7, 2, 'Huế'), (2, 7, 1, 'Hà Nội'), (1, 7, NULL, 'lost')",
        ],
        """
        [tables.orders]
        link = "user_id -> users.id"
        erase = "delete"
        [tables.parcels]
        link = "shop, number -> orders.shop, number"
        erase = "delete"
        [tables.stamps]
        link = "shop, number, part -> parcels.shop, number, part"
        erase = "delete"
        """,
    )
    copy = made.copy()
    assert [len(copy[name]) for name in ("orders", "parcels", "stamps")] == [1, 2, 1]
    made.erase()
    assert made.run("SELECT shop, number FROM orders") == [(2, 7)]
    assert made.run("SELECT city FROM stamps ORDER BY city") == [("Hà Nội",), ("lost",)]


def test_rows_that_refer_to_one_another_in_a_circle(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE teams (id integer PRIMARY KEY, user_id integer, captain integer)",
            "CREATE TABLE players (id integer PRIMARY KEY, user_id integer, team integer NOT NULL, rival integer,"
            " FOREIGN KEY (team) REFERENCES teams (id), FOREIGN KEY (rival) REFERENCES players (id))",
            "INSERT INTO teams VALUES (1, 1, NULL), (2, 2, NULL)",
            "INSERT INTO players VALUES (1, 1, 1, NULL), (2, 1, 1, 1), (3, 2, 2, NULL)",
            "UPDATE players SET rival = 2 WHERE id = 1",
            "UPDATE teams SET captain = 2 WHERE id = 1",
        ],
        """
        [tables.teams]
        link = "user_id -> users.id"
        erase = "delete"
        [tables.players]
        link = "user_id -> users.id"
        erase = "delete"
        """,
    )
    if made.engine != "sqlite":  # which adds no constraint to a table that is there
        made.run("ALTER TABLE teams ADD FOREIGN KEY (captain) REFERENCES players (id)")
    made.erase()
    assert made.run("SELECT id, team FROM players") == [(3, 2)]


def test_what_is_joined_by_address_or_phone_alone(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE leads (mail varchar(80), mobile varchar(30), note varchar(80))",
            "INSERT INTO leads VALUES ('ANH@example.com', NULL, 'a'), (NULL, '0912 345 678', 'b'),"
            " ('xanh@example.com', '+84 912 345 679', 'c'), (NULL, NULL, 'd')",
        ],
        """
        [tables.leads]
        match = { email = "mail", phone = { column = "mobile", country = "84" } }
        erase = "delete"
        """,
    )
    assert sorted(row["note"] for row in made.copy()["leads"]) == ["a", "b"]
    made.erase()
    assert made.run("SELECT note FROM leads ORDER BY note") == [("c",), ("d",)]


SHARED = """
[tables.users]
erase = "anonymise"
columns.home = { erase = "null" }
columns.email = { erase = "null" }
columns.phone = { erase = "null" }
columns.name = { erase = "null" }
[tables.homes]
link = "id <- users.home"
shared = "while-used"
erase = "delete"
[tables.keys]
link = "home -> homes.id"
erase = "delete"
[tables.orders]
link = "user_id -> users.id"
erase = "delete"
"""


def test_what_people_share_goes_with_the_last_of_them(zoo: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.sources.zoo.HEAD", HEAD_WITHOUT_USERS)
    made = zoo(
        [
            "CREATE TABLE homes (id integer PRIMARY KEY, street varchar(40))",
            "CREATE TABLE door_keys (home integer, code varchar(9), FOREIGN KEY (home) REFERENCES homes (id))",
            "CREATE TABLE orders (id integer PRIMARY KEY, user_id integer, ship_to integer,"
            " FOREIGN KEY (ship_to) REFERENCES homes (id))",
            "ALTER TABLE users ADD COLUMN home integer",
            "INSERT INTO homes VALUES (1, 'Lê Lợi'), (2, 'Hai Bà Trưng')",
            "INSERT INTO door_keys VALUES (1, 'k1'), (2, 'k2')",
            "INSERT INTO orders VALUES (1, 1, 1), (2, 2, 2)",
            "UPDATE users SET home = 1",
        ],
        SHARED.replace("[tables.keys]", '[tables.keys]\ntable = "door_keys"'),
    )
    with made.source.snapshot(ANH) as snapshot:
        assert (snapshot.counts["homes"], snapshot.counts["keys"]) == (1, 1), "what is shared is theirs too"
    lines = {(line.table, line.action): line.rows for line in made.source.preview(ANH).lines}
    assert (lines["homes", "delete"], lines["homes", "keep"], lines["keys", "delete"]) == (0, 1, 0)
    made.run("UPDATE users SET home = 2 WHERE id = 2")
    lines = {(line.table, line.action): line.rows for line in made.source.preview(ANH).lines}
    assert (lines["homes", "delete"], lines["keys", "delete"]) == (1, 1)
    made.run("UPDATE users SET home = 1 WHERE id = 2")
    made.source.erase(ANH, "R-1")
    assert made.source.remaining(ANH) == {}
    assert made.run("SELECT id FROM homes ORDER BY id") == [(1,), (2,)], "Bình still lives there"
    assert made.run("SELECT code FROM door_keys ORDER BY code") == [("k1",), ("k2",)]
    binh = type(ANH)(((2,),))
    made.source.erase(binh, "R-2")
    assert made.run("SELECT id FROM homes") == [(2,)], (
        "nobody refers to the first any more; the second was never theirs"
    )
    assert made.run("SELECT code FROM door_keys") == [("k2",)]


HEAD_WITHOUT_USERS = """
[source]
id = "zoo"
url = "env:ZOO"
[subject]
table = "users"
match = { email = "email", phone = "phone" }
"""


def test_copies_of_personal_columns_on_rows_that_stay(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE invoices (id integer PRIMARY KEY, user_id integer, billing_name varchar(80) NOT NULL,"
            " shipping_name varchar(80), ship_to varchar(80), amount integer, issued_at date)",
            "INSERT INTO invoices VALUES (1, 1, 'Nguyễn Thị Ánh', 'Mẹ', 'Huế', 5, '2025-01-01')",
            "INSERT INTO invoices VALUES (2, 2, 'Trần Bình', NULL, 'Huế', 6, '2025-01-01')",
        ],
        """
        [tables.invoices]
        link = "user_id -> users.id"
        erase = "keep"
        keep = { reason = "Accounting law", until = { column = "issued_at", years = 10 }, columns = ["amount"] }
        """,
    )
    made.erase()
    assert made.run("SELECT billing_name, shipping_name, ship_to, amount FROM invoices ORDER BY id") == [
        ("", None, None, 5),
        ("Trần Bình", None, "Huế", 6),
    ]


def test_what_others_wrote_in_a_thread_is_withheld_and_never_handed_out(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE threads (id integer PRIMARY KEY, user_id integer)",
            "CREATE TABLE messages (id integer PRIMARY KEY, thread_id integer, author integer, body varchar(200),"
            " read_by varchar(80))",
            "INSERT INTO threads VALUES (1, 1), (2, 2)",
            "INSERT INTO messages VALUES (1, 1, 1, 'mine', 'Trần Bình'), (2, 1, 2, 'to ANH@example.com', 'x'),"
            " (3, 2, 1, 'mine elsewhere', 'y'), (4, 2, 2, 'not mine', 'z')",
        ],
        """
        [tables.threads]
        link = "user_id -> users.id"
        erase = "anonymise"
        columns.user_id = { erase = "null" }
        [tables.of_others]
        table = "messages"
        link = "thread_id -> threads.id"
        erase = "anonymise"
        columns.body = { erase = "redact", export = false }
        columns.author = { export = false }
        columns.read_by = { export = false }
        [tables.mine]
        table = "messages"
        link = "author -> users.id"
        erase = "delete"
        columns.read_by = { export = false }
        """,
    )
    copy = made.copy()
    assert [set(row) for row in copy["of_others"]] == [{"id", "thread_id"}, {"id", "thread_id"}]
    assert [(row["id"], row["body"]) for row in copy["mine"]] == [(1, "mine"), (3, "mine elsewhere")]
    assert "Bình" not in str(copy)
    made.erase()
    assert made.run("SELECT id, body FROM messages ORDER BY id") == [(2, "to [removed]"), (4, "not mine")]


def test_free_text_json_and_logs_lose_every_spelling_in_place(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE log (id integer PRIMARY KEY, user_id integer, line varchar(300), event {json})",
            "INSERT INTO log VALUES (1, 1, 'GET /?q=Nguy%E1%BB%85n+Th%E1%BB%8B+%C3%81nh&m=anh%40example.com', NULL)",
            "INSERT INTO log VALUES (2, 1, 'nguyen thi anh, 0912.345.678 (+84 912 345 678)',"
            """ '{"by": "Anh@Example.com", "more": [1, {"name": "Nguyễn Thị Ánh"}]}')""",
            "INSERT INTO log VALUES (3, 1, 'xanh@example.com is somebody else', NULL)",
        ],
        """
        [tables.log]
        link = "user_id -> users.id"
        erase = "anonymise"
        columns.line = { erase = "redact" }
        columns.event = { erase = "redact" }
        """,
    )
    made.erase()
    lines = [line for (line,) in made.run("SELECT line FROM log ORDER BY id")]
    assert lines[0] == "GET /?q=[removed]&m=[removed]"
    assert "912" not in lines[1] or "0912" in lines[1], lines[1]
    assert "nguyen" not in lines[1].lower()
    assert "+84" not in lines[1]
    assert lines[2] == "xanh@example.com is somebody else"
    [(event,)] = made.run("SELECT event FROM log WHERE id = 2")
    assert "nh@" not in str(event).lower()
    assert "Nguy" not in str(event)
    assert "[removed]" in str(event)


def test_files_in_a_column_and_files_by_their_path(zoo: Build, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    (folder / "a").mkdir(parents=True)
    for name in ("a/one.png", "both.png", "binh.png"):
        (folder / name).write_bytes(name.encode())
    made = zoo(
        [
            "CREATE TABLE media (id integer PRIMARY KEY, user_id integer, path varchar(80), content {bytes})",
            "INSERT INTO media VALUES (1, 1, 'a/one.png', NULL), (2, 1, 'both.png', NULL), (3, 2, 'both.png', NULL),"
            " (4, 2, 'binh.png', NULL), (5, 1, 'never-there.png', NULL), (6, 1, NULL, {some}), (7, 1, '', NULL)",
        ],
        """
        [tables.media]
        link = "user_id -> users.id"
        erase = "delete"
        columns.path = { file = "env:MEDIA" }
        """,
        {"MEDIA": str(folder)},
    )
    rows = {row["id"]: row for row in made.copy()["media"]}
    assert rows[1]["path.file"] == b"a/one.png"
    assert rows[5]["path.file"] is rows[7]["path.file"] is None
    assert bytes(rows[6]["content"]) == b"\x00\xff"
    made.source.rehearse(ANH)
    assert (folder / "a/one.png").exists(), "a rehearsal deletes nothing"
    made.erase()
    assert sorted(path.name for path in folder.rglob("*.png")) == ["binh.png", "both.png"], "one is Bình's too"
    assert made.run("SELECT id FROM media ORDER BY id") == [(3,), (4,)]


def test_a_path_that_leads_out_of_its_folder_takes_nothing_and_shows_nothing(zoo: Build, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "secret").write_text("of the machine")
    made = zoo(
        [
            "CREATE TABLE media (id integer PRIMARY KEY, user_id integer, path varchar(80))",
            "INSERT INTO media VALUES (1, 1, '../secret')",
        ],
        '[tables.media]\nlink = "user_id -> users.id"\nerase = "delete"\ncolumns.path = { file = "env:MEDIA" }\n',
        {"MEDIA": str(tmp_path / "media")},
    )
    with pytest.raises(SourceUnavailable) as caught:
        made.source.erase(ANH, "R-1")
    assert caught.value.permanent
    with pytest.raises(SourceUnavailable):
        made.copy()
    assert (tmp_path / "secret").exists()
    assert made.run("SELECT id FROM media") == [(1,)]


def test_views_and_generated_columns_are_left_alone(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE notes (id integer PRIMARY KEY, user_id integer, body varchar(80),"
            " loud varchar(80) GENERATED ALWAYS AS (upper(body)) STORED)",
            "INSERT INTO notes (id, user_id, body) VALUES (1, 1, 'a'), (2, 2, 'b')",
            "CREATE VIEW everybody AS SELECT users.email, notes.body FROM users JOIN notes ON notes.user_id = users.id",
        ],
        """
        [tables.notes]
        link = "user_id -> users.id"
        erase = "keep"
        keep = { reason = "Law", columns = ["id"] }
        """,
    )
    assert not [finding for finding in made.source.check() if finding.table == "everybody"]
    made.erase()
    assert made.run("SELECT body, loud FROM notes ORDER BY id") == [(None, None), ("b", "B")]
    assert made.run("SELECT body FROM everybody WHERE body IS NOT NULL") == [("b",)]


TRIGGERS = {
    "sqlite": "CREATE TRIGGER kept AFTER UPDATE ON users BEGIN"
    " INSERT INTO history (user_id, was) VALUES (OLD.id, OLD.email); END",
    "postgresql": "CREATE TRIGGER kept AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep()",
    "mysql": "CREATE TRIGGER kept AFTER UPDATE ON users FOR EACH ROW"
    " INSERT INTO history (user_id, was) VALUES (OLD.id, OLD.email)",
}


def test_what_a_trigger_writes_while_somebody_is_erased_goes_too(zoo: Build) -> None:
    made = zoo(
        ["CREATE TABLE history (user_id integer, was varchar(80))", "INSERT INTO history VALUES (2, 'of Bình')"],
        '[tables.history]\nlink = "user_id -> users.id"\nerase = "delete"\n',
    )
    if made.engine == "postgresql":
        made.run(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO history VALUES (OLD.id, OLD.email); RETURN NEW; END'"
        )
    made.run(TRIGGERS[made.engine])
    made.source.erase(ANH, "R-1")
    assert made.source.remaining(ANH) == {}
    assert made.run("SELECT was FROM history") == [("of Bình",)]


def test_what_the_engine_does_when_a_row_goes(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE trips (id integer PRIMARY KEY, user_id integer)",
            "CREATE TABLE legs (id integer PRIMARY KEY, trip integer, FOREIGN KEY (trip) REFERENCES trips (id)"
            " ON DELETE CASCADE)",
            "CREATE TABLE likes (id integer PRIMARY KEY, trip integer, FOREIGN KEY (trip) REFERENCES trips (id)"
            " ON DELETE SET NULL)",
            "CREATE TABLE fees (id integer PRIMARY KEY, trip integer, FOREIGN KEY (trip) REFERENCES trips (id)"
            " ON DELETE RESTRICT)",
            "INSERT INTO trips VALUES (1, 1), (2, 2)",
            "INSERT INTO legs VALUES (1, 1), (2, 2)",
            "INSERT INTO likes VALUES (1, 1), (2, 2)",
            "INSERT INTO fees VALUES (1, 1), (2, 2)",
        ],
        """
        [tables.trips]
        link = "user_id -> users.id"
        erase = "delete"
        [tables.fees]
        link = "trip -> trips.id"
        erase = "delete"
        """,
    )
    made.erase()
    assert made.run("SELECT id FROM legs") == made.run("SELECT id FROM fees") == [(2,)]
    assert made.run("SELECT id, trip FROM likes ORDER BY id") == [(1, None), (2, 2)]


def test_names_with_spaces_quotes_capitals_and_reserved_words(zoo: Build) -> None:
    odd = ["Order", 'my "notes"', "select", "%s", "Ghi chú"]
    statements, sections = [], []
    for number, name in enumerate(odd):
        place = "{q}" + name.replace('"', "{dq}") + "{q}"
        rows = "(1, 1, 'anh@example.com'), (2, 2, 'b')"
        columns = "id integer PRIMARY KEY, {q}User Id{q} integer, {q}group{q} varchar(80)"
        statements += [f"CREATE TABLE {place} ({columns})", f"INSERT INTO {place} VALUES {rows}"]
        sections.append(_section(number, name))
    made = zoo(statements, "".join(sections))
    assert all(len(made.copy()[f"t{number}"]) == 1 for number in range(len(odd)))
    made.erase()
    for statement in statements[::2]:
        place = statement.partition("CREATE TABLE ")[2].partition(" (id")[0]
        assert made.run(f"SELECT {{q}}group{{q}} FROM {place} ORDER BY id") == [("[removed]",), ("b",)]


def _section(number: int, name: str) -> str:
    return (
        f'[tables.t{number}]\ntable = \'{name}\'\nlink = "User Id -> users.id"\nerase = "anonymise"\n'
        'columns.group = { erase = "redact" }\n'
    )


def test_tables_without_a_key(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE clicks (user_id integer, at varchar(20))",
            "INSERT INTO clicks VALUES (1, 'x'), (1, 'x'), (2, 'x')",
        ],
        '[tables.clicks]\nlink = "user_id -> users.id"\nerase = "delete"\n',
    )
    assert len(made.copy()["clicks"]) == 2
    assert len(made.source.page(ANH, "clicks", "", 1).rows) == 1
    made.erase()
    assert made.run("SELECT user_id FROM clicks") == [(2,)]


def test_a_controller_a_row(zoo: Build) -> None:
    made = zoo(
        [
            "CREATE TABLE desks (id integer PRIMARY KEY, user_id integer, owner varchar(20))",
            "INSERT INTO desks VALUES (1, 1, 'space-1'), (2, 1, 'space-2'), (3, 1, NULL), (4, 2, 'space-1')",
        ],
        '[tables.desks]\nlink = "user_id -> users.id"\nerase = "delete"\ncontroller_column = "owner"\n',
    )
    lines = {line.controller: line.rows for line in made.source.preview(ANH).lines if line.table == "desks"}
    assert lines == {"": 1, "space-1": 1, "space-2": 1}
    made.erase()


def test_tables_of_another_schema(zoo: Build) -> None:
    made = zoo([], "")
    if made.engine == "sqlite":
        pytest.skip("SQLite has one schema a file")
    other = "billing" if made.engine == "postgresql" else made.url.rpartition("/")[2] + "_billing"
    made.run(f"CREATE SCHEMA {other}")
    try:
        made.run(f"CREATE TABLE {other}.fees (id integer PRIMARY KEY, user_id integer, note varchar(40))")
        made.run(f"CREATE TABLE {other}.items (id integer PRIMARY KEY, fee integer REFERENCES {other}.fees (id))")
        made.run("CREATE TABLE fees (id integer PRIMARY KEY, user_id integer)")
        made.run(f"INSERT INTO {other}.fees VALUES (1, 1, 'of anh@example.com'), (2, 2, 'b')")
        made.run(f"INSERT INTO {other}.items VALUES (1, 1), (2, 2)")
        made.run("INSERT INTO fees VALUES (5, 1), (6, 2)")
        made = _over(made, other)
        copy = made.copy()
        assert [row["note"] for row in copy["their_fees"]] == ["of anh@example.com"]
        made.erase()
        assert made.run(f"SELECT note FROM {other}.fees ORDER BY id") == [("of [removed]",), ("b",)]
        assert made.run(f"SELECT id FROM {other}.items") == [(2,)]
        assert made.run("SELECT id FROM fees") == [(6,)]
        made.source.compact()
    finally:
        made.run(f"DROP SCHEMA {other} CASCADE" if made.engine == "postgresql" else f"DROP SCHEMA {other}")


def _over(made: Zoo, other: str) -> Zoo:
    """Connect anew, with tables of another schema in the manifest."""
    return made.with_(
        f"""
        [tables.their_fees]
        table = "{other}.fees"
        link = "user_id -> users.id"
        erase = "anonymise"
        columns.note = {{ erase = "redact" }}
        [tables.items]
        table = "{other}.items"
        link = "fee -> their_fees.id"
        erase = "delete"
        [tables.fees]
        link = "user_id -> users.id"
        erase = "delete"
        """
    )


def test_partitioned_and_inherited_tables(zoo: Build) -> None:
    made = zoo(
        [],
        """
        [tables.visits]
        link = "user_id -> users.id"
        erase = "delete"
        """,
    )
    if made.engine == "sqlite":
        pytest.skip("SQLite has neither")
    if made.engine == "mysql":
        made.run(
            "CREATE TABLE visits (id integer, user_id integer, PRIMARY KEY (id, user_id)) PARTITION BY HASH (user_id)"
            " PARTITIONS 3"
        )
    else:
        made.run("CREATE TABLE visits (id integer, user_id integer, day date) PARTITION BY RANGE (day)")
        made.run("CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')")
        made.run("CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")
        made.run("CREATE TABLE people_abroad (visa varchar(20)) INHERITS (users)")
        made.run("INSERT INTO people_abroad VALUES (3, 'anh@example.com', NULL, 'Ánh', 'v')")
    day = ", '2025-05-05'" if made.engine == "postgresql" else ""
    made.run(f"INSERT INTO visits VALUES (1, 1{day}), (2, 2{day})")
    if made.engine == "postgresql":
        made.run("INSERT INTO visits VALUES (3, 1, '2026-05-05')")
        assert len(made.source.find(ANH.identifiers[0])) == 2, "rows of heirs are rows of the table"
        made.run("DELETE FROM people_abroad")
        assert not [finding for finding in made.source.check() if finding.table.startswith(("visits_", "people_"))]
    made.erase()
    assert made.run("SELECT id FROM visits") == [(2,)]


def test_what_stays_with_a_shared_row_may_refer_to_nothing_that_goes(
    zoo: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.sources.zoo.HEAD", HEAD_WITHOUT_USERS)
    made = zoo(
        [
            "CREATE TABLE homes (id integer PRIMARY KEY)",
            "CREATE TABLE orders (id integer PRIMARY KEY, user_id integer)",
            "CREATE TABLE door_keys (home integer, bought integer, FOREIGN KEY (bought) REFERENCES orders (id))",
            "ALTER TABLE users ADD COLUMN home integer",
        ],
        SHARED.replace("[tables.keys]", '[tables.keys]\ntable = "door_keys"'),
    )
    assert made.errors() == [
        "error: keys.bought: It may stay with homes while orders is deleted. Write ON DELETE SET NULL."
    ]
