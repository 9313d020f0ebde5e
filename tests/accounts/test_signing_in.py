"""Signing in by a mailed code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal.accounts import service
from portal.accounts.addresses import normal
from portal.accounts.models import Account, Challenge, Session
from portal.kernel import clock
from portal.kernel.problems import Problem
from tests.conftest import Portal

MAI = "mai.nguyen@example.com"
HERE = {"Sec-Fetch-Site": "same-origin"}


def ask(client: FlaskClient, address: str) -> str:
    answer = client.post("/sign-in", data={"email": address}, headers=HERE)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def code_of(portal: Portal) -> str:
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    return found[0]


def give(client: FlaskClient, code: str) -> int:
    return client.post("/sign-in/code", data={"code": code}, headers=HERE).status_code


def test_somebody_a_system_knows_gets_a_code_and_an_account(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, " Mai.Nguyen@Example.com ")
    assert Account.select().count() == 0
    assert give(client, code_of(portal)) == 303
    assert Account.select().count() == 1
    assert client.get("/overview").status_code == 200


@pytest.mark.parametrize("typed", ["max@fußball.example", "Max@FUSSBALL.example", "strauß@example.com"])
def test_a_code_goes_to_the_address_that_was_typed_and_to_no_neighbour_of_it(portal: Portal, typed: str) -> None:
    """Fußball.de and fussball.de may belong to two people (IDNA 2008): what is folded too far is sent to a stranger."""
    assert service.normal_email(typed) == typed.lower()
    ask(portal.app.test_client(), typed)
    assert [row.address for row in Challenge.select()] == [typed.lower()]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["email", "phone"])
def test_what_is_too_long_for_an_address_is_refused_before_it_is_composed(kind: str) -> None:
    """A million marks on one letter take many minutes, in which the process answers nobody."""
    with pytest.raises(Problem):
        normal(kind, "+84" + "\u0301\u0323" * 400_000 + "@example.com")


def test_a_known_and_an_unknown_address_get_the_same_answer_and_only_one_gets_a_mail(portal: Portal) -> None:
    answers = []
    for address in (MAI, "nobody@example.com"):
        client = portal.app.test_client()
        ask(client, address)
        answers.append(client.get("/sign-in/code").text.replace(address, "…"))
    portal.drain()
    assert len(portal.mails()) == 1
    assert _without_secrets(answers[0]) == _without_secrets(answers[1])


def _without_secrets(page: str) -> str:
    return re.sub(r'value="[0-9a-f]{32}"', "", page)


def test_the_web_process_never_asks_a_system(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.sources import registry

    for source in registry.active().connected():
        monkeypatch.setattr(source, "find", lambda identifier: pytest.fail("the web process looked an address up"))
    ask(portal.app.test_client(), MAI)


def test_a_code_works_once(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    code = code_of(portal)
    attempt = client.get_cookie("attempt")
    assert attempt
    assert give(client, code) == 303
    thief = portal.app.test_client()
    thief.set_cookie("attempt", attempt.value)
    assert give(thief, code) == 422
    assert Session.select().count() == 1


def test_a_code_does_not_work_in_another_browser(portal: Portal) -> None:
    ask(portal.app.test_client(), MAI)
    code = code_of(portal)
    other = portal.app.test_client()
    ask(other, "somebody.else@example.com")
    assert give(other, code) == 422


def test_five_wrong_codes_close_the_attempt(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    code = code_of(portal)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [give(client, wrong) for _ in range(5)] == [422] * 5
    assert give(client, code) == 422


def test_a_code_expires_after_ten_minutes(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    code = code_of(portal)
    with clock.later(timedelta(minutes=10, seconds=1)):
        give(client, code)
        assert Session.select().count() == 0


def test_what_was_typed_stays_when_it_is_no_address(portal: Portal) -> None:
    answer = portal.app.test_client().post("/sign-in", data={"email": "mai@"}, headers=HERE)
    assert answer.status_code == 422
    assert 'value="mai@"' in answer.text


def test_asking_too_often_for_one_address_is_refused_with_the_time_to_wait(portal: Portal) -> None:
    client = portal.app.test_client()
    for _ in range(6):
        ask(client, MAI)
    answer = client.post("/sign-in", data={"email": MAI}, headers=HERE)
    assert answer.status_code == 429
    assert "minutes" in answer.text


def test_signing_out_ends_the_session_for_good(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    give(client, code_of(portal))
    session = client.get_cookie("session")
    assert session
    assert client.post("/sign-out", headers=HERE).status_code == 303
    client.set_cookie("session", session.value)
    assert client.get("/overview").status_code == 303


def test_confirming_renews_the_session_under_a_new_token(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    give(client, code_of(portal))
    before = client.get_cookie("session")
    with clock.later(timedelta(minutes=16)):
        assert client.post("/confirm?next=/download", headers=HERE).status_code == 303
        answer = client.post("/confirm/code", data={"code": code_of(portal)}, headers=HERE)
        assert answer.location == "/download"
        after = client.get_cookie("session")
        assert before
        assert after
        assert before.value != after.value


def test_a_code_to_sign_in_does_not_confirm_and_the_other_way_round(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    give(client, code_of(portal))
    client.post("/confirm", headers=HERE)
    code = code_of(portal)
    assert give(client, code) == 422
    assert Challenge.select().where(Challenge.state == "used").count() == 1


def test_after_signing_in_one_goes_where_one_was_going_but_never_to_another_site(portal: Portal) -> None:
    for wished, reached in (("/location", "/location"), ("//evil.example", "/overview"), ("https://evil", "/overview")):
        client = portal.app.test_client()
        client.post("/sign-in", query_string={"next": wished}, data={"email": MAI}, headers=HERE)
        answer = client.post("/sign-in/code", data={"code": code_of(portal)}, headers=HERE)
        assert answer.location == reached


def test_an_idle_session_ends(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    give(client, code_of(portal))
    with clock.later(timedelta(days=31)):
        assert client.get("/overview").status_code == 303


def test_attempts_and_their_addresses_are_forgotten_within_the_hour(portal: Portal) -> None:
    from portal.accounts import service

    ask(portal.app.test_client(), "nobody@example.com")
    portal.drain()
    with clock.later(timedelta(minutes=11)):
        service.forget_past()
    assert Challenge.select().count() == 0


def test_a_code_is_mailed_also_when_the_database_gives_a_number_a_second_time(portal: Portal) -> None:
    from portal.accounts import service

    ask(portal.app.test_client(), MAI)
    portal.drain()
    with clock.later(timedelta(minutes=11)):
        service.forget_past()
        ask(portal.app.test_client(), MAI)
        portal.drain()
    assert len(portal.mails()) == 2


def test_a_system_that_is_down_keeps_nobody_out_whom_another_one_knows(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.sources import registry

    first, *_ = registry.active().connected()
    monkeypatch.setattr(first, "find", lambda identifier: _raise(first.unavailable("told to be down")))
    client = portal.app.test_client()
    ask(client, MAI)
    assert give(client, code_of(portal)) == 303


def _raise(problem: Exception) -> None:
    raise problem


def test_an_address_too_long_to_go_on_to_is_forgotten_and_signing_in_works(portal: Portal) -> None:
    client = portal.app.test_client()
    client.post("/sign-in", query_string={"next": "/overview?" + "x" * 400}, data={"email": MAI}, headers=HERE)
    answer = client.post("/sign-in/code", data={"code": code_of(portal)}, headers=HERE)
    assert answer.location == "/overview"


def test_strangers_who_use_up_an_addresss_codes_do_not_keep_its_person_from_confirming(portal: Portal) -> None:
    client = portal.app.test_client()
    ask(client, MAI)
    give(client, code_of(portal))
    stranger = portal.app.test_client()
    for _ in range(5):
        ask(stranger, MAI)
    assert stranger.post("/sign-in", data={"email": MAI}, headers=HERE).status_code == 429
    assert client.post("/confirm", headers=HERE).status_code == 303
