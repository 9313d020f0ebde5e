"""The worker dies at every place that the code names, making a chosen copy or erasing one; the next one ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.cases.models import CaseEvent
from portal.download import files, service
from portal.download.choice import Choice
from portal.download.models import Download, Part
from portal.kernel.audit import AuditEvent
from portal.notices.models import Message
from tests.browse import Client
from tests.conftest import Portal
from tests.download.conftest import Member, read, unpacked
from tests.dying import DYING, LEASE, Dying, Stage

CHOSEN = {"booking": ("bookings",), "whitelabel": ("check_ins",), "portal": ("cases",)}
pytestmark = DYING


@pytest.fixture
def stage(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, portal, monkeypatch)


def test_a_chosen_copy_whose_maker_dies_anywhere_ends_whole_and_once(stage: Stage, mai: Member) -> None:
    asked = service.ask(mai.subject, "en", Choice(tables=CHOSEN))
    places = 0
    for where in stage.die_everywhere():
        places += 1
        made = mai.now(asked)
        assert made.state == "ready", where
        archive = unpacked(made)
        assert archive.testzip() is None, where
        told = {(one["source"], one["table"]) for one in read(archive, "manifest.json")["files"] if "table" in one}
        assert told == {(source, table) for source, tables in CHOSEN.items() for table in tables}, where
        held = {made.file, *(part.file for part in Part.select().where(Part.download == made))}
        assert set(files.all_names()) == held, where
        assert Message.select().where(Message.kind == "download_ready").count() == 1, where
        names = [event.name for event in CaseEvent.select().where(CaseEvent.case == made.case)]
        assert len(names) == len(set(names)), where
    assert places > 25


@pytest.mark.parametrize("to", ["cancelled", "disabled"])
def test_a_stopped_copy_whose_eraser_dies_anywhere_leaves_no_file(
    stage: Stage, mai: Member, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = mai.ask() if to == "cancelled" else mai.copy()
    if to == "cancelled":
        files.store().write(files.name(asked.case.reference, 1), [b"half"])
    with monkeypatch.context() as broken:
        broken.setattr(files, "erase", lambda *_: (_ for _ in ()).throw(OSError("gone away")))
        (service.cancel if to == "cancelled" else service.disable)(asked)
    assert files.all_names() != []
    places = 0
    for where in stage.die_everywhere():
        places += 1
        assert files.all_names() == [], where
        assert mai.now(asked).state == to, where
        assert mai.now(asked).due_at is None, where
    assert places >= 4


def test_whoever_stops_it_may_die_at_any_place_and_it_is_stopped_or_not_at_all(stage: Stage, mai: Member) -> None:
    made = mai.copy()
    deaths = 0
    for where in stage.die_in(lambda: service.disable(Download.get_by_id(made.id))):
        deaths += 1
        now = mai.now(made)
        logged = AuditEvent.select().where(AuditEvent.name == "download.disabled").count()
        assert (now.state, logged) in {("ready", 0), ("disabled", 1)}, where
        assert bool(files.all_names()) == (now.state == "ready"), where
    assert (mai.now(made).state, deaths > 5) == ("disabled", True)


def test_a_fetch_that_dies_anywhere_is_told_once_or_not_yet(stage: Stage, mai: Member) -> None:
    made = mai.copy()
    address = f"/archives/{service.ticket(made)}"
    anybody = Client(stage.portal.app, stage.portal.app.response_class, use_cookies=False)
    for where in stage.die_in(lambda: anybody.get(address)):
        anybody.get(address)
        stage.work(Dying(), LEASE)
        told = Message.select().where(Message.kind == "download_fetched", Message.state == "sent")
        assert told.count() == 1, where
