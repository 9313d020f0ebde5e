"""The worker dies at every place that the code names; whoever takes over ends it, complete and once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from portal.accounts.models import Account
from portal.cases.models import Case, CaseEvent
from portal.deletion import service
from portal.deletion.models import Certificate, ErasureRecord
from portal.kernel import audit, clock
from portal.kernel.audit import AuditEvent
from tests.conftest import Portal
from tests.deletion.conftest import GRACE, Count, Member, run
from tests.deletion.test_carrying import PROVEN, certified, everything
from tests.dying import DYING, Stage

pytestmark = DYING


@pytest.fixture
def stage(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The files of the portal and its systems."""
    return Stage(tmp_path, portal, monkeypatch)


@pytest.fixture
def leaving(mai: Member) -> Member:
    """Mai on the eve of her deletion."""
    mai.schedule()
    mai.portal.drain()
    return mai


def test_a_worker_may_die_at_any_place_and_the_next_one_ends_it(stage: Stage, leaving: Member) -> None:
    counts = []
    for where in stage.die_everywhere(GRACE):
        check(leaving, where)
        counts.append({system: tables for system, tables in certified(leaving).items() if system != "portal"})
    assert len(counts) > 80
    assert all(found == counts[0] for found in counts)


def test_a_look_may_die_at_any_place_and_is_taken_again(stage: Stage, leaving: Member) -> None:
    with clock.later(GRACE):
        leaving.portal.drain()
    for where in stage.die_everywhere(GRACE + timedelta(days=7)):
        assert leaving.deletion().state in ("erased", "done"), where
        assert Certificate.get().looked_at, where
        check(leaving, where)


def test_a_reminder_survives_every_death_and_is_sent_once(stage: Stage, leaving: Member) -> None:
    for where in stage.die_everywhere(GRACE - timedelta(days=3)):
        assert leaving.deletion().state == "scheduled", where
        assert len([mail for mail in leaving.portal.mails() if "Reminder" in mail["Subject"]]) == 1, where


def test_a_part_whose_worker_dies_at_any_place_ends_complete_and_touches_nothing_else(
    stage: Stage, mai: Member
) -> None:
    service.schedule(mai.subject, "en", service.Scope("booking", "bookings"))
    mai.portal.drain()
    counts = []
    before = {system: everything(mai.portal, system) for system in ("booking", "crm", "whitelabel")}
    for where in stage.die_everywhere(timedelta(days=3, minutes=1)):
        assert (mai.deletion().state, mai.states()) == ("done", {"booking": "proven"}), where
        after = {system: everything(mai.portal, system) for system in before}
        changed = {name for system in before for name in before[system] if before[system][name] != after[system][name]}
        assert changed <= {"bookings", "booking_guests", "payments"}, where
        assert Certificate.select().count() == ErasureRecord.select().count() == Account.select().count() == 1, where
        audit.seal()
        assert audit.verify().is_whole, where
        assert len([mail for mail in mai.portal.mails() if "is deleted" in mail["Subject"]]) == 1, where
        counts.append(certified(mai)["booking"])
    assert len(counts) > 30
    assert all(found == counts[0] for found in counts)


def test_what_a_stop_does_not_concern_goes_once_whatever_dies_and_staff_are_asked_once(
    stage: Stage, leaving: Member, rows: Count
) -> None:
    user = rows("booking", "SELECT id FROM users WHERE email = ?", leaving.email)
    opened = "UPDATE payments SET dispute = 'open' WHERE id = (SELECT min(id) FROM payments WHERE user_id = ?)"
    run(leaving.portal, "booking", opened, user)
    for where in stage.die_everywhere(timedelta(days=21)):
        held = {"booking": "held", "crm": "proven", "whitelabel": "proven", "portal": "counted"}
        assert (leaving.deletion().state, leaving.states()) == ("erasing", held), where
        assert Case.select().where(Case.kind == "inquiry").count() == 1, where
        assert not rows("booking", "SELECT COUNT(*) FROM bookings WHERE user_id = ?", user), where
        assert rows("booking", "SELECT COUNT(*) FROM payments WHERE user_id = ?", user), where


def check(mai: Member, where: str) -> None:
    """Look whether everything was done, and every step of ours once."""
    assert mai.deletion().state in ("erased", "done"), where
    assert mai.states() == PROVEN, where
    assert Certificate.select().count() == ErasureRecord.select().count() == 1, where
    names = [event.name for event in CaseEvent.select().where(CaseEvent.case == mai.deletion().case)]
    assert len(names) == len(set(names)) == 5, where
    done = [event.name for event in AuditEvent.select() if event.name.startswith("deletion.")]
    once = ["deletion.asked", "deletion.began", *["deletion.proven"] * 3, "deletion.finished"]
    assert [name for name in done if name != "deletion.looked_at"] == once, where
    audit.seal()
    assert audit.verify().is_whole, where
    assert len([mail for mail in mai.portal.mails() if "is deleted" in mail["Subject"]]) == 1, where
    beside = Path(mai.portal.config.archives_url.removeprefix("file://")) / "erasures"
    assert [path.suffix for path in beside.iterdir()] == [".json"], where
