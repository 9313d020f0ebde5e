"""The worker dies at every place that it passes while a correction is written; whoever takes over ends it, once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from portal.cases.models import CaseEvent, Evidence
from portal.cases.service import by_reference, deciding
from portal.details import service
from portal.details.models import Correction, CorrectionPart
from portal.kernel import audit, clock, db, failpoints
from portal.kernel.audit import AuditEvent
from tests.deletion.conftest import LEASE
from tests.deletion.test_kills import Dying, Killed
from tests.details.conftest import Run, names
from tests.details.test_correcting import BANK, ask_for_bank_account
from tests.people import Member

# A kill closes what was open; an exception in its place leaves a connection to be collected, and Python says so.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(params=["embedded"])
def urls(tmp_path: Path) -> dict[str, str]:
    """Keep everything in files of one folder, which can be put back to the start for each kill."""
    folder = tmp_path / "own"
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{tmp_path}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{folder}/archives",
    }


def die_everywhere(folder: Path, mai: Member, patched: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the worker die at each place that it passes, and another one take over; yield after each."""

    def copy(source: Path, target: Path) -> None:
        db.database.close()
        for name in ("own", "systems", "mailbox"):
            shutil.rmtree(target / name, ignore_errors=True)
            if (source / name).exists():
                shutil.copytree(source / name, target / name)

    def work(dying: Dying, after: timedelta) -> list[str]:
        patched.setattr(failpoints, "point", dying.point)
        with clock.later(after):
            mai.portal.drain()
        return dying.passed

    copy(folder, folder / "eve")
    for at in range(1, len(work(Dying(), timedelta())) + 1):
        copy(folder / "eve", folder)
        dying = Dying(at)
        with suppress(Killed):
            work(dying, timedelta())
        work(Dying(), LEASE)
        work(Dying(), LEASE * 2)
        yield f"died at {at}: {dying.passed[-1]}"


def audited() -> list[str]:
    return sorted(event.name for event in AuditEvent.select() if event.name.startswith("details."))


def test_a_name_is_in_every_system_and_each_step_was_recorded_once(
    tmp_path: Path, mai: Member, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.at_once(mai.subject, service.one(mai.subject, "full_name"), "Mai Killed", "en")
    deaths = 0
    for where in die_everywhere(tmp_path, mai, monkeypatch):
        deaths += 1
        assert set(names(run, mai.email).values()) == {"Mai Killed"}, where
        assert {part.state for part in CorrectionPart.select()} == {"written"}, where
        assert Correction.get().state == "done", where
        assert audited() == ["details.asked", *["details.corrected"] * 3, "details.finished"], where
        told = sum(entry["how"] == "told" for entry in Correction.get().recipients)
        mails = [mail for mail in mai.portal.mails() if "was corrected" in mail["Subject"]]
        assert len({mail["Message-ID"] for mail in mails}) == told, where
        assert audit.verify() is None, where
    assert deaths > 20


def test_an_approved_correction_is_written_and_its_evidence_gone_whoever_dies(
    tmp_path: Path, mai: Member, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ask_for_bank_account(mai)
    mai.portal.drain()
    deciding.propose(by_reference(case.reference), 1, deciding.FULFIL)
    deaths = 0
    for where in die_everywhere(tmp_path, mai, monkeypatch):
        deaths += 1
        assert run("crm", "SELECT bank_account FROM contacts WHERE email = ?", mai.email) == [(BANK,)], where
        assert by_reference(case.reference).state == "fulfilled", where
        said = [event.name for event in CaseEvent.select().where(CaseEvent.case == case.id)]
        assert len(said) == len(set(said)), where
        assert Evidence.select().count() == 0, where
        assert not [path for path in (tmp_path / "own/archives").rglob("*") if path.is_file()], where
    assert deaths > 20
