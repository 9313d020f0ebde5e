"""Signing up: asked neutrally, the same answer for every address, and nothing kept of whoever is too young."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.accounts.models import Account, Challenge, Identifier
from portal.config import OPT_IN
from portal.consents import service as consents
from portal.kernel import clock
from portal.kernel.db import database, tables
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.people import member

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MAI, LAN = "mai.nguyen@example.com", "lan.new@example.com"
BORN = {"born-day": "3", "born-month": "3", "born-year": "2001"}
GROWN: dict[str, Any] = {**BORN, "country": "VN", "email": LAN}
CHILD = {**GROWN, "born-year": "2014"}


def ask(browser: Browser, told: dict[str, Any], status: int = 200) -> Page:
    return browser.get("/sign-up").form("Continue").send(status=status, **told)


def confirmed(browser: Browser, told: dict[str, str]) -> Page:
    return ask(browser, told).form("Yes, that is right").send()


def code_of(portal: Portal) -> str:
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    return found[0]


def rows() -> dict[str, int]:
    return {model._meta.table_name: model.select().count() for model in tables()}


def test_somebody_new_signs_up_by_a_date_said_back_in_words_and_a_code(portal: Portal) -> None:
    browser = Browser(portal.app)
    with clock.stopped(NOW):
        page = ask(browser, GROWN)
        assert "You were born on 3 March 2001. You are 25." in page.text
        page = page.form("Yes, that is right").send()
        assert page.path == "/sign-up/code"
        assert Account.select().count() == 0, "no account before the code"
        page = page.form("Continue").send(code=code_of(portal))
    assert page.path == "/overview"
    assert Identifier.get().value == LAN


def test_of_an_age_only_the_rule_and_the_day_are_kept(portal: Portal) -> None:
    browser = Browser(portal.app)
    with clock.stopped(NOW):
        confirmed(browser, GROWN).form("Continue").send(code=code_of(portal))
    account = Account.get()
    assert (account.age_rule, account.age_confirmed_at) == ("VN-16", NOW)
    for model in tables():
        for row in model.select().dicts():
            assert "2001" not in str(row), f"{model.__name__} keeps the date of birth"


def test_a_new_account_has_chosen_nothing_and_no_page_has_anything_ticked(portal: Portal) -> None:
    """RULES C2, §18 line 12."""
    browser = Browser(portal.app)
    confirmed(browser, GROWN).form("Continue").send(code=code_of(portal))
    for place in ("/location", "/marketing"):
        root = browser.get(place).root
        assert [node for node in root.all("input") if "checked" in node.attributes] == []
        assert root.all(role="switch", aria_checked="true") == []
    from portal.subjects import service as subjects

    standing = consents.standing(subjects.ensure(Account.get().id))
    assert standing
    assert {choice.at for choice in standing.values()} == {None}, "never chosen"
    asked = {name for name in standing if consents.purpose(name).choice == OPT_IN}  # what is on rests on no consent
    permissions = {name for name in asked if "off" in consents.purpose(name).states}
    assert {standing[name].state for name in permissions} == {"off"}
    assert len(permissions) > 10


def test_a_known_and_an_unknown_address_get_the_same_answer(portal: Portal) -> None:
    answers, mails = [], []
    with clock.stopped(clock.now()):  # the page says until when the code is valid, to the minute
        for address in (MAI, LAN):
            page = confirmed(Browser(portal.app), {**GROWN, "email": address})
            answers.append(re.sub(r'value="[0-9a-f]{32}"', "", page.response.text.replace(address, "…")))
            portal.drain()
            mails.append(portal.last_mail())
    assert answers[0] == answers[1]
    assert "we know this address already" in mails[0]
    assert "Your code to make your account" in mails[1]


def test_the_code_to_a_known_address_signs_in_and_makes_no_second_account(portal: Portal) -> None:
    known = member(portal, MAI)
    page = confirmed(Browser(portal.app), {**GROWN, "email": MAI}).form("Continue").send(code=code_of(portal))
    assert page.path == "/overview"
    assert [account.id for account in Account.select()] == [known.account]
    assert Account.get().age_rule is None


def test_the_web_process_looks_no_address_up(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.sources import registry

    for source in registry.active().connected():
        monkeypatch.setattr(source, "find", lambda identifier: pytest.fail("the web process looked an address up"))
    assert confirmed(Browser(portal.app), GROWN).path == "/sign-up/code"


def test_a_silent_system_keeps_nobody_from_signing_up(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.sources import registry

    def silent(source: object) -> object:
        raise registry.active().connected()[0].unavailable("told to be down")

    for source in registry.active().connected():
        monkeypatch.setattr(source, "find", silent)
    page = confirmed(Browser(portal.app), GROWN)
    code = code_of(portal)
    monkeypatch.undo()
    assert page.form("Continue").send(code=code).path == "/overview"


def test_whoever_is_too_young_is_told_kindly_and_nothing_at_all_is_stored(
    portal: Portal, capfd: pytest.CaptureFixture[str]
) -> None:
    before = rows()
    with clock.stopped(NOW):
        page = confirmed(Browser(portal.app), CHILD)
    assert page.h1 == "We cannot make an account for you"
    assert "mailto:" in page.response.text
    assert {"/sign-in", "/delete-account"} <= {path.split("?")[0] for path in page.links.values()}
    assert portal.drain() == 0
    assert portal.mails() == []
    assert rows() == before
    said = capfd.readouterr()
    assert "2014" not in said.out + said.err
    kept = page.browser.client.get_cookie("later")
    assert kept
    assert "2014" not in kept.value
    assert kept.http_only


def test_another_date_typed_later_gets_the_same_answer_until_the_next_day(portal: Portal) -> None:
    browser = Browser(portal.app)
    with clock.stopped(NOW):
        checked = ask(browser, CHILD)
        refused = checked.form("Yes, that is right").send()
        older: dict[str, Any] = {"born-year": "1990"}
        second = checked.form("Yes, that is right").send(**older)
        again = browser.get("/sign-up")
        assert refused.h1 == second.h1 == again.h1
        assert Challenge.select().count() == 0
    with clock.stopped(NOW + timedelta(hours=24, seconds=1)):
        assert browser.get("/sign-up").h1 == "Sign up"


@pytest.mark.parametrize("made_up", ["", "x", "9999999999", "9999999999.x", "x." + "0" * 32])
def test_a_mark_that_is_not_ours_closes_nothing(portal: Portal, made_up: str) -> None:
    browser = Browser(portal.app)
    browser.client.set_cookie("later", made_up)
    assert browser.get("/sign-up").h1 == "Sign up"


def test_a_date_counts_only_once_it_is_confirmed(portal: Portal) -> None:
    browser = Browser(portal.app)
    with clock.stopped(NOW):
        page = ask(browser, CHILD)
        assert "You are 12." in page.text
        page = page.form("Change it").send()
        assert page.form("Continue").values["born-year"] == "2014", "what was typed stays"
        assert confirmed(browser, GROWN).path == "/sign-up/code"


@pytest.mark.parametrize(
    ("country", "year", "is_open"),
    [("VN", "2010", True), ("VN", "2011", False), ("TH", "2013", True), ("TH", "2014", False), ("IN", "2009", False)],
)
def test_the_limit_is_the_countrys(portal: Portal, country: str, year: str, is_open: bool) -> None:
    with clock.stopped(NOW):
        page = confirmed(Browser(portal.app), {**GROWN, "country": country, "born-year": year})
    assert (page.path == "/sign-up/code") is is_open


def test_the_question_names_no_age_and_suggests_no_answer(portal: Portal) -> None:
    page = Browser(portal.app).get("/sign-up")
    assert not re.search(r"\b(1[0-9]|2[01])\b", page.text), "no age is hinted at"
    assert page.root.all("input", type="checkbox") == []
    assert page.form("Continue").values == {
        **dict.fromkeys(("born-day", "born-month", "born-year", "country", "email", "website"), ""),
        "csrf_token": page.form("Continue").values["csrf_token"],
    }


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"born-day": ""}, "Enter the day, the month and the year of your birth."),
        ({"born-day": "30", "born-month": "2"}, "There is no such day."),
        ({"born-day": "first"}, "There is no such day."),
        ({"born-year": "2199"}, "This day is still to come."),
        ({"born-year": "01"}, "This is too long ago."),
        ({"country": ""}, "Choose the country where you live."),
        ({"country": "ZZ"}, "Choose one of the answers."),
        ({"email": "lan@"}, "This is not an e-mail address that mail can reach."),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(portal: Portal, wrong: dict[str, str], said: str) -> None:
    page = ask(Browser(portal.app), {**GROWN, **wrong}, status=422)
    assert said in page.text
    kept = page.form("Continue").values
    assert {name: kept[name] for name in GROWN if name not in wrong} == {
        name: value for name, value in GROWN.items() if name not in wrong
    }


def test_a_program_that_fills_every_field_is_thanked_and_forgotten(portal: Portal) -> None:
    page = Browser(portal.app).get("/sign-up").form("Continue").send(**GROWN, website="https://spam.example")
    assert page.path == "/sign-up/code"
    assert Challenge.select().count() == 0


def test_asking_too_often_for_one_address_is_refused(portal: Portal) -> None:
    for _ in range(6):
        confirmed(Browser(portal.app), GROWN)
    page = ask(Browser(portal.app), GROWN).form("Yes, that is right").send(status=429)
    assert "minutes" in page.text


def test_somebody_signed_in_is_not_asked(portal: Portal) -> None:
    assert member(portal, "everyday").browser.get("/sign-up").path == "/overview"


def test_what_is_kept_of_the_age_goes_with_the_account(portal: Portal) -> None:
    from portal.sources.base import Identifier as Proof
    from portal.sources.base import Person
    from portal.sources.own import OwnSource

    confirmed(Browser(portal.app), GROWN).form("Continue").send(code=code_of(portal))
    own, proven = OwnSource("Portal"), Proof("email", LAN)
    own.erase(Person(tuple(own.find(proven)), (proven,)), "a request")
    assert Account.select().count() == 0
    assert database.execute_sql("SELECT count(*) FROM challenges WHERE age_rule IS NOT NULL").fetchone()[0] == 0


def test_countries_stand_in_the_order_of_each_language(portal: Portal) -> None:
    english = Browser(portal.app).get("/sign-up").root.one("select", id="country")
    names = ["".join(map(str, node.children)) for node in english.all("option")]
    assert names[1:4] == ["Afghanistan", "Åland Islands", "Albania"]
    vietnamese = Browser(portal.app, "vi").get("/sign-up").root.one("select", id="country")
    names = ["".join(map(str, node.children)) for node in vietnamese.all("option")]
    order = ["Ai Cập", "Ấn Độ", "Bỉ", "Đức", "Hàn Quốc", "Yemen"]
    assert [name for name in names if name in order] == order
