"""Constraints and rights that would refuse an erasure are named by the check, and then they do refuse it."""

import pytest

from portal.kernel.problems import SourceUnavailable
from tests.sources.world import ANH, MANIFEST, World, open_


def errors(world: World, toml: str = MANIFEST) -> list[str]:
    return [str(finding) for finding in world.connected(toml).check() if finding.level == "error"]


def new_errors(world: World, toml: str) -> list[str]:
    return [line for line in errors(world, toml) if line not in errors(world)]


def refuses(world: World, toml: str) -> bool:
    before = world.all()
    with pytest.raises(SourceUnavailable) as caught:
        world.connected(toml).erase(ANH, "R-1")
    return caught.value.permanent and world.all() == before


def notes(world: World, column: str) -> str:
    """Add a table of notes with a column of a kind, and one note of Ánh."""
    word = "varchar(200)"
    world.run(f"CREATE TABLE remarks (id bigint PRIMARY KEY, user_id bigint NOT NULL, body {column}, more {word})")
    world.run("INSERT INTO remarks VALUES (1, 1, 'anote', 'b')")
    return MANIFEST + '\n[tables.remarks]\nlink = "user_id -> users.id"\nerase = "anonymise"\n'


@pytest.mark.parametrize(
    ("column", "rule", "said"),
    [
        ("varchar(200) CHECK (body <> '')", "empty", "CHECK"),
        ("varchar(200) CHECK (body LIKE 'a%' AND (length(body) > 3))", "text:gone", "CHECK"),
        ("varchar(200) NOT NULL", "null", "It may not be null"),
        ("varchar(20)", "hash", "It takes 20 characters"),
        ("varchar(5)", "text:former", "It takes 5 characters"),
        ("varchar(200) UNIQUE", "text:former", "Its values must differ"),
    ],
)
def test_what_the_database_would_refuse_is_known_before(world: World, column: str, rule: str, said: str) -> None:
    toml = notes(world, column) + f'columns.body = {{ erase = "{rule}" }}\ncolumns.more = {{ erase = "null" }}\n'
    [error] = new_errors(world, toml)
    assert error.startswith("error: remarks.body: ")
    assert said in error
    if rule == "text:former" and "UNIQUE" in column:
        world.run("INSERT INTO remarks VALUES (2, 2, 'former', NULL)")
    if world.engine == "sqlite" and "It takes" in said:
        return  # it takes texts of any length, whatever a column declares
    assert refuses(world, toml)


def test_a_condition_over_several_columns_is_tried_on_the_rows_that_are_there(world: World) -> None:
    toml = notes(world, "varchar(200)") + 'columns.body = { erase = "null" }\ncolumns.more = { erase = "null" }\n'
    assert new_errors(world, toml) == []
    world.run("DROP TABLE remarks")
    world.run(
        "CREATE TABLE remarks (id bigint PRIMARY KEY, user_id bigint NOT NULL, body varchar(20), more varchar(20),"
        " CHECK (body IS NOT NULL OR user_id > 5))"
    )
    assert new_errors(world, toml) == [], "there is no row"
    world.run("INSERT INTO remarks VALUES (1, 6, 'x', NULL)")
    assert new_errors(world, toml) == []
    world.run("INSERT INTO remarks VALUES (2, 1, 'x', NULL)")
    [error] = new_errors(world, toml)
    assert "user_id" in error
    assert refuses(world, toml)


def test_values_that_must_differ_together_are_known_too(world: World) -> None:
    world.run(
        "CREATE TABLE remarks (id bigint PRIMARY KEY, user_id bigint NOT NULL, room varchar(20), body varchar(20),"
        " UNIQUE (room, body))"
    )
    remarks = '\n[tables.remarks]\nlink = "user_id -> users.id"\nerase = "anonymise"\n'
    for rule, refused in (("text:former", True), ("text:f-{key}", False), ("null", False)):
        toml = MANIFEST + remarks + f'columns.body = {{ erase = "{rule}" }}\ncolumns.room = {{}}\n'
        assert bool(new_errors(world, toml)) == refused, rule


def test_a_table_that_nothing_ties_to_the_person_and_that_names_somebody_is_noticed(world: World) -> None:
    world.run("CREATE TABLE leads (id bigint PRIMARY KEY, email varchar(200))")
    world.run("CREATE TABLE cities (id bigint PRIMARY KEY, name varchar(200))")
    found = [str(finding) for finding in world.source.check() if finding.table in ("leads", "cities")]
    said = "It may name persons, and the table is not covered. Cover it: it can be joined by a match."
    assert found == [f"warning: leads.email: {said}"]


@pytest.mark.servers
def test_rights_that_are_missing_are_named_as_grants_on_postgresql(postgresql_url: str) -> None:
    world = World(postgresql_url)
    world.build()
    world.run("DROP ROLE IF EXISTS portal_login")
    world.run("CREATE ROLE portal_login LOGIN")
    limited = postgresql_url.replace("postgres@", "portal_login@")
    assert "the login may not see it" in str(errors(World(limited))[0]), "it has no way into the schema"
    world.run("GRANT USAGE ON SCHEMA public TO portal_login")
    world.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO portal_login")
    world.run("GRANT UPDATE, DELETE ON bookings TO portal_login")
    _rights_are_named(world, limited, "portal_login", '"')
    world.run("DROP OWNED BY portal_login")
    world.run("DROP ROLE portal_login")


@pytest.mark.servers
def test_rights_that_are_missing_are_named_as_grants_on_mariadb(mariadb_url: str) -> None:
    world = World(mariadb_url)
    world.build()
    name = mariadb_url.rpartition("/")[2]
    world.run("CREATE OR REPLACE USER portal_login@'127.0.0.1'")
    world.run(f"GRANT SELECT ON {name}.* TO portal_login@'127.0.0.1'")
    world.run(f"GRANT UPDATE, DELETE ON {name}.bookings TO portal_login@'127.0.0.1'")
    _rights_are_named(world, mariadb_url.replace("root@", "portal_login@"), "'portal_login'@'127.0.0.1'", "`")
    world.run("DROP USER portal_login@'127.0.0.1'")


def _rights_are_named(world: World, url: str, login: str, mark: str) -> None:
    limited = World(url)
    missing = [line for line in errors(limited) if "The login lacks rights" in line]
    q = mark
    assert f"error: newsletter: The login lacks rights. Run: GRANT DELETE ON {q}newsletter{q} TO {login};" in missing
    assert not [line for line in missing if line.startswith("error: bookings")]
    [users] = [line for line in missing if line.startswith("error: users")]
    assert users.startswith(f"error: users: The login lacks rights. Run: GRANT UPDATE ({q}email{q}, {q}phone{q}, ")
    with pytest.raises(SourceUnavailable):
        limited.source.erase(ANH, "R-1")
    connection = open_(world.url)
    for line in missing:
        connection.cursor().execute(line.partition("Run: ")[2].rstrip(";"))
    connection.commit()
    connection.close()
    assert [line for line in errors(limited) if "rights" in line] == []
    assert limited.source.erase(ANH, "R-1").done
