"""Fetching an archive: who may, by which address, and in which pieces (RFC 9110 §13.1.5, §14; RULES W3, X8, X9)."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from werkzeug.test import TestResponse

from portal.cases import service as cases
from portal.download import files, service
from portal.download.models import Download, Ticket
from portal.kernel import clock, tokens
from portal.kernel.audit import AuditEvent
from tests.browse import Client
from tests.conftest import Portal
from tests.download.conftest import Member, member

BODY = bytes(range(256)) * 40 + b"end"
SIZE = len(BODY)
ETAG = f'"{sha256(BODY).hexdigest()}"'
PARTS = {
    "bytes=0-99": (0, 100),
    "bytes=100-": (100, SIZE),
    "bytes=-3": (SIZE - 3, SIZE),
    "bytes=0-0": (0, 1),
    f"bytes={SIZE - 1}-": (SIZE - 1, SIZE),
    "bytes=5-999999999": (5, SIZE),
}
NO_PARTS = ("bytes=0-1,4-5", "bytes=9-2", "bytes=x-y", "rows=0-1", "bytes", "", "bytes=-999999999")


@pytest.fixture
def copy(mai: Member) -> Download:
    """A copy of Mai's that is ready; what is in it does not matter here."""
    case = cases.open_case("download", mai.subject)
    cases.move(case, "in_progress", "started")
    cases.move(case, "fulfilled", "ready")
    name = files.name(case.reference, 1)
    written = files.store().write(name, [BODY])
    return Download.create(
        case=case,
        language="en",
        state="ready",
        file=name,
        size=written.size,
        sha256=written.sha256,
        as_of=clock.now(),
        expires_at=clock.now() + timedelta(days=7),
        due_at=clock.now() + timedelta(days=7),
    )


@pytest.fixture
def address(copy: Download) -> str:
    """The address that gives it out."""
    return f"/archives/{service.ticket(copy)}"


@pytest.fixture
def anybody(portal: Portal) -> Client:
    """A program without cookies, as a phone's download manager is."""
    return Client(portal.app, portal.app.response_class, use_cookies=False)


def test_the_button_leads_to_an_address_that_gives_the_whole_without_cookies(
    mai: Member, copy: Download, anybody: Client
) -> None:
    answer = mai.browser.client.post(
        f"/download/{copy.case.reference}/fetch", headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303
    got = anybody.get(answer.location)
    assert (got.status_code, got.data) == (200, BODY)
    assert got.content_type == "application/zip"
    assert got.headers["Content-Disposition"] == (
        f"attachment; filename=\"data-{copy.case.reference}.zip\"; filename*=UTF-8''Smartos%20{copy.case.reference}.zip"
    )
    assert got.headers["Content-Length"] == str(SIZE)
    assert got.headers["Accept-Ranges"] == "bytes"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in got.headers["Cache-Control"]
    assert got.headers["ETag"] == ETAG
    assert "Set-Cookie" not in got.headers


def test_a_range_gives_its_bytes(anybody: Client, address: str) -> None:
    for asked, (start, stop) in PARTS.items():
        got = anybody.get(address, headers={"Range": asked})
        assert (got.status_code, got.data) == (206, BODY[start:stop])
        assert got.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert got.headers["Content-Length"] == str(stop - start)


def test_a_range_beyond_the_end_is_refused_with_the_size(anybody: Client, address: str) -> None:
    for asked in (f"bytes={SIZE}-", "bytes=999999999-", "bytes=999999999-9999999999"):
        got = anybody.get(address, headers={"Range": asked})
        assert got.status_code == 416
        assert got.headers["Content-Range"] == f"bytes */{SIZE}"
        assert got.mimetype == "text/plain"


def test_what_is_no_single_range_gives_the_whole(anybody: Client, address: str) -> None:
    for asked in NO_PARTS:
        assert whole(anybody.get(address, headers={"Range": asked}))


def test_a_broken_transfer_goes_on_only_with_the_same_archive(anybody: Client, address: str) -> None:
    on = anybody.get(address, headers={"Range": "bytes=100-", "If-Range": ETAG})
    assert (on.status_code, on.data) == (206, BODY[100:])
    for other in ('"another"', f"W/{ETAG}", "Sun, 22 Nov 2026 00:00:00 GMT"):
        assert whole(anybody.get(address, headers={"Range": "bytes=100-", "If-Range": other})), other


def test_who_has_it_already_gets_nothing_again(anybody: Client, address: str) -> None:
    for more in ({}, {"Range": "bytes=0-9"}):
        got = anybody.get(address, headers={"If-None-Match": ETAG, **more})
        assert (got.status_code, got.data) == (304, b"")
    assert whole(anybody.get(address, headers={"If-None-Match": '"another"'}))


def test_head_tells_and_gives_nothing(anybody: Client, address: str) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}):
        got = anybody.head(address, headers=headers)
        assert (got.status_code, got.data, got.headers["Content-Length"]) == (200, b"", str(SIZE))
        assert got.headers["Accept-Ranges"] == "bytes"


