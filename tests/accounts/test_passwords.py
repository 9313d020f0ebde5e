"""Passwords, for those who want one (RULES A1, A3; §18 line 38)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts import passwords, service
from portal.accounts.models import Account, Password, Session
from portal.kernel import clock, scrypt
from portal.kernel.audit import AuditEvent
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member

GOOD = "kettle Orchard 7 vanishing tram"
SIXTY_FOUR = "seven lamps turn slowly above the quiet harbour while gulls talk"


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little work; what it costs for real is told by a test of its own."""
    monkeypatch.setattr(scrypt, "LOG_N", 4)


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Somebody signed in and confirmed a moment ago."""
    return member(portal, "mai.nguyen@example.com")


def choose(person: Member, password: str, status: int = 200) -> Page:
    button = "Change password" if passwords.has_one(person.account) else "Set password"
    return person.browser.get("/security/password").form(button).send(password=password, status=status)


def sign_in(portal: Portal, email: str, password: str, status: int = 200) -> Page:
    page = Browser(portal.app).get("/sign-in/password")
    return page.form("Sign in").send(email=email, password=password, status=status)


def test_a_password_is_set_used_changed_and_removed_and_each_is_told_by_mail(portal: Portal, mai: Member) -> None:
    assert choose(mai, GOOD).h1 == "Your password is set"
    assert sign_in(portal, " Mai.Nguyen@Example.com", GOOD).path == "/overview"
    choose(mai, SIXTY_FOUR)
    assert sign_in(portal, mai.email, GOOD, 422).status == 422
    assert sign_in(portal, mai.email, SIXTY_FOUR).path == "/overview"
    page = mai.browser.get("/security/password").form("Remove password").send()
    assert page.h1 == "You have no password"
    sign_in(portal, mai.email, SIXTY_FOUR, 422)
    portal.drain()
    said = "\n".join(str(mail.get_body(("plain",)).get_content()) for mail in portal.mails())  # type: ignore[union-attr]
    assert [word for word in ("was set", "was changed", "was removed") if word in said] == [
        "was set",
        "was changed",
        "was removed",
    ]
    assert GOOD not in said


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("kettle Orchard", "at least 15 characters"),
        ("smartosbooking1", "the name of this site, its products"),
        ("Smartos-Smartos-2026!", "the name of this site, its products"),
        ("nguyen.mai.1990.", "or your own address"),
        ("passwordpassword", "passwords that many people use"),
        ("P@ssw0rd-monkey-dragon", "passwords that many people use"),
        ("qwertyuiopasdfgh", "follows the keyboard"),
        ("123456789012345", "follows the keyboard"),
        ("aaaaaaaaaaaaaaaa", "the same again and again"),
        ("abxabxabxabxabxabx", "the same again and again"),
        ("x9" * 600, "at most 1024 bytes"),
    ],
)
def test_a_refused_password_names_the_rule_and_is_not_shown_again(
    portal: Portal, mai: Member, password: str, reason: str
) -> None:
    page = choose(mai, password, 422)
    assert reason in page.text
    assert password not in page.response.text
    assert page.root.one("input", id="password")["value"] == ""
    assert Password.select().count() == 0


@pytest.mark.parametrize(
    "password",
    [
        SIXTY_FOUR,
        "correct horse battery staple",
        "trời xanh mây trắng nắng vàng",
        "🌧️ hoa sữa thơm phố đêm",
        "482919348123991",
        "x8Kq2LpZv9Wd3Rt",
        " begins and ends with blanks ",
        "z8#" + "q~7wK" * 204,
    ],
)
def test_long_passwords_of_any_signs_are_taken_whole(portal: Portal, mai: Member, password: str) -> None:
    assert choose(mai, password).path == "/security/password/saved"
    assert sign_in(portal, mai.email, password).path == "/overview"
    sign_in(portal, mai.email, password[:-1], 422)


def test_sixty_four_is_sixty_four() -> None:
    assert len(SIXTY_FOUR) == 64


def test_the_same_letters_from_another_keyboard_are_the_same_password(portal: Portal, mai: Member) -> None:
    typed = "trời xanh mây trắng nắng vàng"
    choose(mai, unicodedata.normalize("NFD", typed))
    assert sign_in(portal, mai.email, unicodedata.normalize("NFC", typed)).path == "/overview"


def test_fifteen_characters_are_counted_as_people_see_them(portal: Portal, mai: Member) -> None:
    fourteen = unicodedata.normalize("NFD", "ữấộ ềỗợ ẫậắ ẳẵ")
    assert len(fourteen) > 15
    assert "at least 15" in choose(mai, fourteen, 422).text


def test_who_has_no_password_or_no_account_gets_the_answer_of_a_wrong_one_for_the_same_work(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(mai, GOOD)
    without = member(portal, "duc.pham@example.com")
    work: list[tuple[Any, ...]] = []
    real = hashlib.scrypt

    def counted(password: bytes, **cost: Any) -> bytes:
        work.append((cost["n"], cost["r"], cost["p"]))
        return real(password, **cost)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    answers, asked = set(), []
    for email in (mai.email, without.email, "nobody@example.com"):
        with queries() as counting:
            page = sign_in(portal, email, "kettle Orchard 7 vanishing bus", 422)
        asked.append(len(counting))
        answers.add(re.sub(r'value="[0-9a-f]{32}"', "", page.response.text.replace(email, "…")))
    assert len(answers) == 1
    assert "Address and password do not fit together." in answers.pop()
    assert work == [(16, 8, 3)] * 3
    assert len(set(asked)) == 1, f"queries tell who is known: {asked}"
    assert Session.select().count() == 2


def test_tries_are_counted_by_address_and_the_code_still_lets_its_person_in(portal: Portal, mai: Member) -> None:
    choose(mai, GOOD)
    for _ in range(10):
        sign_in(portal, mai.email, "wrong", 422)
    assert "minutes" in sign_in(portal, mai.email, GOOD, 429).text
    browser = Browser(portal.app)
    assert browser.get("/sign-in").form("Send me a code").send(email=mai.email).path == "/sign-in/code"


def test_a_page_of_passwords_wants_a_fresh_proof_and_the_password_is_one(portal: Portal, mai: Member) -> None:
    choose(mai, GOOD)
    with clock.later(timedelta(minutes=16)):
        page = mai.browser.get("/security/password")
        assert page.path == "/confirm"
        page = page.click("Use your password instead")
        before = mai.browser.client.get_cookie("session")
        page.form("Continue").send(password="not this one at all", status=422)
        page = page.form("Continue").send(password=GOOD)
        assert page.path == "/security/password"
        after = mai.browser.client.get_cookie("session")
        assert before
        assert after
        assert before.value != after.value, "a session that was confirmed has a new token"


def test_signing_in_by_password_is_a_fresh_proof(portal: Portal, mai: Member) -> None:
    choose(mai, GOOD)
    page = sign_in(portal, mai.email, GOOD)
    assert page.browser.get("/security/password").path == "/security/password"


def test_after_signing_in_one_goes_where_one_was_going_but_never_to_another_site(portal: Portal, mai: Member) -> None:
    choose(mai, GOOD)
    for wished, reached in (("/location", "/location"), ("//evil.example", "/overview")):
        page = Browser(portal.app).get("/sign-in", data={"next": wished}).click("Use a password instead")
        page = page.form("Sign in").send(email=mai.email, password=GOOD)
        assert page.path == reached


def test_whoever_has_no_password_is_not_asked_for_it(portal: Portal, mai: Member) -> None:
    assert "Use your password instead" not in mai.browser.get("/confirm").links
    mai.browser.get("/confirm/password").form("Continue").send(password=GOOD, status=422)


def test_a_hash_of_weaker_days_is_renewed_at_the_next_sign_in(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(mai, GOOD)
    before = Password.get().hash
    monkeypatch.setattr(scrypt, "LOG_N", 5)
    sign_in(portal, mai.email, "not this one at all", 422)
    assert Password.get().hash == before
    sign_in(portal, mai.email, GOOD)
    after = Password.get().hash
    assert after.startswith("scrypt$5$")
    sign_in(portal, mai.email, GOOD)
    assert Password.get().hash == after


def test_two_equal_passwords_lie_there_differently() -> None:
    assert scrypt.hashed(GOOD) != scrypt.hashed(GOOD)


def test_managers_find_the_fields_and_nothing_cuts_or_forbids_a_paste(portal: Portal, mai: Member) -> None:
    pages = [
        (mai.browser.get("/security/password"), "new-password"),
        (Browser(portal.app).get("/sign-in/password"), "current-password"),
        (mai.browser.get("/confirm/password"), "current-password"),
    ]
    for page, purpose in pages:
        field = page.root.one("input", id="password")
        assert (field["type"], field["autocomplete"]) == ("password", purpose)
        assert page.root.one("input", autocomplete="username")["type"] in {"text", "email"}
        assert not {"maxlength", "pattern", "onpaste"} & set(field.attributes)


def test_the_well_known_address_leads_to_the_page(portal: Portal, mai: Member) -> None:
    answer = portal.app.test_client().get("/.well-known/change-password")
    assert (answer.status_code, answer.location) == (303, "/security/password")
    assert mai.browser.get("/.well-known/change-password").path == "/security/password"


def test_no_password_is_in_a_log_or_in_the_audit(
    portal: Portal, mai: Member, capfd: pytest.CaptureFixture[str]
) -> None:
    choose(mai, GOOD)
    sign_in(portal, mai.email, GOOD)
    portal.drain()
    said = capfd.readouterr()
    events = [(row.name, str(row.keys)) for row in AuditEvent.select()]
    assert "accounts.password_set" in {name for name, _ in events}
    assert "Orchard" not in said.out + said.err + str(events)


def test_a_copy_holds_when_it_was_set_and_not_the_hash_and_a_deletion_takes_it_along(
    portal: Portal, mai: Member
) -> None:
    from portal.sources.base import Identifier as Proof
    from portal.sources.base import Person
    from portal.sources.own import OwnSource

    choose(mai, GOOD)
    own, proven = OwnSource("Portal"), Proof("email", mai.email)
    person = Person(tuple(own.find(proven)), (proven,))
    with own.snapshot(person) as view:
        [row] = view.rows("passwords")
    assert set(row) == {"account_id", "changed_at"}
    own.erase(person, "a request")
    assert (Password.select().count(), Account.select().count()) == (0, 0)


def test_a_password_alone_makes_no_account(portal: Portal) -> None:
    sign_in(portal, "nobody@example.com", GOOD, 422)
    assert Account.select().count() == 0
    assert service.pending("") is None
