"""Somebody sees where they are signed in, and ends what they do not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal import config
from portal.accounts import sessions
from portal.accounts.models import Account, Session
from portal.kernel import clock, tokens
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, signed in once."""
    return member(portal, "everyday")


def another(someone: Member, device: str = "Firefox, Linux", place: str = "") -> Browser:
    """Sign somebody in with one more browser."""
    browser = Browser(someone.portal.app)
    token = sessions.begin(Account.get_by_id(someone.account), device, place)
    browser.client.set_cookie("session", token)
    return browser


def test_each_session_says_device_place_and_times_and_this_one_is_marked(mai: Member) -> None:
    another(mai, "Firefox, Linux", "VN")
    another(mai, "")
    page = mai.browser.get("/security")
    assert "Firefox on Linux Vietnam. Signed in at" in page.text
    assert "A browser that we do not know Place unknown." in page.text
    assert page.text.count("This browser") == 1


def test_one_session_is_ended_and_its_next_htmx_request_is_sent_to_sign_in(mai: Member) -> None:
    other = another(mai)
    number = Session.get(Session.device == "Firefox, Linux").id
    region = mai.browser.get("/security").form("Sign out Firefox on Linux").send(htmx=True)
    assert "Firefox" not in region.text
    assert "That browser is signed out." in region.response.text
    answer = other.client.get("/location", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")
    mai.browser.post(f"/security/sessions/{number}/end")


def test_all_others_are_ended_without_scripts_too(mai: Member) -> None:
    first, second = another(mai), another(mai, "Safari, iPhone")
    page = mai.browser.get("/security").form("Sign out all other browsers").send()
    assert page.h1 == "Sign-in and security"
    assert {one.client.get("/overview").status_code for one in (first, second)} == {303}
    assert mai.browser.get("/overview").status == 200
    mai.portal.drain()
    assert "Other devices were signed out" in mai.portal.last_mail()


def test_somebody_elses_session_is_not_found(portal: Portal, mai: Member) -> None:
    ha = member(portal, "sharer")
    number = Session.get(Session.account == ha.account).id
    mai.browser.post(f"/security/sessions/{number}/end", status=404)
    assert ha.browser.get("/overview").status == 200


def test_ending_counts_what_was_open_and_leaves_others_accounts_alone(portal: Portal, mai: Member) -> None:
    ha = member(portal, "sharer")
    another(mai)
    keep = mai.browser.client.get_cookie("session")
    assert keep
    assert sessions.end_others(mai.account, keep.value) == 1
    assert sessions.end_others(mai.account, keep.value) == 0
    assert sessions.end_all(mai.account) == 1
    assert ha.browser.get("/overview").status == 200


def test_a_session_that_is_over_is_not_listed(mai: Member) -> None:
    another(mai)
    Session.update(seen_at=clock.now() - timedelta(days=31)).where(Session.device == "Firefox, Linux").execute()
    assert "Firefox" not in mai.browser.get("/security").text


@pytest.mark.parametrize(("proxies", "stored"), [(0, ""), (1, "VN")])
def test_a_place_is_believed_from_the_operators_own_proxy_only(portal: Portal, proxies: int, stored: str) -> None:
    from tests.accounts.test_signing_in import MAI, ask, code_of, give

    config.use(replace(portal.config, place_header="X-Visitor-Country", trusted_proxies=proxies))
    client = portal.app.test_client()
    client.environ_base["HTTP_X_VISITOR_COUNTRY"] = "VN"
    ask(client, MAI)
    give(client, code_of(portal))
    assert Session.get().place == stored


def test_no_address_of_a_network_is_kept(mai: Member) -> None:
    assert not {"ip", "address", "network"} & set(Session._meta.fields)


def test_asking_for_a_deletion_ends_every_other_session(mai: Member) -> None:
    other = another(mai)
    mai.browser.get("/deletion/check").form("Delete my account").send()
    assert other.client.get("/overview").status_code == 303
    assert mai.browser.get("/overview").status == 200


def test_ended_sessions_are_told_apart_from_unknown_ones_by_nobody(mai: Member) -> None:
    another(mai)
    stranger = Browser(mai.portal.app)
    stranger.client.set_cookie("session", tokens.new_token())
    assert stranger.client.get("/overview").status_code == 303