def test_only_a_transfer_from_the_first_byte_counts_and_the_log_knows_no_token(
    copy: Download, anybody: Client, address: str
) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=10-"}, {"If-None-Match": ETAG}):
        anybody.get(address, headers=headers)
    anybody.head(address)
    assert Download.get_by_id(copy.id).fetched == 2
    logged = list(AuditEvent.select().where(AuditEvent.name == "download.fetched"))
    assert [event.keys for event in logged] == [{"reference": copy.case.reference}] * 2


def test_the_table_holds_a_digest_and_the_address_works_more_than_once(
    copy: Download, anybody: Client, address: str
) -> None:
    token = address.rpartition("/")[2]
    assert Ticket.get().digest == tokens.digest(token)
    assert all(anybody.get(address).status_code == 200 for _ in range(3))


def test_after_ten_minutes_it_is_gone_in_plain_words(anybody: Client, address: str) -> None:
    with clock.later(timedelta(minutes=10, seconds=1)):
        refused(anybody.get(address), 410)
        refused(anybody.get(address, headers={"Range": "bytes=0-9"}), 410)


def test_an_unknown_address_is_not_found_in_plain_words(portal: Portal, anybody: Client) -> None:
    for token in ("x", "a" * 43, "%00", "..%2F..", "'--"):
        refused(anybody.get(f"/archives/{token}"), 404)


def test_an_archive_that_is_no_more_is_gone(mai: Member, copy: Download, anybody: Client, address: str) -> None:
    files.erase(copy.case.reference)
    refused(anybody.get(address), 410)
    Download.update(state="expired").where(Download.id == copy.id).execute()
    refused(anybody.get(address), 410)
    mai.browser.post(f"/download/{copy.case.reference}/fetch", status=410)


def test_a_link_for_another_device_is_shown_once(mai: Member, copy: Download, anybody: Client) -> None:
    page = mai.browser.get(f"/download/{copy.case.reference}").form("Get a link").send()
    [url] = [link for link in page.links.values() if "/archives/" in link]
    assert whole(anybody.get(url.partition("8000")[2]))
    assert mai.browser.get(f"/download/{copy.case.reference}/link").path == f"/download/{copy.case.reference}"


def test_who_did_not_confirm_lately_gets_no_address(mai: Member, copy: Download) -> None:
    with clock.later(timedelta(minutes=16)):
        for way in ("fetch", "link"):
            assert mai.browser.post(f"/download/{copy.case.reference}/{way}").path == "/confirm"
    assert Ticket.select().count() == 0


def test_a_stranger_finds_nothing(portal: Portal, mai: Member, copy: Download) -> None:
    stranger = member(portal, "duc.pham@example.com")
    reference = copy.case.reference
    for known in (reference, "R-2222-22"):
        stranger.browser.get(f"/download/{known}", status=404)
        stranger.browser.get(f"/download/{known}/link", status=404)
        stranger.browser.post(f"/download/{known}/fetch", status=404)
        stranger.browser.post(f"/download/{known}/link", status=404)
    assert Ticket.select().count() == 0


def whole(got: TestResponse) -> bool:
    return got.status_code == 200 and got.data == BODY


def refused(got: Any, status: int) -> None:
    assert (got.status_code, got.mimetype) == (status, "text/plain")
    assert "Location" not in got.headers
