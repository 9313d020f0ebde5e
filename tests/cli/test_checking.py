"""`portal sources check`: what it finds, for people and for programs, and what has changed since the last time."""

import json
from pathlib import Path

import pytest

from portal.cli.watching import bar
from tests.cli.conftest import Command
from tests.cli.test_trying import environ_of
from tests.sources.world import World


@pytest.fixture
def environ(sqlite_world: World, tmp_path: Path) -> dict[str, str]:
    """The environment of a portal over the world, on SQLite alone."""
    return environ_of(sqlite_world, tmp_path)


def found(command: Command, environ: dict[str, str], *words: str) -> tuple[int, list[str]]:
    done = command("sources", "check", "--json", *words, environ=environ)
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    lines = [f"{one['level']} {one['table']}.{one['column']} {one['say']}" for each in told.values() for one in each]
    return done.returncode, lines


def test_what_changed_is_told_once_and_only_then(
    sqlite_world: World, environ: dict[str, str], command: Command
) -> None:
    early = command("sources", "check", environ=environ)
    assert "before `portal migrate`" in early.stderr
    assert "booking: error: callers.number: It names the person and has no rule." in early.stdout
    assert command("migrate", environ=environ).returncode == 0
    assert not [line for line in found(command, environ)[1] if "Since the last check" in line], "it was never checked"
    assert not [line for line in found(command, environ)[1] if "Since the last check" in line]
    sqlite_world.run("ALTER TABLE users ADD COLUMN nickname varchar(20)")
    sqlite_world.run("CREATE TABLE pets (id integer PRIMARY KEY)")
    sqlite_world.run("ALTER TABLE newsletter DROP COLUMN since")
    changed = [line for line in found(command, environ)[1] if "Since the last check" in line]
    assert changed == [
        "warning newsletter.since Since the last check: It is gone. It was: date.",
        "warning pets. Since the last check: The table is new. If it holds persons, cover it.",
        "warning users.nickname Since the last check: It is new: varchar(20). Say in the manifest what becomes of it.",
    ]
    assert not [line for line in found(command, environ)[1] if "Since the last check" in line]


def test_errors_and_silence_end_with_one_and_order_with_none(
    sqlite_world: World, environ: dict[str, str], command: Command
) -> None:
    assert found(command, environ)[0] == 1
    file = Path(environ["PORTAL_SOURCES"]) / "booking.toml"
    rule = 'columns.log = { erase = "redact" }'
    file.write_text(file.read_text().replace(rule, rule + '\ncolumns.number = { erase = "null" }'))
    code, lines = found(command, environ, "booking")
    assert code == 0, lines
    assert all(line.startswith("warning") for line in lines)
    unknown = command("sources", "check", "bokking", environ=environ)
    assert (unknown.returncode, "there are: booking" in unknown.stderr) == (2, True)
    code, lines = found(command, {**environ, "BOOKING_URL": "sqlite:////nowhere/at/all.db"})
    assert code == 1
    assert lines == ["error . OperationalError: unable to open database file /nowhere/at/all.db"]


def test_the_bar_fills_as_systems_finish() -> None:
    assert bar(0, 3) == "[........................] 0 of 3 systems"
    assert bar(1, 3) == "[########................] 1 of 3 systems"
    assert bar(3, 3) == "[########################] 3 of 3 systems"


def test_choices_are_compared_with_those_of_the_site(
    sqlite_world: World, environ: dict[str, str], command: Command
) -> None:
    file = Path(environ["PORTAL_SOURCES"]) / "booking.toml"
    file.write_text(file.read_text().replace('"marketing.events.email"', '"marketing.event.email"'))
    said = '"marketing.event.email" is no choice of site.toml, so it is never written.'
    assert f"warning users.mail_events {said} Did you mean marketing.events.email?" in found(command, environ)[1]
