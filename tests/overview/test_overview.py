"""The first page says what is true at this moment, and nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases import service as cases
from portal.cases.models import Case
from portal.kernel import clock
from portal.overview import service
from portal.web.words import of
from tests.browse import Browser
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def test_who_is_signed_out_reads_what_this_is_and_may_sign_in(portal: Portal) -> None:
    page = Browser(portal.app).get("/")
    assert page.h1 == "Your data at Smartos is yours"
    assert page.click("Sign in").path == "/sign-in"
    rows = [row["href"] for row in page.root.one("main").all("a", class_="row")]
    assert rows[0] == "/location"
    assert "/children/report" in rows, "a parent has no account to sign in to"


def test_who_is_signed_in_comes_to_the_overview(mai: Member) -> None:
    assert mai.browser.get("/").path == "/overview"


def test_states_are_those_of_the_moment(mai: Member) -> None:
    page = mai.browser.get("overview.page")
    assert [node.text for node in page.root.all("span", class_="state")] == ["Not chosen yet", "Not chosen yet", "Off"]
    assert page.text.count("Until you choose, each system keeps its own setting.") == 2
    mai.browser.post("location.page", data={"level": "approximate"})
    mai.browser.post("marketing.page", data={"marketing.events.email": "on"})
    page = mai.browser.get("overview.page")
    assert [(node.text, node["class"]) for node in page.root.all("span", class_="state")] == [
        ("Approximate", "state on"),
        ("1 of 6", "state on"),
        ("Off", "state"),
    ]
    assert "Events by e-mail" in page.text
    mai.browser.post("location.page", data={"level": "off"})
    mai.browser.post("marketing.page", data={"marketing.events.email": "off"})
    page = mai.browser.get("overview.page")
    assert [(node.text, node["class"]) for node in page.root.all("span", class_="state")] == [
        ("Off", "state"),
        ("Off", "state"),
        ("Off", "state"),
    ]


def test_requests_are_told_with_their_dates_and_lead_to_their_pages(mai: Member) -> None:
    assert "Your requests" not in mai.browser.get("overview.page").text
    download, deletion = (cases.open_case(kind, mai.subject) for kind in ("download", "deletion"))
    for case in (download, deletion):
        cases.move(case, "in_progress", "begun")
    cases.move(deletion, "revoked", "cancelled")
    words = of("en", "Asia/Ho_Chi_Minh")
    page = mai.browser.get("overview.page")
    told = [node.text for node in page.root.one("ol", class_="timeline").all("li")]
    assert told[0] == f"Your data download is being prepared Received on {words.day(clock.now())}."
    assert told[1].startswith(f"We tell you when it is ready At the latest on {words.day(download.complete_by)}.")
    assert told[2].startswith(f"Deletion of your account: cancelled On {words.day(clock.now())}.")
    assert page.links[f"Details of request {download.reference}"] == f"/download/{download.reference}"
    assert page.links[f"Details of request {deletion.reference}"] == f"/deletion/{deletion.reference}"


def test_what_staff_answer_or_no_room_has_begun_leads_to_your_requests(mai: Member) -> None:
    complaint = cases.open_case("complaint", mai.subject, approved=False)
    download = cases.open_case("download", mai.subject, approved=False, channel="form")
    page = mai.browser.get("overview.page")
    for case, title in ((complaint, "A complaint"), (download, "A copy of your data")):
        assert title in page.text
        assert page.links[f"Details of request {case.reference}"] == f"/requests/{case.reference}"
        assert mai.browser.get(f"/requests/{case.reference}").h1 == title
    assert page.click("All your requests").path == "/requests"


@pytest.mark.parametrize("kind", service.KINDS)
@pytest.mark.parametrize(
    ("state", "end"),
    [("fulfilled", "done"), ("denied", "refused"), ("revoked", "cancelled"), ("expired", "expired")],
)
def test_every_kind_of_request_says_how_it_ended(mai: Member, kind: str, state: str, end: str) -> None:
    case = cases.open_case(kind, mai.subject)
    Case.update(state=state, closed_at=clock.now()).where(Case.id == case.id).execute()
    [told] = mai.browser.get("overview.page").root.one("ol", class_="timeline").all("li")
    assert told.text.startswith(f"{service.KINDS[kind].name}: {end} On ")


def test_nobody_reads_of_requests_of_others(mai: Member) -> None:
    cases.open_case("download", mai.subject)
    assert "Your requests" not in member(mai.portal, "sharer").browser.get("overview.page").text


def test_a_system_that_has_not_answered_is_named_until_it_has(portal: Portal) -> None:
    crm = portal.systems.database("crm")
    away = crm.rename(crm.with_suffix(".away"))
    mai = member(portal, "everyday")
    page = mai.browser.get("overview.page")
    assert "We are still looking in Smartos CRM" in page.text
    assert page.root.one(id="looking")["hx-trigger"] == "every 2s"
    assert page.click("Check again").path == "/overview"
    away.rename(crm)
    with clock.later(timedelta(minutes=1)):
        portal.drain()
    region = mai.browser.get("overview.page", htmx=True)
    assert "Every system has answered." in region.text
    assert not region.root.one(id="looking")["hx-trigger"]


def test_two_people_on_one_address_are_told_that_neither_was_guessed(portal: Portal) -> None:
    page = member(portal, "father").browser.get("overview.page")
    assert "Some records wait for a proof that they are yours" in page.text
    assert "They are in Smartos Booking App, Smartos CRM and Smartos Whitelabel App," in page.text


def test_a_page_pays_six_queries_however_many_requests_there_are(mai: Member) -> None:
    for many in (0, 3):
        for _ in range(many):
            cases.open_case("download", mai.subject)
        with queries() as asked:
            mai.browser.client.get("/overview")
        assert len(asked) == 6, asked
