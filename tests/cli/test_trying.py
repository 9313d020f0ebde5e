"""One person in one system is shown, and the erasure rehearsed; afterwards everything is as it was."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.demo.stage import HERE
from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Person
from tests.cli.conftest import Command
from tests.conftest import BASE_URL, KEY, Portal
from tests.sources.world import ANH, BINH, MANIFEST, World


def test_a_rehearsal_changes_nothing_and_says_what_it_did(world: World) -> None:
    before = world.all()
    rehearsed = world.source.rehearse(ANH)
    assert world.all() == before
    assert rehearsed
    assert not rehearsed.refused
    assert rehearsed.remaining == {}
    assert sum(statement.rows or 0 for statement in rehearsed.statements if "DELETE" in statement.text) > 5
    said = " ".join(statement.text for statement in rehearsed.statements)
    assert "912" not in said, "no value of a row stands in a statement"


def test_it_does_what_the_erasure_then_does(world: World) -> None:
    rehearsed = world.source.rehearse(ANH)
    assert rehearsed
    erased = [rows for rows in world.source.erase(ANH, "R-1").rows.values() if rows]
    done = [statement.rows for statement in rehearsed.statements if statement.rows]
    assert done[-len(erased) :] == erased


def test_what_the_engine_would_refuse_is_told_and_changes_nothing(world: World) -> None:
    world.run(
        "CREATE TABLE keycards (id bigint PRIMARY KEY, booking bigint, FOREIGN KEY (booking) REFERENCES bookings (id))"
    )
    world.run("INSERT INTO keycards VALUES (1, 10)")
    before = world.all()
    rehearsed = world.source.rehearse(ANH)
    assert rehearsed
    assert rehearsed.refused
    assert rehearsed.statements[-1].rows is None
    assert world.all() == before
    assert world.run("SELECT COUNT(*) FROM keycards") == [(1,)]


def test_tables_that_cannot_be_rolled_back_are_not_touched(world: World) -> None:
    if world.engine != "mysql":
        assert world.source.rehearse(BINH) is not None
        return
    world.run("ALTER TABLE newsletter ENGINE = MyISAM")
    before = world.all()
    with pytest.raises(SourceUnavailable) as refused:
        world.source.rehearse(ANH)
    assert "newsletter cannot be rolled back" in str(refused.value.facts["detail"])
    assert world.all() == before


def test_nobody_is_rehearsed_without_harm(world: World) -> None:
    before = world.all()
    rehearsed = world.source.rehearse(Person(()))
    assert rehearsed
    assert sum(statement.rows or 0 for statement in rehearsed.statements) == 0
    assert world.all() == before


def environ_of(world: World, folder: Path) -> dict[str, str]:
    """The environment of a portal over the world alone."""
    manifests = folder / "manifests"
    manifests.mkdir()
    text = MANIFEST.replace("{false}", "false" if world.engine == "postgresql" else "0")
    (manifests / "booking.toml").write_text(text, encoding="utf-8")
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{folder}/queue.db",
        "PORTAL_SECRET_KEY": "a key of the tests",
        "PORTAL_ENCRYPTION_KEYS": KEY,
        "PORTAL_HASH_KEYS": KEY,
        "PORTAL_MAIL_URL": f"file://{folder}/mailbox",
        "PORTAL_BASE_URL": BASE_URL,
        "PORTAL_SOURCES": str(manifests),
        "PORTAL_SITE": str(HERE / "site.toml"),
        "BOOKING_URL": world.url,
    }


@pytest.fixture
def laid_out(world: World, tmp_path: Path) -> dict[str, str]:
    """The environment of a portal over the world, on every engine in turn."""
    return environ_of(world, tmp_path)


@pytest.fixture
def embedded(sqlite_world: World, tmp_path: Path) -> dict[str, str]:
    """The same on SQLite alone."""
    return environ_of(sqlite_world, tmp_path)


def test_the_command_shows_counts_and_statements_and_changes_nothing(
    world: World, laid_out: dict[str, str], command: Command
) -> None:
    before = world.all()
    done = command("try", "booking", "--email", "Anh.Nguyen@Example.com", environ=laid_out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.all() == before
    assert "booking: 1 in users by email" in done.stdout
    assert "2  bookings: delete" in done.stdout
    assert "Read again: nothing would be left." in done.stdout
    assert re.search(r"\d+ rows in \d+ statements, [\d.]+ ms", done.stdout)
    assert "Nguyễn Thị Ánh" not in done.stdout, "values go to a terminal only"
    by_phone = command("try", "booking", "--phone", "+84 912 345 678", environ=laid_out)
    assert "booking: 1 in users by phone" in by_phone.stdout
    assert world.all() == before


def test_several_people_of_one_address_are_said_to_be_several(embedded: dict[str, str], command: Command) -> None:
    done = command("try", "booking", "--email", "shared@example.com", environ=embedded)
    assert "2 in users by email" in done.stdout
    assert "Several people share this" in done.stdout


def on_a_terminal(environ: dict[str, str], *words: str) -> str:
    """Run the command on a terminal of its own; return what it shows."""
    ours, its = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "portal", *words], env={**os.environ, **environ}, stdout=its)
    os.close(its)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    process.wait(60)
    os.close(ours)
    return shown.decode()


def test_a_terminal_is_shown_the_first_five_rows_and_obeys_none(sqlite_world: World, embedded: dict[str, str]) -> None:
    rows: list[Any] = [(60 + number, 1, None, f"comment {number}") for number in range(7)]
    for row in rows:
        sqlite_world.run("INSERT INTO comments VALUES (?, ?, ?, ?)", *row)
    sqlite_world.run("UPDATE users SET city = ? WHERE id = 1", "\x1b[31mHuế\x9b")
    shown = on_a_terminal(embedded, "try", "booking", "--email", "anh.nguyen@example.com")
    assert "Nguyễn Thị Ánh" in shown
    assert "comment 2" in shown
    assert "comment 3" not in shown, "two comments were there before"
    assert "1234" not in shown, "what is not exported is not shown"
    assert "\x1b" not in shown
    assert "\\u001b[31mHuế\\u009b" in shown


def test_an_http_system_says_that_nothing_can_be_rehearsed(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    email = portal.systems.cast["everyday"].email or ""
    done = command("try", "whitelabel", "--email", email, environ=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "members" in done.stdout
    assert "Its own description fits the manifest." in done.stdout
    assert "A rehearsal is not possible" in done.stdout
    assert "After an erasure its texts are looked through for the person." in done.stdout
    shown = on_a_terminal(environ, "try", "whitelabel", "--email", email)
    assert "Nguyễn Thị Mai" in shown
    assert "Nguyễn Thị Mai" not in done.stdout, "into a file go no values"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["try", "booking", "--email", "nobody@example.com"], 1, "booking holds nothing of this person"),
        (["try", "bokking", "--email", "x@example.com"], 2, "no system is called bokking; there are: booking"),
        (["try", "booking", "--email", "nonsense"], 2, "This is not an e-mail address"),
        (["try", "booking", "--phone", "12"], 2, "this is no phone number"),
        (["try", "booking"], 2, "required"),
    ],
)
def test_what_goes_wrong_is_one_line(
    embedded: dict[str, str], command: Command, words: list[str], code: int, said: str
) -> None:
    done = command(*words, environ=embedded)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
