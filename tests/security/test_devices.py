"""A browser that was not here before is told of; it is known by a random mark of its own, for one account at a time."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.accounts import passwords, sessions
from portal.accounts.models import Account, Session
from portal.kernel import scrypt
from tests.accounts.test_signing_in import HERE, MAI, ask, code_of, give
from tests.conftest import Portal

PHONE = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
OTHER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser(portal: Portal, words: str = PHONE) -> FlaskClient:
    client = portal.app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = words
    return client


def enter(portal: Portal, client: FlaskClient, address: str = MAI) -> None:
    """Sign in with a code, then leave."""
    ask(client, address)
    assert give(client, code_of(portal)) == 303
    client.post("/sign-out", headers=HERE)
    portal.drain()


def alarms(portal: Portal) -> int:
    return len([mail for mail in portal.mails() if "/security/not-me/" in str(mail.get_body(("plain",)))])


def test_a_second_phone_with_the_same_words_is_told_of_and_the_first_is_not(portal: Portal) -> None:
    first, second = browser(portal), browser(portal)
    enter(portal, first)
    enter(portal, first)
    assert alarms(portal) == 0
    enter(portal, second)
    assert alarms(portal) == 1
    for client in (first, second):
        enter(portal, client)
    assert alarms(portal) == 1


def test_a_browser_that_is_renewed_stays_the_same_one(portal: Portal) -> None:
    mine = browser(portal)
    enter(portal, mine)
    mine.environ_base["HTTP_USER_AGENT"] = OTHER
    enter(portal, mine)
    assert alarms(portal) == 0


def test_a_password_raises_the_alarm_too(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrypt, "LOG_N", 4)
    mine, thief = browser(portal), browser(portal)
    enter(portal, mine)
    passwords.choose(Account.get().id, "kettle Orchard 7 vanishing tram")
    portal.drain()
    for client, told in ((mine, 1), (thief, 2)):  # one is of the password itself
        data = {"email": MAI, "password": "kettle Orchard 7 vanishing tram"}
        assert client.post("/sign-in/password", data=data, headers=HERE).status_code == 303
        portal.drain()
        assert alarms(portal) == told


def test_the_mark_is_random_unreadable_for_scripts_and_kept_nowhere_but_in_the_browser(portal: Portal) -> None:
    mine = browser(portal)
    for address in (MAI, "ha.nguyen@example.com"):
        enter(portal, mine, address)
    cookie = mine.get_cookie("device")
    assert cookie
    assert (cookie.http_only, cookie.same_site, len(cookie.value)) == (True, "Lax", 43)
    hashes = [session.browser_hash for session in Session.select()]
    assert len(set(hashes)) == 2, "that two accounts share a browser is not to be seen"
    assert not any(cookie.value in (found or "") for found in hashes)


def test_nobody_has_a_mark_before_they_sign_in(portal: Portal) -> None:
    client = browser(portal)
    for page in ("/", "/sign-in", "/privacy-policy", "/delete-account"):
        client.get(page)
    assert client.get_cookie("device") is None


@pytest.mark.parametrize("made_up", ["", "x", "a" * 4000, "…" * 43])
def test_a_mark_that_is_none_of_ours_is_replaced(portal: Portal, made_up: str) -> None:
    client = browser(portal)
    client.set_cookie("device", made_up)
    enter(portal, client)
    cookie = client.get_cookie("device")
    assert cookie
    assert cookie.value != made_up


def test_a_browser_that_was_said_to_be_a_strangers_is_told_of_again(portal: Portal) -> None:
    mine, thief = browser(portal), browser(portal)
    enter(portal, mine)
    enter(portal, thief)
    assert alarms(portal) == 1
    sessions.end_all(Account.get().id)
    enter(portal, thief)
    assert alarms(portal) == 2


def test_sessions_of_before_are_known_by_their_words(portal: Portal) -> None:
    enter(portal, browser(portal))
    Session.update(browser_hash=None).execute()
    enter(portal, browser(portal))
    assert alarms(portal) == 0
    enter(portal, browser(portal, OTHER))
    assert alarms(portal) == 1


def test_over_https_the_cookies_of_a_session_are_bound_to_the_host(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RULES W2, §18 line 24."""
    monkeypatch.setattr(scrypt, "LOG_N", 4)
    enter(portal, browser(portal))
    passwords.choose(Account.get().id, "kettle Orchard 7 vanishing tram")
    monkeypatch.setitem(portal.app.config, "COOKIE_PREFIX", "__Host-")
    data = {"email": MAI, "password": "kettle Orchard 7 vanishing tram"}
    answer = browser(portal).post("/sign-in/password", data=data, headers=HERE)
    put = {line.partition("=")[0]: set(line.split("; ")[1:]) for line in answer.headers.getlist("Set-Cookie")}
    for name in ("__Host-session", "__Host-device"):
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= put[name]
        assert not any(part.startswith("Domain") for part in put[name])
