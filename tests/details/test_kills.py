"""The worker dies at every place that it passes while a correction is written; whoever takes over ends it, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.cases.models import CaseEvent, Evidence
from portal.cases.service import by_reference, deciding
from portal.details import service
from portal.details.models import Correction, CorrectionPart
from portal.kernel import audit
from portal.kernel.audit import AuditEvent
from tests.conftest import Portal
from tests.details.conftest import Run, names
from tests.details.test_correcting import BANK, ask_for_bank_account
from tests.dying import DYING, LEASE, Dying, Stage
from tests.people import Member

pytestmark = DYING


@pytest.fixture
def stage(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, portal, monkeypatch)


def die_everywhere(stage: Stage) -> Iterator[str]:
    """Yield after each death, once whoever takes over has looked a second time too."""
    for where in stage.die_everywhere():
        stage.work(Dying(), LEASE * 2)
        yield where


def audited() -> list[str]:
    return sorted(event.name for event in AuditEvent.select() if event.name.startswith("details."))


def test_a_name_is_in_every_system_and_each_step_was_recorded_once(stage: Stage, mai: Member, run: Run) -> None:
    service.at_once(mai.subject, service.one(mai.subject, "full_name"), "Mai Killed", "en")
    deaths = 0
    for where in die_everywhere(stage):
        deaths += 1
        assert set(names(run, mai.email).values()) == {"Mai Killed"}, where
        assert {part.state for part in CorrectionPart.select()} == {"written"}, where
        assert Correction.get().state == "done", where
        assert audited() == ["details.asked", *["details.corrected"] * 3, "details.finished"], where
        told = sum(entry["how"] == "told" for entry in Correction.get().recipients)
        mails = [mail for mail in mai.portal.mails() if "was corrected" in mail["Subject"]]
        assert len({mail["Message-ID"] for mail in mails}) == told, where
        audit.seal()
        assert audit.verify().is_whole, where
    assert deaths > 20


def test_an_approved_correction_is_written_and_its_evidence_gone_whoever_dies(
    stage: Stage, mai: Member, run: Run
) -> None:
    case = ask_for_bank_account(mai)
    mai.portal.drain()
    deciding.propose(by_reference(case.reference), 1, deciding.FULFIL)
    deaths = 0
    for where in die_everywhere(stage):
        deaths += 1
        assert run("crm", "SELECT bank_account FROM contacts WHERE email = ?", mai.email) == [(BANK,)], where
        assert by_reference(case.reference).state == "fulfilled", where
        said = [event.name for event in CaseEvent.select().where(CaseEvent.case == case.id)]
        assert len(said) == len(set(said)), where
        assert Evidence.select().count() == 0, where
        assert not [path for path in (stage.folder / "own/archives").rglob("*") if path.is_file()], where
    assert deaths > 20
