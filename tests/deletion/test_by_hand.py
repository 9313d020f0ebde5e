"""A system without a program: staff look for the person by hand, and nothing is called done before they did."""

from __future__ import annotations

import tomllib

import pytest

from portal.kernel import clock, db
from portal.kernel.problems import NotNow
from portal.sources import checklists, manifest, registry
from portal.sources.base import Source
from portal.sources.manual import ManualSource
from portal.sources.models import ChecklistItem
from portal.subjects import service as subjects
from tests.deletion.conftest import GRACE, Member
from tests.people import staff

PAPER = """
[source]
id = "paper"
title = "Paper"
url = "manual:"
[subject]
table = "contracts"
match = { email = "email" }
[tables.contracts]
title = "Signed contracts"
erase = "delete"
[tables.visitors]
title = "Visitors' book"
erase = "keep"
keep = { reason = "House rules" }
[tables.recordings]
title = "Recordings of cameras"
erase = "delete"
"""


@pytest.fixture
def paper(mai: Member) -> Source:
    """Paper beside the other systems, before our own tables."""
    source = registry.connect(manifest.parse(tomllib.loads(PAPER), "paper.toml"), {})
    own = registry.active().own
    registry.use(registry.Registry([*registry.active().connected(), source, own]))
    return source


def test_an_erasure_waits_until_every_place_was_looked_at(mai: Member, paper: Source) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
        assert mai.states()["paper"] == "counted"
        assert mai.states()["booking"] == "proven"
        assert mai.deletion().state == "erasing"
        first, second = checklists.waiting()
        assert [item.table for item in (first, second)] == ["contracts", "recordings"], "what is kept is not looked for"
        sam = staff(mai.portal, "staff")
        listed = sam.browser.get("/staff/checklists")
        assert "Signed contracts" in listed.text
        assert mai.email not in listed.text
        page = sam.browser.get(f"/staff/checklists/{first.id}")
        assert mai.email in page.text, "by what to look"
        empty = page.form("Save").send(outcome="done", words=" ", status=422)
        assert "Say where you looked" in empty.text
        page.form("Save").send(outcome="done", words="Archive, box 7: shredded with Ann")
        with clock.later(GRACE * 2):
            mai.portal.drain()
            assert mai.deletion().state == "erasing", "one place is left"
            checklists.answer(second.id, 1, "nothing", "Kept for 72 hours only; nothing is left")
        with clock.later(GRACE * 3):
            mai.portal.drain()
            assert mai.states()["paper"] == "proven"
            assert mai.deletion().state == "erased"
    assert all(item.who is None for item in ChecklistItem.select()), "nothing says who it was"
    logged = db.run("SELECT keys FROM audit_events WHERE name = 'sources.looked_by_hand'").fetchall()
    assert len(logged) == 2
    assert mai.email not in str(logged)


def test_a_copy_asks_once_and_holds_what_was_answered(mai: Member, paper: Source) -> None:
    person = subjects.person(mai.subject, "paper")
    for _ in range(2):
        with paper.snapshot(person) as snapshot:
            assert dict(snapshot.counts) == {"contracts": 1, "visitors": 1, "recordings": 1}
            [row] = snapshot.rows("contracts")
        assert (row["found"], row["words"], row["looked_at"]) == (None, None, None)
    assert len(checklists.waiting()) == 3
    checklists.answer(checklists.waiting()[0].id, 1, "done", "One contract of 2021, in the archive")
    [row] = paper.page(person, "contracts").rows
    assert (row["found"], row["words"]) == (True, "One contract of 2021, in the archive")
    paper.erase(person, "R-1")
    assert not [item for item in ChecklistItem.select() if item.purpose == "copy" and item.table == "contracts"]
    assert paper.remaining(person) == {"contracts": 1, "recordings": 1}


def test_looking_at_a_page_and_a_preview_ask_nobody(mai: Member, paper: Source) -> None:
    person = subjects.person(mai.subject, "paper")
    assert paper.page(person, "contracts").rows == ()
    assert {line.rows for line in paper.preview(person).lines} == {0}
    assert checklists.waiting() == []
    assert (list(paper.keys()), paper.check(), paper.stored(person)) == ([], [], {})


def test_an_answer_is_given_once(mai: Member, paper: Source) -> None:
    paper.erase(subjects.person(mai.subject, "paper"), "R-1")
    item = checklists.waiting()[0]
    with pytest.raises(checklists.NoEvidence):
        checklists.answer(item.id, 1, "done", " ")
    checklists.answer(item.id, 1, "done", "Shredded")
    with pytest.raises(NotNow):
        checklists.answer(item.id, 2, "nothing", "Not there")
    assert staff(mai.portal, "staff").browser.client.get(f"/staff/checklists/{item.id}").status_code == 404


def test_what_was_found_for_a_copy_is_forgotten_in_time(mai: Member, paper: Source) -> None:
    with paper.snapshot(subjects.person(mai.subject, "paper")):
        pass
    checklists.answer(checklists.waiting()[0].id, 1, "done", "A contract")
    checklists.forget_old()
    assert ChecklistItem.select().count() == 3
    with clock.later(checklists.KEPT * 2):
        checklists.forget_old()
    assert ChecklistItem.select().count() == 2
    assert isinstance(paper, ManualSource)
