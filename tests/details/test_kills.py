"""The worker dies at every place that it passes while a correction is written; whoever takes over ends it, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.accounts.models import Identifier
from portal.cases.models import CaseEvent, Evidence
from portal.cases.service import by_reference, deciding
from portal.details import service, tasks
from portal.details.models import Correction, CorrectionPart
from portal.kernel import audit
from portal.kernel.audit import AuditEvent
from portal.sources.base import Key
from portal.subjects import service as subjects
from tests.conftest import Portal
from tests.details.conftest import NAMES, Run, names
from tests.details.test_correcting import BANK, ask_for_bank_account
from tests.details.test_moving import NEW, moved, not_me
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


@pytest.mark.soak  # the writes are those of a name; this one asks what the person is found by meanwhile
def test_a_new_address_arrives_everywhere_and_both_are_kept_until_then(stage: Stage, mai: Member, run: Run) -> None:
    links = subjects.links(mai.subject)
    moved(mai)
    deaths = 0
    for where in die_everywhere(stage):
        deaths += 1
        assert set(addresses(run, links).values()) == {NEW}, where
        assert Correction.get().state == "done", where
        assert subjects.links(mai.subject) == links, where
        assert not Identifier.select().where(Identifier.moves_to.is_null(False)).exists(), where
        assert audited().count("details.corrected") == 3, where
    assert deaths > 20


def test_what_was_not_them_is_undone_everywhere_whoever_dies(stage: Stage, mai: Member, run: Run) -> None:
    links = subjects.links(mai.subject)
    before = addresses(run, links)
    moved(mai)
    mai.portal.drain()
    not_me(mai)
    tasks.take_back_all()
    deaths = 0
    for where in die_everywhere(stage):
        deaths += 1
        assert addresses(run, links) == before, where
        assert {part.state for part in CorrectionPart.select()} == {"undone"}, where
        assert Correction.get().state == "undone", where
        assert subjects.links(mai.subject) == links, where
        assert [row.value for row in Identifier.select()] == [mai.email], where
        assert audited().count("details.taken_back") == 1, where
    assert deaths > 15


def addresses(run: Run, links: dict[str, list[Key]]) -> dict[str, str]:
    """Return the e-mail that each system has in the row that was Mai's."""
    look = "SELECT email FROM {} WHERE id = ?"
    return {system: run(system, look.format(table), links[system][0][0])[0][0] for system, table in NAMES.items()}
