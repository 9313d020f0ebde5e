"""Fetching an archive: who may, by which address, and in which pieces (RFC 9110 §13.1.5, §14; RULES W3, X8, X9)."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from portal.cases import service as cases
from portal.download import files, service
from portal.download.models import Download, Fetch, Part, Ticket
from portal.kernel import clock, tokens
from portal.kernel.audit import AuditEvent
from portal.notices.models import Message
from portal.web.words import of
from tests.browse import Client
from tests.conftest import Portal
from tests.download.conftest import Member, member, unpacked

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
    way, _, name = got.headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert way == f'attachment; filename="data-{copy.case.reference}.zip"'
    day = of("en", "Asia/Ho_Chi_Minh").day(clock.now())
    assert unquote(name) == f"Smartos, your data of {day} ({copy.case.reference}).zip"
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


def test_the_first_fetch_is_told_by_mail_once_and_says_how_to_stop_it(
    portal: Portal, copy: Download, anybody: Client, address: str
) -> None:
    phone = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
    for _ in range(3):
        anybody.get(address, headers={"User-Agent": phone})
    portal.drain()
    assert Message.select().where(Message.kind == "download_fetched").count() == 1
    mail = portal.last_mail()
    assert "Chrome, Android" in mail
    assert "Disable this link now" in mail
    assert f"/download/{copy.case.reference}" in mail
    assert copy.case.reference in str(portal.mails()[-1]["Subject"])


def test_looking_or_going_on_is_no_fetch_and_sends_no_mail(copy: Download, anybody: Client, address: str) -> None:
    anybody.head(address)
    anybody.get(address, headers={"Range": "bytes=10-"})
    anybody.get(address, headers={"Range": f"bytes={SIZE}-"})
    assert Fetch.select().count() == 0
    assert Message.select().where(Message.kind == "download_fetched").count() == 0


def test_the_page_tells_who_fetched_it_when_with_what_and_which_way(
    mai: Member, copy: Download, anybody: Client, address: str
) -> None:
    other = mai.browser.get(f"/download/{copy.case.reference}").form("Get a link").send()
    [url] = [link for link in other.links.values() if "/archives/" in link]
    anybody.get(address, headers={"User-Agent": "curl/8.5.0"})
    anybody.get(
        url.partition("8000")[2], headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Safari/604.1"}
    )
    told = " ".join(mai.browser.get(f"/download/{copy.case.reference}").text.split())
    assert "From this page, signed in, curl" in told
    assert "By the link for another device, Safari, iPhone" in told
    assert told.index("By the link for another") < told.index("From this page, signed in, curl")
    assert [fetch.by_link for fetch in Fetch.select().order_by(Fetch.id)] == [False, True]


def test_size_and_name_are_told_before_the_tap_and_in_the_mail(portal: Portal, mai: Member) -> None:
    made = mai.copy()
    size = of("en").size(made.size or 0)
    page = mai.browser.get(f"/download/{made.case.reference}")
    assert page.form(f"Download, {size}").node["action"].endswith("/fetch")
    assert f"({made.case.reference}).zip" in page.text
    assert f"It is one ZIP file, {size}." in portal.last_mail()


@pytest.fixture
def made(mai: Member) -> Download:
    """A whole copy of Mai's."""
    return mai.copy()


def test_the_page_of_a_system_is_given_alone_without_cookies_and_without_scripts(
    portal: Portal, made: Download, anybody: Client
) -> None:
    address = f"/archives/{service.ticket(made)}/booking.html"
    part = Part.get(Part.download == made, Part.source == "booking")
    got = anybody.get(address)
    assert (got.status_code, got.content_type) == (200, "text/html; charset=utf-8")
    assert (len(got.data), sha256(got.data).hexdigest()) == (part.size, part.sha256)
    assert got.data == unpacked(made).read("data/booking.html")
    assert got.headers["Content-Disposition"].startswith('inline; filename="booking.html"')
    assert "no-store" in got.headers["Cache-Control"]
    assert got.headers["Referrer-Policy"] == "no-referrer"
    policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "Set-Cookie" not in got.headers
    assert b"prefers-color-scheme: dark" in got.data
    assert b"width=device-width" in got.data
    fetch = Fetch.get()
    assert (fetch.source, fetch.by_link) == ("booking", False)


def test_the_page_of_a_system_keeps_the_rules_of_the_archive(made: Download, anybody: Client) -> None:
    token = service.ticket(made)
    address = f"/archives/{token}/crm.html"
    etag = anybody.head(address).headers["ETag"]
    body = anybody.get(address).data
    part = anybody.get(address, headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.data) == (206, body[:100])
    assert anybody.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416
    assert anybody.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert anybody.get(address, headers={"Range": "bytes=5-", "If-Range": '"x"'}).status_code == 200
    assert anybody.head(address).data == b""
    for unknown in ("x.html", "zip", "crm", "../1.zip", "%2e%2e/1.zip", "1.crm.html"):
        refused(anybody.get(f"/archives/{token}/{unknown}"), 404)
    with clock.later(timedelta(minutes=10, seconds=1)):
        refused(anybody.get(address), 410)


def test_the_button_of_a_system_leads_to_its_page(mai: Member, made: Download) -> None:
    page = mai.browser.get(f"/download/{made.case.reference}")
    assert "Smartos CRM" in page.text
    way = {"data": {"page": "crm"}, "headers": {"Sec-Fetch-Site": "same-origin"}}
    answer = mai.browser.client.post(f"/download/{made.case.reference}/fetch", **way)
    assert answer.location.endswith("/crm.html")
    mai.browser.post(f"/download/{made.case.reference}/fetch", data={"page": "nothing"}, status=404)


def test_links_for_another_device_name_the_pages_too(mai: Member, made: Download, anybody: Client) -> None:
    page = mai.browser.get(f"/download/{made.case.reference}").form("Get a link").send()
    addresses = [link.partition("8000")[2] for link in page.links.values() if link.endswith(".html")]
    assert len(addresses) == 4
    assert {anybody.get(address).status_code for address in addresses} == {200}
    assert {fetch.by_link for fetch in Fetch.select()} == {True}


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
