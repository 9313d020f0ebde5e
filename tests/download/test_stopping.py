"""Stopping a copy: whoever stops it wins or loses by one statement, and of what was stopped nothing lies about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from portal.cases import service as cases
from portal.deletion import service as deletion
from portal.download import files, pace, service
from portal.download.models import Download, Part, Ticket
from portal.kernel import clock, db, work
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import NotNow
from portal.notices.models import Message
from portal.sources.base import Row
from tests.browse import Client
from tests.conftest import Portal
from tests.download.conftest import Member, Only, member
from tests.download.fakes import FakeSource, rows


def state(download: Download) -> tuple[str, str]:
    now = Download.get_by_id(download.id)
    return now.state, now.case.state


def test_a_copy_that_waits_is_cancelled_by_its_button_and_never_made(portal: Portal, mai: Member) -> None:
    download = mai.ask()
    page = mai.browser.get(f"/download/{download.case.reference}").form("Cancel this copy").send()
    assert page.h1 == "Your copy was cancelled"
    assert page.path == f"/download/{download.case.reference}"
    portal.drain()
    assert state(download) == ("cancelled", "revoked")
    assert files.all_names() == []
    assert Download.get_by_id(download.id).due_at is None
    assert "Cancelled" in mai.browser.get("/download").text
    assert Message.select().where(Message.kind == "download_ready").count() == 0
    assert [event.name for event in cases.timeline(download.case)][-1] == "download cancelled"


def stopped_midway(download: Download) -> Iterator[Row]:
    """Rows in whose midst the person stops the copy."""
    yield {"id": 1}
    service.cancel(Download.get_by_id(download.id))
    yield {"id": 2}


def test_a_worker_that_reads_notices_and_writes_nothing(
    mai: Member, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "EVERY", timedelta(0))
    download = mai.ask()
    after = FakeSource("club", {"cards": rows({"id": 3})})
    only(FakeSource("shop", {"orders": lambda: stopped_midway(download)}, {"orders": 2}), after)
    work.run("downloads")
    assert state(download) == ("cancelled", "revoked")
    assert after.asked == 0
    assert files.all_names() == []


class Midway:
    """A store that is told when a file is half written."""

    def __init__(self, store: Any, happens: Any) -> None:
        self._store, self._happens = store, happens

    def write(self, name: str, chunks: Iterable[bytes]) -> Any:
        return self._store.write(name, self._told(chunks))

    def _told(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._happens()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_worker_that_writes_notices_and_leaves_no_half_file_and_no_half_upload(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "EVERY", timedelta(0))
    download = mai.ask()
    store = Midway(files.store(), lambda: elsewhere(lambda: service.cancel(Download.get_by_id(download.id))))
    monkeypatch.setattr(files, "store", lambda: store)
    work.run("downloads")
    assert state(download) == ("cancelled", "revoked")
    assert files.all_names() == []
    assert uploads(portal) == []
    portal.drain()
    assert files.all_names() == []


def elsewhere(act: Callable[[], None]) -> None:
    """Do something on another thread, as another process would, and wait for it."""

    def there() -> None:
        act()
        db.database.close()

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()


def uploads(portal: Portal) -> list[Any]:
    """Return the multipart uploads that were begun and not ended, as the store itself lists them."""
    url = portal.config.archives_url
    if not url.startswith("s3:"):
        return []
    import boto3

    bucket, endpoint = url.split("/")[2], url.partition("endpoint=")[2]
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    return list(client.list_multipart_uploads(Bucket=bucket).get("Uploads", []))


def test_of_cancelling_and_being_ready_one_wins(mai: Member) -> None:
    late = mai.ask()
    mai.portal.drain()
    with pytest.raises(NotNow):
        service.cancel(late)
    assert state(late) == ("ready", "fulfilled")
    assert len([name for name in files.all_names() if name.endswith(".zip")]) == 1
    page = mai.browser.post(f"/download/{late.case.reference}/cancel")
    assert page.h1 == "Your copy is ready"


def test_cancelling_twice_is_harmless(mai: Member) -> None:
    download = mai.ask()
    for _ in range(2):
        mai.browser.post(f"/download/{download.case.reference}/cancel")
    logged = AuditEvent.select().where(AuditEvent.name == "download.cancelled")
    assert [event.keys for event in logged] == [{"reference": download.case.reference}]


def test_after_cancelling_another_may_be_asked_for_at_once(mai: Member) -> None:
    first = mai.ask()
    service.cancel(first)
    second = mai.copy()
    assert (second.id != first.id, second.state) == (True, "ready")


def test_a_failed_one_may_be_cancelled_too(mai: Member) -> None:
    download = mai.ask()
    Download.update(state="failed", due_at=None).where(Download.id == download.id).execute()
    service.cancel(mai.now(download))
    assert state(download) == ("cancelled", "revoked")


def test_a_second_request_leads_to_the_running_one_with_a_sentence(mai: Member) -> None:
    first = mai.ask()
    page = mai.browser.post("/download")
    assert page.path == f"/download/{first.case.reference}"
    assert "This copy was already under way" in page.text
    assert "This copy was already" not in mai.browser.get(page.path).text


def test_disabling_ends_every_link_at_once_and_erases_the_files(portal: Portal, mai: Member) -> None:
    download = mai.copy()
    anybody = Client(portal.app, portal.app.response_class, use_cookies=False)
    addresses = [f"/archives/{service.ticket(download)}", f"/archives/{service.ticket(download, by_link=True)}"]
    pages = [f"{addresses[0]}/booking.html"]
    assert {anybody.get(address).status_code for address in addresses + pages} == {200}
    page = mai.browser.get(f"/download/{download.case.reference}").form("Disable this link now").send()
    assert page.h1 == "Your copy is disabled"
    assert "It had been downloaded before." in page.text
    assert files.all_names() == []
    portal.drain()
    for address in addresses + pages:
        got = anybody.get(address)
        assert (got.status_code, got.mimetype) == (410, "text/plain")
        assert "Location" not in got.headers
    assert state(download) == ("disabled", "fulfilled")
    mai.browser.post(f"/download/{download.case.reference}/fetch", status=410)


def test_a_store_that_does_not_answer_does_not_keep_a_copy_from_being_disabled(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = mai.copy()
    erase = files.erase
    monkeypatch.setattr(files, "erase", lambda *_: (_ for _ in ()).throw(OSError("gone away")))
    mai.browser.post(f"/download/{download.case.reference}/disable")
    assert state(download)[0] == "disabled"
    assert files.all_names() != []
    monkeypatch.setattr(files, "erase", erase)
    with clock.later(timedelta(minutes=5)):
        portal.drain()
    assert files.all_names() == []


def test_only_so_many_copies_are_made_a_day_and_the_page_says_so(portal: Portal, mai: Member) -> None:
    for _ in range(portal.config.site.copies_a_day):
        service.cancel(mai.ask())
    page = mai.browser.get("/download")
    assert "No more copies today" in page.text
    assert "Prepare my copy" not in page.text
    refused = mai.browser.post("/download", status=429)
    assert "You asked for 5 copies within a day." in refused.text
    assert Download.select().count() == 5
    somebody = member(portal, "duc.pham@example.com")
    assert somebody.ask().state == "waiting"
    with clock.later(timedelta(hours=25)):
        assert service.may_ask(mai.subject)


def test_a_failed_copy_may_be_tried_again_whatever_the_limit(portal: Portal, mai: Member) -> None:
    for _ in range(portal.config.site.copies_a_day - 1):
        service.cancel(mai.ask())
    failed = mai.ask()
    Download.update(state="failed", due_at=None).where(Download.id == failed.id).execute()
    assert mai.ask().id == failed.id


def test_scheduling_a_deletion_stops_what_runs_and_erases_what_was_made(portal: Portal, mai: Member) -> None:
    ready = mai.copy()
    service.ticket(ready)
    running = mai.ask()
    deletion.schedule(mai.subject, "en")
    assert (state(ready)[0], state(running)) == ("disabled", ("cancelled", "revoked"))
    assert files.all_names() == []
    assert Ticket.select().count() == 0
    portal.drain()
    assert files.all_names() == []


def test_an_export_that_is_being_made_when_a_deletion_comes_is_stopped_and_erased(
    mai: Member, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "EVERY", timedelta(0))
    download = mai.ask()

    def orders() -> Iterator[Row]:
        yield {"id": 1}
        service.stop_all(mai.subject)
        yield {"id": 2}

    only(FakeSource("shop", {"orders": orders}, {"orders": 2}))
    work.run("downloads")
    assert state(download) == ("cancelled", "revoked")
    assert files.all_names() == []


def test_a_copy_approved_elsewhere_is_not_begun_after_all_was_stopped(portal: Portal, mai: Member) -> None:
    case = cases.open_case("download", mai.subject, channel="letter", actor="staff:1")
    service.stop_all(mai.subject)
    portal.drain()
    assert cases.load(case.reference, mai.subject).state == "revoked"
    assert Download.select().count() == 0


def test_stopping_all_raises_where_the_files_cannot_be_erased(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    mai.copy()
    monkeypatch.setattr(files, "erase", lambda *_: (_ for _ in ()).throw(OSError("gone away")))
    with pytest.raises(OSError, match="gone away"):
        service.stop_all(mai.subject)


def test_a_stranger_stops_nothing(portal: Portal, mai: Member) -> None:
    stranger = member(portal, "duc.pham@example.com")
    download = mai.ask()
    for way in ("cancel", "disable"):
        stranger.browser.post(f"/download/{download.case.reference}/{way}", status=404)
    assert state(download)[0] == "waiting"


def test_stopped_copies_lose_their_pages_in_the_table(mai: Member) -> None:
    download = mai.copy()
    assert Part.select().where(Part.file.is_null(False)).count() == 4
    service.disable(download)
    assert Part.select().where(Part.file.is_null(False)).count() == 0
