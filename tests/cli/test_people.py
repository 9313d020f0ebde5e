"""For a person who asks without the web an operator does what the pages do, as an audited case."""

import json
import sqlite3
import stat
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from portal.accounts.models import Account, Identifier
from portal.cases.models import Case, CaseEvent
from portal.deletion import service as deletion
from portal.deletion.models import Certificate
from portal.kernel import audit, clock, db
from portal.kernel.audit import AuditEvent
from portal.subjects.models import Subject
from tests.cli.conftest import Command
from tests.conftest import Portal
from tests.people import member
from tests.servers.engines import free_port

GROUND = "passport seen at the desk of Mai"


def address(portal: Portal, role: str) -> str:
    return portal.systems.cast[role].email or ""


def rows_of(portal: Portal, email: str) -> int:
    with closing(sqlite3.connect(portal.systems.database("booking"))) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM users WHERE email = ?", (email,)).fetchone()[0])


def logged() -> list[tuple[str, str]]:
    return [(event.name, event.actor) for event in AuditEvent.select().order_by(AuditEvent.id)]


def test_a_copy_is_written_for_somebody_without_an_account(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    file, email = tmp_path / "copy.zip", address(portal, "everyday")
    done = command("subjects", "export", email, str(file), "--verified", GROUND, "--json", environ=environ)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said["size"] == file.stat().st_size
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert "data/booking/users.json" in archive.namelist()
        assert GROUND in archive.read("data/portal/case_events.json").decode(), "the person may read why"
    case = Case.get(Case.reference == said["reference"])
    assert (case.channel, case.state) == ("operator", "fulfilled")
    proven = CaseEvent.get(CaseEvent.case == case, CaseEvent.name == "identity proven")
    assert (proven.actor, proven.facts) == ("operator", {"ground": GROUND})
    assert {
        ("cases.opened_by_operator", "operator"),
        ("download.asked", "operator"),
        ("download.fetched", "operator"),
    } <= set(logged())
    audit.seal()
    assert audit.verify().is_whole
    assert GROUND not in str(list(AuditEvent.select().dicts()))
    assert GROUND not in done.stderr
    assert email not in done.stderr
    assert "Booking App: done, " in done.stderr


def test_a_person_who_has_an_account_stays_the_same_one(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    known = member(portal, "everyday")
    done = command(
        "subjects", "export", known.email.upper(), str(tmp_path / "x.zip"), "--verified", GROUND, environ=environ
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("R-")
    assert Account.select().count() == 1
    assert Case.get().subject_id == known.subject


def test_an_erasure_is_confirmed_carried_out_at_once_and_proven(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    email = address(portal, "everyday")
    asked = command("subjects", "erase", email, "--verified", GROUND, environ=environ, typed="no\n")
    assert asked.returncode == 1
    assert "that is not the number; nothing was erased" in asked.stderr
    assert rows_of(portal, email) == 1
    assert (Case.select().count(), Account.select().count(), Identifier.select().count()) == (0, 0, 0)
    number = asked.stderr.partition("rows that go (")[2].partition(")")[0]
    done = command("subjects", "erase", email, "--verified", GROUND, environ=environ, typed=f"{number}\n")
    assert done.returncode == 0, done.stderr
    certificate = Certificate.get()
    assert done.stdout.startswith(f"{certificate.reference}: erased everywhere; certificate at http")
    assert rows_of(portal, email) == 0
    assert Account.select().count() == 0
    assert Subject.select().where(Subject.account.is_null(False)).count() == 0
    assert all("ground" not in event.facts for event in CaseEvent.select()), "the words go with the person"
    assert CaseEvent.select().where(CaseEvent.name == "identity proven", CaseEvent.actor == "operator").exists()
    assert {("deletion.asked", "operator"), ("deletion.finished", "worker")} <= set(logged())
    assert "Booking App: proven" in done.stderr
    told = [mail for mail in portal.mails() if mail["To"] == email]
    assert len(told) == 1, "the last message, and none of days to change one's mind"


def test_yes_asks_nothing_and_json_names_the_certificate(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    done = command(
        "subjects", "erase", address(portal, "sharer"), "--verified", GROUND, "--yes", "--json", environ=environ
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["reference"] == Certificate.get().reference
    assert f"/certificates/{said['reference']}/" in said["certificate"]
    proofs = {system["source"]: system["proof"] for system in said["systems"]}
    assert proofs.items() >= {"booking": "texts", "portal": None}.items(), "how far it is proven, and ours by the page"


def test_what_stops_a_deletion_stops_the_operator_with_its_sentence(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    email = address(portal, "disputing")
    done = command("subjects", "erase", email, "--verified", GROUND, "--yes", environ=environ)
    assert done.returncode == 1
    assert "A dispute about a payment of " in done.stderr
    assert rows_of(portal, email) == 1
    assert (Case.select().count(), Account.select().count()) == (0, 0)


def test_a_deletion_that_is_under_way_is_named_and_left_alone(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    leaving = member(portal, "everyday")
    reference = deletion.schedule(leaving.subject, "en")
    done = command("subjects", "erase", leaving.email, "--verified", GROUND, "--yes", environ=environ)
    assert (done.returncode, reference in done.stderr) == (1, True)
    assert rows_of(portal, leaving.email) == 1


def test_what_a_silent_system_holds_up_is_left_to_the_workers(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    file, email = tmp_path / "copy.zip", address(portal, "everyday")
    silent = {**environ, "WHITELABEL_URL": f"http://127.0.0.1:{free_port()}"}
    for words in (["export", email, str(file)], ["erase", email, "--yes"]):
        done = command("subjects", *words, "--verified", GROUND, "--wait", "2", environ=silent)
        assert done.returncode == 1
        assert "Whitelabel App: does not answer as it should; `portal sources check` says why" in done.stderr
        assert "the workers go on with it" in done.stderr
    assert not file.exists()
    assert rows_of(portal, email) == 1
    assert {case.kind: case.state for case in Case.select()} == {"download": "revoked", "deletion": "in_progress"}
    with clock.later(timedelta(minutes=30)):
        portal.drain()
    assert rows_of(portal, email) == 0
    assert Certificate.select().count() == 1


def test_what_somebody_has_to_mend_is_said_with_the_system(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    email = address(portal, "everyday")
    with closing(sqlite3.connect(portal.systems.database("booking"))) as connection:
        connection.execute("ALTER TABLE reviews RENAME COLUMN body TO words")
    done = command("subjects", "erase", email, "--yes", "--verified", GROUND, "--wait", "3", environ=environ)
    assert done.returncode == 1
    assert "Booking App: table reviews has no column body (mend it: `portal sources check`)" in done.stderr


def test_nobody_known_leaves_no_trace(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "copy.zip"
    for words in (["export", "nobody@example.com", str(file)], ["erase", "nobody@example.com", "--yes"]):
        done = command("subjects", *words, "--verified", GROUND, environ=environ)
        assert done.returncode == 1
        assert "no connected system holds anything of this person" in done.stderr
    assert not file.exists()
    assert (Account.select().count(), Identifier.select().count(), Case.select().count()) == (0, 0, 0)


def test_a_phone_number_finds_its_person(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(portal.systems.database("booking"))) as connection:
        [number] = connection.execute(
            "SELECT phone FROM users WHERE email = ?", (address(portal, "everyday"),)
        ).fetchone()
    done = command("subjects", "export", number, str(tmp_path / "x.zip"), "--verified", GROUND, environ=environ)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "x@example.com", "{file}"], "--verified"),
        (["export", "x@example.com", "{file}", "--verified", "  "], "--verified: say how"),
        (["export", "x@example.com", "{there}", "--verified", GROUND], "there is such a file already"),
        (["erase", "not an address", "--verified", GROUND], "this is no phone number"),
        (["erase", "a@b", "--verified", GROUND], "This is not an e-mail address"),
    ],
)
def test_what_cannot_begin_ends_with_one_line_and_2(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path, words: list[str], said: str
) -> None:
    there = tmp_path / "there.zip"
    there.write_text("mine")
    done = command(
        "subjects", *(word.format(file=tmp_path / "new.zip", there=there) for word in words), environ=environ
    )
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert there.read_text() == "mine"
    assert not (tmp_path / "new.zip").exists()
    assert db.database.execute_sql("SELECT COUNT(*) FROM accounts").fetchone()[0] == 0
