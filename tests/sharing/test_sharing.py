"""Nothing is given to others before somebody allows it, and a browser that says no is obeyed and remembered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import config
from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.sharing import service
from tests.browse import Page
from tests.conftest import Portal
from tests.people import Member, member

ADVERTISING, PARTNERS = "sharing.advertising", "sharing.partners"
SIGNAL = {"Sec-GPC": "1"}
ALL = {ADVERTISING, PARTNERS, "sharing.comparison"}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, whom every system knows."""
    return member(portal, "everyday")


def switches(page: Page) -> dict[str, str]:
    """Return how each switch stands, by the name of its choice."""
    return {node["name"]: node["aria-checked"] for node in page.root.all("button", role="switch")}


def events(mai: Member) -> list[tuple[str, str, str]]:
    """Return purpose, state and actor of what the ledger has, the oldest first."""
    rows = ConsentEvent.select().where(ConsentEvent.subject == mai.subject).order_by(ConsentEvent.id)
    return [(event.purpose, event.state, event.actor) for event in rows]


def test_everything_is_off_before_somebody_chooses(mai: Member) -> None:
    page = mai.browser.get("sharing.page")
    assert switches(page) == dict.fromkeys(ALL, "false")
    assert page.text.count("Off until you allow it.") == 3
    assert not any(consents.may(mai.subject, name, "on") for name in ALL)


@pytest.mark.parametrize("htmx", [False, True])
def test_one_switch_allows_one_thing_and_counts_at_once(mai: Member, htmx: bool) -> None:
    page = mai.browser.get("sharing.page").form("Joint-venture partners").send(htmx=htmx)
    assert switches(page)[PARTNERS] == "true"
    assert [name for name in ALL if consents.may(mai.subject, name, "on")] == [PARTNERS]
    mai.browser.get("sharing.page").form("Joint-venture partners").send()
    assert not consents.may(mai.subject, PARTNERS, "on")


def test_a_choice_of_another_room_is_refused_here(mai: Member) -> None:
    mai.browser.post("sharing.page", data={"sharing.location": "on"}, status=422)
    mai.browser.post("sharing.page", data={"location.level": "precise"}, status=422)
    assert events(mai) == []


def test_a_browser_that_says_no_is_obeyed_shown_and_remembered_without_it(mai: Member) -> None:
    mai.browser.get("sharing.page").form("Advertising elsewhere").send()
    answer = mai.browser.client.get("/overview", headers=SIGNAL)
    assert "Your browser asks sites not to share your data" in answer.text
    assert {name for name, state, actor in events(mai) if (state, actor) == ("off", service.SIGNAL)} == ALL
    page = mai.browser.get("sharing.page")
    assert "request is honoured" in page.root.one("main").text
    assert set(switches(page).values()) == {"false"}
    assert page.text.count("because your browser asked") == 3
    assert not consents.may(mai.subject, ADVERTISING, "on")


def test_a_no_that_stands_is_not_said_again_with_every_page(mai: Member) -> None:
    for _ in range(3):
        mai.browser.client.get("/overview", headers=SIGNAL)
    assert len(events(mai)) == 3


@pytest.mark.parametrize("header", ["0", "true", "yes", "", "11", "1;"])
def test_only_the_exact_value_counts(mai: Member, header: str) -> None:
    mai.browser.client.get("/sharing", headers={"Sec-GPC": header})
    assert events(mai) == []


def test_a_browser_that_says_no_cannot_say_yes_in_the_same_request(mai: Member) -> None:
    page = mai.browser.get("sharing.page")
    values = page.form("Advertising elsewhere").values
    same = {"Origin": mai.browser.base_url, "Referer": f"{mai.browser.base_url}/sharing"}
    answer = mai.browser.client.post("/sharing", data=values, headers={**SIGNAL, **same})
    assert answer.status_code == 409
    assert "switch the signal off for this site" in answer.text
    assert not consents.may(mai.subject, ADVERTISING, "on")


def test_once_the_signal_is_gone_the_person_may_allow_it_again(mai: Member) -> None:
    mai.browser.client.get("/sharing", headers=SIGNAL)
    mai.browser.get("sharing.page").form("Advertising elsewhere").send()
    assert consents.may(mai.subject, ADVERTISING, "on")


def test_somebody_signed_out_leaves_no_trace_of_the_signal(portal: Portal) -> None:
    portal.app.test_client().get("/", headers=SIGNAL)
    assert ConsentEvent.select().count() == 0


@pytest.mark.parametrize(
    "path", ["/healthz", "/site-choices.js", "/sign-in", "/no-such-page", "/static/x/css/portal.css"]
)
def test_what_knows_nobody_answers_a_browser_with_the_signal_as_any_other(mai: Member, path: str) -> None:
    same = mai.browser.client.get(path).status_code
    assert mai.browser.client.get(path, headers=SIGNAL).status_code == same


def test_caches_are_told_that_the_page_differs_by_the_signal(mai: Member) -> None:
    assert "Sec-GPC" in mai.browser.client.get("/sharing").headers["Vary"]


@given(st.lists(st.sampled_from(["1", "0", "true", " 1 ", ""]), min_size=1))
def test_of_several_headers_one_exact_one_wins(values: list[str]) -> None:
    assert service.says_no(",".join(values)) is any(value.strip() == "1" for value in values)


def test_everybody_outside_who_receives_data_is_named_with_country_and_safeguard(mai: Member) -> None:
    page = mai.browser.get("sharing.page")
    rows = {row.one("th").text: [cell.text for cell in row.all("td")] for row in page.root.all("tbody")[0].all("tr")}
    assert len(rows) == len(config.site().recipients) == 7
    assert rows["Cloud Harbour Pte. Ltd."][2] == "Singapore"
    assert rows["Northlight Ads (another site)"][1].endswith("Only while you allow it: Advertising elsewhere")
    assert all(all(cells) for cells in rows.values())


def test_the_script_for_other_sites_is_the_same_for_everybody_and_may_be_loaded_anywhere(mai: Member) -> None:
    own, others = mai.browser.client.get("/site-choices.js"), mai.portal.app.test_client().get("/site-choices.js")
    assert own.data == others.data
    assert own.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in own.headers
    assert "\\u1ea5t c\\u1ea3" in own.text  # its Vietnamese, readable in any encoding of the page around it


def test_links_that_leave_are_marked_and_tell_nobody_where_from(mai: Member) -> None:
    page = mai.browser.get("sharing.page")
    outgoing = [link for link in page.root.all("a") if link["href"].startswith("http")]
    assert len(outgoing) == sum(bool(each.url) for each in config.site().recipients) > 0
    for link in outgoing:
        assert "(another site)" in link.text
        assert {"noopener", "noreferrer"} <= set(link["rel"].split())
        assert link["target"] == ""
