"""One page a state: it can be left, bookmarked and loaded again."""

from __future__ import annotations

import re
from datetime import timedelta

from portal.download.models import Download, Part
from portal.kernel import clock
from portal.sources import registry
from tests.browse import Client
from tests.conftest import Portal
from tests.counting import queries
from tests.download.conftest import MAI, Member, Only, member
from tests.download.fakes import FakeSource, rows


def test_the_first_page_names_the_systems_and_starts_nothing(mai: Member) -> None:
    page = mai.browser.get("/download")
    assert page.h1 == "Download your data"
    for title in ("Smartos Booking App", "Smartos CRM", "Smartos Whitelabel App", "Smartos Privacy"):
        assert title in page.text
    for category in ("Profile and sign-in", "Devices", "Visits to the app", "Your requests"):
        assert category in page.text
    assert Download.select().count() == 0


def test_while_it_is_made_the_page_shows_each_system_and_may_be_left(mai: Member, only: Only) -> None:
    only(*(FakeSource(name, {"orders": rows()}) for name in ("a", "b", "c", "d", "e")))
    download = mai.ask()
    states = [("a", "done", 128, 0), ("b", "reading", 41, 0), ("c", "waiting", 0, 1), ("d", "failed", 0, 3)]
    for source, state, count, tries in states:
        Part.create(download=download, source=source, state=state, rows=count, tries=tries)
    page = mai.browser.get(f"/download/{download.case.reference}")
    assert "You may leave this page." in page.text
    told = [" ".join(step.text.split()) for step in page.root.all("li") if step.within("ol")]
    assert told == [
        "Fake a Done, 128 records",
        "Fake b Under way, 41 records so far",
        "Fake c Does not answer. We try again in a minute.",
        "Fake d Did not answer. The copy is made without it, and says so.",
        "Fake e Waiting",
        f"{registry.active().get(registry.OWN).title} Waiting",
    ]
    assert page.root.one("progress")["value"] == "33"
    assert page.click("Check again").path == page.path


def test_the_region_comes_alone_and_says_a_change_once(mai: Member) -> None:
    download = mai.ask()
    address = f"/download/{download.case.reference}"
    region = mai.browser.get(address, htmx=True, data={"finished": "0"})
    assert region.root.one("section")["hx-trigger"] == "every 500ms"
    with clock.later(timedelta(seconds=11)):
        region = mai.browser.get(address, htmx=True, data={"finished": "0"})
    assert region.root.one("section")["hx-trigger"] == "every 2s"
    assert "systems done" not in region.response.text
    Part.create(download=download, source="booking", state="done", rows=3)
    heard = mai.browser.get(address, htmx=True, data={"finished": "0"}).response.text
    assert "1 of 4 systems done." in heard
    assert "finished=1" in heard


def test_once_it_is_ready_the_region_leads_to_the_page_that_says_so(mai: Member) -> None:
    download = mai.copy()
    address = f"/download/{download.case.reference}"
    answer = mai.browser.client.get(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, address)
    page = mai.browser.get(address)
    assert page.h1 == "Your copy is ready"
    assert str(download.sha256) in page.text
    assert re.search(r"until \d\d:\d\d on \d+ \w+ \d{4} \(UTC\+7\)", page.text)


def test_a_signed_out_region_asks_to_sign_in(portal: Portal, mai: Member) -> None:
    download = mai.ask()
    stranger = Client(portal.app, portal.app.response_class)
    answer = stranger.get(f"/download/{download.case.reference}", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_the_list_shows_the_last_copies_with_state_and_date(mai: Member) -> None:
    mai.copy()
    with clock.later(timedelta(days=8)):
        mai.portal.drain()
        expired = mai.browser.get("/download")
        assert "Expired" in expired.text
        [address] = {link for link in expired.links.values() if link.startswith("/download/R-")}
        page = mai.browser.get(address)
        assert page.h1 == "Your copy has expired"
        mai.browser.get("/download")


def test_the_expired_page_makes_another_in_one_tap(mai: Member) -> None:
    download = mai.copy()
    Download.update(state="expired", file=None).where(Download.id == download.id).execute()
    page = mai.browser.get(f"/download/{download.case.reference}").form("Make it again").send()
    assert page.h1 == "Your copy is being prepared"
    assert Download.select().count() == 2


def test_under_way_the_first_page_offers_to_look_and_not_to_ask_again(mai: Member) -> None:
    download = mai.ask()
    page = mai.browser.get("/download")
    assert f"/download/{download.case.reference}" in page.links.values()
    assert "Prepare my copy" not in page.text


def test_the_pages_speak_vietnamese(portal: Portal) -> None:
    mai = member(portal, MAI, "vi")
    download = mai.copy()
    for page in ("/download", f"/download/{download.case.reference}"):
        assert mai.browser.get(page).root.one("html")["lang"] == "vi"


def test_pages_ask_the_database_as_often_whatever_there_is(mai: Member) -> None:
    download = mai.copy()
    address = f"/download/{download.case.reference}"
    own = len(registry.active().get(registry.OWN).manifest.tables)  # each is counted, for the person to choose
    for page, most in (("/download", own + 30), (address, 9)):
        mai.browser.get(page)
        with queries() as asked:
            mai.browser.get(page)
        assert len(asked) <= most, "\n".join(asked)
