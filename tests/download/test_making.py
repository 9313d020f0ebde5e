"""Making an archive against systems that fall silent, workers that are overtaken, and a store that is full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from portal.cases import service as cases
from portal.download import files, making, pace, service
from portal.download.models import Download, Part, Ticket
from portal.kernel import clock, work
from portal.kernel.storage import Store
from portal.notices.models import Message
from portal.sources.base import Row
from tests.conftest import Portal
from tests.download.conftest import Member, Only, read, unpacked
from tests.download.fakes import FakeSource, rows

LONG = timedelta(hours=2)


def stored() -> list[str]:
    return files.all_names()


def archives() -> list[str]:
    return [name for name in stored() if name.endswith(".zip")]


def part(download: Download, source: str) -> Part:
    found: Part = Part.get(Part.download == download, Part.source == source)
    return found


def test_a_ready_copy_closes_its_case_and_tells_the_person_once(portal: Portal, mai: Member) -> None:
    download = mai.copy()
    assert cases.load(download.case.reference, mai.subject).state == "fulfilled"
    assert download.expires_at is not None
    assert download.due_at == download.expires_at
    days = portal.config.site.archive_days
    assert timedelta(days=days) - timedelta(minutes=1) < download.expires_at - clock.now() <= timedelta(days=days)
    assert Message.select().where(Message.kind == "download_ready").count() == 1
    assert download.case.reference in str(portal.mails()[-1]["Subject"])
    assert f"/download/{download.case.reference}" in portal.last_mail()
    assert archives() == [download.file]


def test_a_system_that_falls_silent_is_asked_again_and_then_is_in_the_archive(mai: Member, only: Only) -> None:
    system = FakeSource("shop", {"orders": rows({"id": 1})})
    only(system)
    system.silent = 1
    download = mai.copy()
    assert download.state == "collecting"
    assert (part(download, "shop").state, part(download, "shop").tries) == ("waiting", 1)
    assert "Does not answer." in mai.browser.get(f"/download/{download.case.reference}").text
    with clock.later(timedelta(seconds=11)):
        mai.portal.drain()
    assert mai.now(download).state == "ready"
    assert read(unpacked(mai.now(download)), "data/shop/orders.json")["rows"] == [{"id": 1}]


def test_after_three_tries_the_others_go_on_without_it_and_it_is_named_everywhere(mai: Member, only: Only) -> None:
    silent, well = FakeSource("shop", {"orders": rows({"id": 1})}), FakeSource("club", {"cards": rows({"id": 2})})
    only(silent, well)
    silent.silent = 9
    download = mai.ask()
    for waited in (timedelta(0), timedelta(seconds=11), timedelta(minutes=5)):
        assert mai.now(download).state != "ready"
        with clock.later(waited):
            mai.portal.drain()
    download = mai.now(download)
    assert silent.asked == 3
    assert (download.state, part(download, "shop").state) == ("ready", "failed")
    archive = unpacked(download)
    assert {one["id"]: one["state"] for one in read(archive, "manifest.json")["sources"]} == {
        "shop": "missing", "club": "complete", "portal": "complete",
    }  # fmt: skip
    assert "Fake shop is missing" in archive.read("index.html").decode()
    assert "Fake shop is missing" in mai.browser.get(f"/download/{download.case.reference}").text
    assert "data/shop.html" not in archive.namelist()
    assert cases.timeline(download.case)[-1].facts == {"missing": ["shop"]}


def test_a_system_that_asking_again_does_not_help_is_given_up_at_once(mai: Member, only: Only) -> None:
    broken = FakeSource("shop", {"orders": rows()})
    only(broken)
    broken.silent, broken.permanent = 9, True
    assert mai.copy().state == "ready"
    assert broken.asked == 1


def test_a_system_that_gives_other_rows_than_it_said_is_no_complete_one(mai: Member, only: Only) -> None:
    only(FakeSource("shop", {"orders": rows({"id": 1})}, {"orders": 2}))
    download = mai.copy()
    assert (download.state, part(download, "shop").tries) == ("collecting", 1)
    assert stored() == []


def test_hostile_names_and_values_stay_inside(mai: Member, only: Only) -> None:
    only(FakeSource("shop", {"../../etc": rows({"<b>": "<script>alert(1)</script>", "=x": "=1+1"})}))
    archive = unpacked(mai.copy())
    assert "data/shop/etc.json" in archive.namelist()
    page = archive.read("data/shop.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert archive.read("data/shop/etc.csv").decode("utf-8-sig").splitlines()[1].endswith("'=1+1")


def test_a_page_of_many_rows_shows_the_first_and_says_where_the_rest_is(mai: Member, only: Only) -> None:
    only(FakeSource("shop", {"orders": lambda: ({"id": number} for number in range(1200))}))
    archive = unpacked(mai.copy())
    page = archive.read("data/shop.html").decode()
    assert page.count("<dl>") == 500
    assert "The first 500 of 1,200 are shown." in page
    assert len(read(archive, "data/shop/orders.json")["rows"]) == 1200


def test_progress_is_noted_while_rows_come(mai: Member, only: Only, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "EVERY", timedelta(0))
    seen: list[tuple[str, int]] = []

    def orders() -> Iterator[Row]:
        for number in range(7):
            yield {"id": number}
            seen.extend((row.state, row.rows) for row in Part.select().where(Part.source == "shop"))

    only(FakeSource("shop", {"orders": orders}, {"orders": 7}))
    mai.copy()
    assert seen == [("reading", n) for n in (1, 1, 3, 3, 3, 3, 7)]


def overtaken(download: Download, then: Any = None) -> Iterable[Row]:
    """Rows in whose midst another worker takes the work over."""
    yield {"id": 1}
    if Download.get_by_id(download.id).fence == 1:
        Download.update(claimed_until=None).where(Download.id == download.id).execute()
        work.run("downloads")
    yield {"id": 2}


def test_an_overtaken_worker_stops_and_leaves_its_successors_archive_alone(
    mai: Member, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "EVERY", timedelta(0))
    download = mai.ask()
    only(FakeSource("shop", {"orders": lambda: overtaken(download)}, {"orders": 2}))
    work.run("downloads")
    made = mai.now(download)
    assert (made.state, made.fence) == ("ready", 2)
    assert archives() == [made.file] == [files.name(made.case.reference, 2)]
    assert len(read(unpacked(made), "data/shop/orders.json")["rows"]) == 2
    assert Message.select().where(Message.kind == "download_ready").count() == 1


def test_a_worker_overtaken_between_file_and_row_removes_its_file(
    mai: Member, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = mai.ask()
    only(FakeSource("shop", {"orders": rows({"id": 1})}))
    store = Interrupted(files.store(), lambda: Download.update(fence=7).where(Download.id == download.id).execute())
    monkeypatch.setattr(files, "store", lambda: store)
    work.run("downloads")
    assert mai.now(download).state == "collecting"
    assert stored() == []


def test_what_a_kill_left_is_removed_by_the_next_worker(portal: Portal, mai: Member) -> None:
    download = mai.ask()
    reference = download.case.reference
    Download.update(fence=4).where(Download.id == download.id).execute()
    for left in (files.name(reference, 2), f"downloads/{reference}/4.zip.0a1b.part"):
        files.store().write(left, [b"half"])
    portal.drain()
    assert archives() == [files.name(reference, 5)]
    assert {name.split("/")[2].split(".")[0] for name in stored()} == {"5"}


def test_files_of_no_download_are_swept_and_others_stay(mai: Member) -> None:
    download, other = mai.copy(), files.name("R-2222-22", 1)
    for stray in (other, files.name(download.case.reference, 99)):
        files.store().write(stray, [b"stray"])
    service.erase_strays()
    assert archives() == [download.file]


def test_a_store_that_is_full_makes_it_fail_in_words_and_never_look_ready(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    download = mai.ask()
    store = Interrupted(files.store(), full)
    monkeypatch.setattr(files, "store", lambda: store)
    for hours in range(making.MOST_FAILURES + 1):
        with clock.later(LONG * hours):
            portal.drain()
    download = mai.now(download)
    assert (download.state, download.due_at, download.file) == ("failed", None, None)
    assert cases.load(download.case.reference, mai.subject).state == "in_progress"
    assert mai.browser.get(f"/download/{download.case.reference}").h1 == "Your copy could not be made"
    monkeypatch.undo()
    assert stored() == []


def test_while_it_is_tried_again_the_page_says_that_something_went_wrong(mai: Member) -> None:
    download = mai.ask()
    Download.update(attempts=2).where(Download.id == download.id).execute()
    assert "Something went wrong on our side" in mai.browser.get(f"/download/{download.case.reference}").text


def test_after_its_days_the_file_is_gone_and_the_page_offers_a_new_one(portal: Portal, mai: Member) -> None:
    download = mai.copy()
    service.ticket(download)
    with clock.later(timedelta(days=8)):
        portal.drain()
        assert (mai.now(download).state, mai.now(download).file) == ("expired", None)
        assert stored() == []
        assert Ticket.select().count() == 0
        assert cases.load(download.case.reference, mai.subject).state == "fulfilled"


def test_a_deletion_takes_the_archives_with_it(mai: Member) -> None:
    mai.copy()
    service.stop_all(mai.subject)
    assert stored() == []


class Interrupted:
    """A store in which something happens after each file is written."""

    def __init__(self, store: Store, happens: Any) -> None:
        self._store, self._happens = store, happens

    def write(self, name: str, chunks: Iterable[bytes]) -> Any:
        written = self._store.write(name, chunks)
        self._happens()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
