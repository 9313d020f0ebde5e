"""Asking for a copy: one at a time, however it is asked."""

from __future__ import annotations

import threading
from datetime import timedelta

from portal.cases import service as cases
from portal.cases.models import Case
from portal.download import service
from portal.download.models import Download, Part
from portal.kernel import clock, db
from portal.kernel.audit import AuditEvent
from tests.conftest import Portal
from tests.download.conftest import Member


def test_asking_opens_a_case_with_its_dates_and_leads_to_its_page(mai: Member) -> None:
    page = mai.browser.get("/download").form("Prepare my copy").send()
    [download] = Download.of(mai.subject)
    assert page.path == f"/download/{download.case.reference}"
    assert page.h1 == "Your copy is being prepared"
    assert (download.case.kind, download.case.state) == ("download", "in_progress")
    assert (download.case.complete_by - download.case.received_at.date()).days in (10, 11)  # by the day in Viet Nam


def test_asking_again_while_one_is_under_way_leads_to_the_same(mai: Member) -> None:
    first, second = mai.ask(), mai.ask()
    assert first.id == second.id
    assert Case.select().count() == 1


def test_of_many_posts_at_once_one_makes_a_copy(mai: Member) -> None:
    together, made = threading.Barrier(4), []

    def post() -> None:
        together.wait()
        made.append(mai.ask().id)
        db.database.close()

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert Download.select().count() == Case.select().count() == 1


def test_once_it_is_ready_another_may_be_made(mai: Member) -> None:
    first = mai.copy()
    assert first.state == "ready"
    assert mai.ask().id != first.id


def test_who_did_not_confirm_lately_is_asked_to_first(mai: Member) -> None:
    with clock.later(timedelta(minutes=16)):
        page = mai.browser.get("/download").form("Prepare my copy").send()
        assert page.path == "/confirm"
        assert Download.select().count() == 0


def test_a_case_that_was_approved_elsewhere_is_begun_by_the_worker(portal: Portal, mai: Member) -> None:
    case = cases.open_case("download", mai.subject, channel="letter", actor="staff:1")
    portal.drain()
    assert cases.load(case.reference, mai.subject).state == "approved", "nobody has looked at the copy a second time"
    prepared = service.prepare(case, [], 1)
    service.release(case, prepared.prepared_at.isoformat(), 2)
    portal.drain()
    assert service.load(case.reference, mai.subject).state == "ready"
    assert cases.load(case.reference, mai.subject).state == "fulfilled"


def test_an_approved_case_waits_while_the_person_has_one_under_way(portal: Portal, mai: Member) -> None:
    under_way = mai.ask()
    Download.update(due_at=clock.now() + timedelta(hours=1)).where(Download.id == under_way.id).execute()
    case = cases.open_case("download", mai.subject)
    portal.drain()
    assert cases.load(case.reference, mai.subject).state == "approved"
    with clock.later(timedelta(hours=2)):
        portal.drain()
        portal.drain()
    assert {found.state for found in cases.of_subject(mai.subject)} <= {"fulfilled", "approved"}


def test_a_failed_one_is_begun_again_as_the_same_request(portal: Portal, mai: Member) -> None:
    download = mai.ask()
    Download.update(state="failed", due_at=None).where(Download.id == download.id).execute()
    Part.create(download=download, source="crm", state="failed", tries=3)
    page = mai.browser.get(f"/download/{download.case.reference}")
    assert page.h1 == "Your copy could not be made"
    again = page.form("Try again").send()
    assert again.path == f"/download/{download.case.reference}"
    portal.drain()
    assert mai.now(download).state == "ready"
    assert not service.progress(mai.now(download)).missing


def test_what_happened_is_logged_without_anything_personal(portal: Portal, mai: Member) -> None:
    download = mai.copy()
    logged = {event.name: event.keys for event in AuditEvent.select().where(AuditEvent.name.startswith("download."))}
    reference = download.case.reference
    assert logged == {
        "download.asked": {"reference": reference},
        "download.ready": {"reference": reference, "missing": []},
    }
