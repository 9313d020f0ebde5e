"""An operator verifies the log, and keeps its head elsewhere."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from portal.kernel import audit, clock, db
from portal.kernel.audit import AuditEvent
from tests.cli.conftest import Command
from tests.conftest import Portal
from tests.people import member
from tests.tampering import unguarded


@pytest.fixture
def subject(portal: Portal) -> int:
    """Somebody of whom the log says something."""
    mai = member(portal, "everyday")
    for _ in range(3):
        audit.record("accounts.signed_in", subject=mai.subject)
    return mai.subject


@pytest.mark.usefixtures("subject")
def test_a_log_that_was_not_changed_is_whole(environ: dict[str, str], command: Command) -> None:
    sealed = audit.seal()
    with clock.later(-timedelta(minutes=3, seconds=5)):
        audit.record("accounts.signed_out", subject=1)
    done = command("audit", "verify", environ=environ)
    assert (done.returncode, done.stderr) == (0, "")
    head = audit.head()
    assert head
    lines = done.stdout.splitlines()
    assert lines[:2] == [f"sealed: {sealed} events under 1 seal", f"head: {head.head} (seal 1, {head.at})"]
    assert lines[2].startswith("not yet sealed: 1 event, the oldest for 0:03:")
    assert lines[3:] == ["the log is whole"]


def test_what_happened_to_which_event_is_said(subject: int, environ: dict[str, str], command: Command) -> None:
    audit.seal()
    first, second, *_ = AuditEvent.select().where(AuditEvent.subject == subject).order_by(AuditEvent.id.desc())
    with unguarded():
        db.run("UPDATE audit_events SET subject = 7 WHERE id = ?", first.id)
        db.run("DELETE FROM audit_events WHERE id = ?", second.id)
    done = command("audit", "verify", environ=environ)
    assert done.returncode == 1
    at = db.written(first.at)
    assert f"event {first.id} ({at}, accounts.signed_in) was changed; seal 1 has another" in done.stdout
    assert f"event {second.id} is missing; seal 1 has it" in done.stdout
    assert done.stdout.endswith("the log was changed\n")


@pytest.mark.usefixtures("subject")
def test_a_head_kept_elsewhere_shows_that_the_end_was_cut_off(
    environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    none = command("audit", "head", environ=environ)
    assert (none.returncode, none.stdout, "nothing is sealed yet" in none.stderr) == (1, "", True)
    rows, file = audit.seal(), tmp_path / "head.json"
    done = command("audit", "head", environ=environ)
    head = audit.head()
    assert head
    assert json.loads(done.stdout) == {"number": 1, "rows": rows, "head": head.head, "at": head.at}
    file.write_text(done.stdout)
    assert command("audit", "verify", "--head", str(file), environ=environ).returncode == 0
    with unguarded():
        for table in ("audit_events", "audit_seals"):
            db.run(f"DELETE FROM {table}")
    assert command("audit", "verify", environ=environ).returncode == 0
    done = command("audit", "verify", "--head", str(file), environ=environ)
    assert done.returncode == 1
    assert "is not on the chain: the log was cut off or written anew" in done.stdout


@pytest.mark.usefixtures("portal")
def test_a_file_that_is_no_head_ends_with_one_line_and_2(
    environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "head.json"
    for text, said in ((None, "No such file"), ("{}", "this is no head of the log"), ("x", "this is no head")):
        if text:
            file.write_text(text)
        done = command("audit", "verify", "--head", str(file), environ=environ)
        assert (done.returncode, said in done.stderr, done.stdout) == (2, True, ""), done.stderr
