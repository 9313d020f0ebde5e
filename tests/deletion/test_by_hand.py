"""A system without a program: staff look for the person by hand, and nothing is called done before they did."""

from __future__ import annotations

import hashlib
import tomllib
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from portal.deletion import service
from portal.deletion.models import Certificate
from portal.kernel import clock, db, failpoints
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import NotFound, NotNow
from portal.sources import checklists, evidence, manifest, registry
from portal.sources.base import Source
from portal.sources.manual import ManualSource
from portal.sources.models import ChecklistFile, ChecklistItem
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.cases.pictures import SECRET, exif, jpeg, png
from tests.deletion.conftest import GRACE, Member
from tests.people import StaffMember, staff

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


def answered(member: StaffMember, item: ChecklistItem, *files: bytes) -> TestResponse:
    """Send the form with files, as a browser does."""
    page = member.browser.get(f"/staff/checklists/{item.id}")
    sent = {
        "outcome": "done",
        "words": "Box 7: shredded",
        "files": [(BytesIO(one), "../Mai Nguyễn.exe") for one in files],
    }
    answer = member.browser.client.post(
        f"/staff/checklists/{item.id}",
        data={**page.form("Save").values, **sent},
        headers={"Sec-Fetch-Site": "same-origin"},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()
    return answer


def stored() -> set[str]:
    return set(evidence.store().names(evidence.FOLDER))


def test_a_file_shows_it_and_the_certificate_names_it_by_its_hash(mai: Member, paper: Source) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
        sam = staff(mai.portal, "staff")
        first, second = checklists.waiting()
        assert answered(sam, first, jpeg(beside=exif()), png()).status_code == 303
        checklists.answer(second.id, 1, "nothing", "Nothing is left")
        page = sam.browser.get("/staff/checklists")
        assert "2 files" in page.text
        shown = sam.browser.get(f"/staff/checklists/{first.id}/answer")
        assert "Box 7: shredded" in shown.text
        assert mai.email not in shown.text
        assert "Nguy" not in shown.text, "no name of a file"
    with clock.later(GRACE * 2):
        mai.portal.drain()
        assert mai.states()["paper"] == "proven"
        reference = mai.deletion().case.reference
        said = Browser(mai.portal.app).get(service.address_of(reference)).text
    rows = list(ChecklistFile.select().order_by(ChecklistFile.id))
    hashes = [row.sha256 for row in rows]
    line = next(one for one in Certificate.get(Certificate.reference == reference).lines if one["source"] == "paper")
    assert (line["proof"], line["evidence"]) == ("hand", hashes)
    assert hashes[1] == hashlib.sha256(png()).hexdigest()
    assert " ".join(hashes[1][start : start + 4] for start in range(0, 64, 4)) in said
    assert "people looked by hand" in said
    assert "Looked for by hand; finished at" in said
    assert "Genuine" in said
    case = staff(mai.portal, "approver").browser.get("staff.case", reference=reference)
    assert f'href="/staff/checklists/{first.id}/answer"' in case.response.text


def test_a_file_is_encrypted_downloaded_and_never_shown_and_that_is_logged(mai: Member, paper: Source) -> None:
    paper.erase(subjects.person(mai.subject, "paper"), "R-1")
    item, sam = checklists.waiting()[0], staff(mai.portal, "staff")
    answered(sam, item, jpeg(beside=exif()))
    [row] = evidence.of([item])
    handed = sam.browser.client.get(f"/staff/checklists/{item.id}/evidence/{row.id}")
    assert handed.data.startswith(b"\xff\xd8\xff")
    assert SECRET not in handed.data, "where it was taken is gone"
    assert handed.headers["Content-Disposition"].startswith(f'attachment; filename="by-hand-{item.id}-{row.id}.jpg"')
    assert handed.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in handed.headers["Content-Security-Policy"]
    lying = b"".join(evidence.store().read(row.file))
    assert handed.data[:40] not in lying
    [event] = AuditEvent.select().where(AuditEvent.name == "sources.evidence_shown")
    assert (event.actor, event.keys["number"]) == (f"staff:{sam.number}", row.id)
    for address in (f"{item.id}/evidence/{row.id + 1}", f"{item.id + 1}/evidence/{row.id}", f"{item.id + 1}/answer"):
        assert sam.browser.client.get(f"/staff/checklists/{address}").status_code == 404
    assert mai.browser.client.get(f"/staff/checklists/{item.id}/evidence/{row.id}").status_code in (303, 401, 403)


def test_what_is_no_picture_is_refused_and_what_was_written_stays(mai: Member, paper: Source) -> None:
    paper.erase(subjects.person(mai.subject, "paper"), "R-1")
    item, sam = checklists.waiting()[0], staff(mai.portal, "staff")
    for wrong, said in (
        (b"MZ no picture", "This is no PDF, JPEG or PNG"),
        (b"x" * (5 * 2**20 + 1), "larger than 5 MB"),
    ):
        refused = answered(sam, item, wrong)
        assert refused.status_code == 422
        assert said in refused.text
        assert "Box 7: shredded" in refused.text
    assert answered(sam, item, *[png()] * 6).status_code == 422
    assert checklists.waiting()[0].id == item.id
    assert (ChecklistFile.select().count(), stored()) == (0, set())


def test_of_an_answer_that_came_second_no_file_stays(
    mai: Member, paper: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.erase(subjects.person(mai.subject, "paper"), "R-1")
    item, made = checklists.waiting()[0], ("image/png", "png", png())
    lay = evidence.lay

    def while_another_answers(*told: object) -> list[int]:
        monkeypatch.setattr(evidence, "lay", lay)
        checklists.answer(item.id, 2, "nothing", "Not there")
        return lay(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(evidence, "lay", while_another_answers)
    with pytest.raises(NotNow):
        checklists.answer(item.id, 1, "done", "Shredded", [made])
    assert evidence.of([item]) == []
    assert len(stored()) == 1
    with clock.later(evidence.ARRIVES * 2):
        checklists.forget_old()
    assert (ChecklistFile.select().count(), stored()) == (0, set())


@pytest.mark.parametrize("place", ["by hand: before write", "by hand: after write", "archives: after publish"])
def test_whoever_dies_while_a_file_is_laid_has_answered_nothing(
    mai: Member, paper: Source, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    paper.erase(subjects.person(mai.subject, "paper"), "R-1")
    item, made = checklists.waiting()[0], ("image/png", "png", png())

    def die(name: str) -> None:
        if name == place:
            raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(failpoints, "point", die)
        with pytest.raises(KeyboardInterrupt):
            checklists.answer(item.id, 1, "done", "Shredded", [made, made])
    assert checklists.waiting()[0].id == item.id
    assert evidence.of([item]) == []
    checklists.answer(item.id, 1, "done", "Shredded", [made])
    with clock.later(evidence.ARRIVES * 2):
        checklists.forget_old()
    [row] = evidence.of([item])
    assert stored() == {row.file}, "what was left is gone, what is kept stays"


def test_files_go_with_what_they_show(mai: Member, paper: Source) -> None:
    person, made = subjects.person(mai.subject, "paper"), ("image/png", "png", png())
    with paper.snapshot(person):
        pass
    copy = checklists.waiting()[0]
    checklists.answer(copy.id, 1, "done", "A contract", [made])
    paper.erase(person, "R-1:paper")
    assert ChecklistFile.select().count() == 0, "what was found for a copy goes with the person"
    done = next(one for one in checklists.waiting() if one.purpose == "erasure")
    checklists.answer(done.id, 1, "done", "Shredded", [made])
    with clock.later(checklists.KEPT * 2):
        checklists.forget_old()
        assert len(stored()) == len(evidence.of([checklists.look_up(done.id)])) == 1, "the copy's is gone by now"
    with clock.later(checklists.PROVEN + checklists.KEPT):
        checklists.forget_old()
    assert stored() == set()
    with pytest.raises(NotFound):
        checklists.look_up(done.id)
