"""Members of the staff sign in with a mailed code and a second factor, and with neither alone (RULES S4, A2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal.accounts.staff import factors, totp
from portal.accounts.staff.models import StaffAccount, StaffChallenge
from portal.kernel import audit, clock, crypto
from tests.conftest import Portal
from tests.people import StaffMember, member, staff

HERE = {"Sec-Fetch-Site": "same-origin"}
DOOR = "/staff/sign-in"
SECRET = re.compile(r'value="[0-9a-f]{32}"')


@pytest.fixture
def ann(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def post(client: FlaskClient, path: str, **data: str) -> tuple[int, str | None]:
    answer = client.post(path, data=data, headers=HERE)
    return answer.status_code, answer.location


def mailed(portal: Portal, client: FlaskClient, address: str) -> str:
    """Ask for a code and return it."""
    assert post(client, DOOR, email=address) == (303, f"{DOOR}/code")
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    return found[0]


def at_the_factor(portal: Portal, who: StaffMember) -> FlaskClient:
    """Return a browser in which the mailed code was right."""
    client = portal.app.test_client()
    code = mailed(portal, client, who.email)
    assert post(client, f"{DOOR}/code", code=code) == (303, f"{DOOR}/factor")
    return client


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_both_factors_open_a_session(portal: Portal, ann: StaffMember) -> None:
    client = at_the_factor(portal, ann)
    assert client.get("/staff/me").status_code == 303
    assert post(client, f"{DOOR}/factor", code=ann.code()) == (303, "/staff/")
    assert "Ann Admin" in client.get("/staff/", follow_redirects=True).text


def test_the_cookie_of_the_staff_is_its_own(portal: Portal, ann: StaffMember) -> None:
    client = at_the_factor(portal, ann)
    answer = client.post(f"{DOOR}/factor", data={"code": ann.code()}, headers=HERE)
    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("staff=")]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert not [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("session=")]


def test_a_pasted_code_may_have_blanks(portal: Portal, ann: StaffMember) -> None:
    client, code = at_the_factor(portal, ann), ann.code()
    assert post(client, f"{DOOR}/factor", code=f" {code[:3]} {code[3:]} ") == (303, "/staff/")


@pytest.mark.parametrize("who", ["nobody", "disabled", "unconfirmed", "person"])
def test_whoever_cannot_sign_in_gets_the_same_answer_and_no_mail(portal: Portal, ann: StaffMember, who: str) -> None:
    other = staff(portal, "staff")
    if who == "person":
        member(portal, "everyday", found=False)
    ends = {"disabled": {"disabled_at": clock.now()}, "unconfirmed": {"confirmed_at": None}}
    StaffAccount.update(ends.get(who, {"language": "en"})).where(StaffAccount.id == other.number).execute()
    address = {"nobody": "nobody@staff.example", "person": "mai.nguyen@example.com"}.get(who, other.email)
    pages, client = [], portal.app.test_client()
    with clock.stopped(clock.now()):  # the page says until when the code is valid, to the minute
        for email in (ann.email, address):
            client = portal.app.test_client()
            assert post(client, DOOR, email=email) == (303, f"{DOOR}/code")
            pages.append(SECRET.sub("", client.get(f"{DOOR}/code").text))
            assert email not in pages[-1]
    portal.drain()
    assert pages[0] == pages[1]
    assert [mail["To"] for mail in portal.mails()] == [ann.email]
    assert post(client, f"{DOOR}/code", code="000000")[0] == 422


def test_the_address_that_was_typed_is_not_kept(portal: Portal) -> None:
    post(portal.app.test_client(), DOOR, email="somebody@staff.example")
    [row] = StaffChallenge.select().dicts()
    assert "somebody" not in repr(row)


def test_a_code_of_a_person_opens_nothing_here_and_the_other_way_round(portal: Portal, ann: StaffMember) -> None:
    client = portal.app.test_client()
    code = mailed(portal, client, ann.email)
    client.set_cookie("attempt", _cookie(client, "staff-attempt"))
    assert post(client, "/sign-in/code", code=code)[0] == 200
    client.post("/sign-in", data={"email": "mai.nguyen@example.com"}, headers=HERE)
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    client.set_cookie("staff-attempt", _cookie(client, "attempt"))
    assert post(client, f"{DOOR}/code", code=found[0])[0] == 200
    assert client.get("/overview").status_code == client.get("/staff/me").status_code == 303


def _cookie(client: FlaskClient, name: str) -> str:
    found = client.get_cookie(name)
    assert found
    return found.value


def test_the_mailed_code_alone_or_the_factor_alone_opens_nothing(portal: Portal, ann: StaffMember) -> None:
    client = portal.app.test_client()
    mailed(portal, client, ann.email)
    assert post(client, f"{DOOR}/factor", code=ann.code()) == (303, f"{DOOR}/code")
    client = at_the_factor(portal, ann)
    assert post(client, f"{DOOR}/factor", code=other_than(ann.code()))[0] == 422
    assert client.get("/staff/me").status_code == 303


def test_a_code_of_the_app_works_once(portal: Portal, ann: StaffMember) -> None:
    with clock.stopped(clock.now()):
        first, second = at_the_factor(portal, ann), at_the_factor(portal, ann)
        assert post(first, f"{DOOR}/factor", code=ann.code())[0] == 303
        assert post(second, f"{DOOR}/factor", code=ann.code())[0] == 422
        before = totp.code_at(ann.secret, totp.step_of(clock.now()) - 1)
        assert post(second, f"{DOOR}/factor", code=before)[0] == 422, "an older code of the window is a replay too"


def test_a_clock_may_differ_by_half_a_minute_and_no_more(portal: Portal, ann: StaffMember) -> None:
    with clock.stopped(clock.now()):
        step = totp.step_of(clock.now())
        client = at_the_factor(portal, ann)
        for far in (-2, 2):
            assert post(client, f"{DOOR}/factor", code=totp.code_at(ann.secret, step + far))[0] == 422
        assert post(client, f"{DOOR}/factor", code=totp.code_at(ann.secret, step - 1))[0] == 303


def test_five_wrong_codes_end_an_attempt(portal: Portal, ann: StaffMember) -> None:
    client = at_the_factor(portal, ann)
    for _ in range(5):
        assert post(client, f"{DOOR}/factor", code=other_than(ann.code()))[0] == 422
    assert post(client, f"{DOOR}/factor", code=ann.code())[0] == 422
    client = portal.app.test_client()
    code = mailed(portal, client, ann.email)
    for _ in range(5):
        assert post(client, f"{DOOR}/code", code=other_than(code))[0] == 422
    assert post(client, f"{DOOR}/code", code=code)[0] == 422


def test_tries_of_the_second_factor_are_limited_over_all_attempts(portal: Portal, ann: StaffMember) -> None:
    for _ in range(20):
        with pytest.raises(factors.WrongFactor):
            factors.show(ann.number, other_than(ann.code()))
    client = at_the_factor(portal, ann)
    assert post(client, f"{DOOR}/factor", code=ann.code())[0] == 429


def test_codes_are_limited_by_address_and_by_network(portal: Portal, ann: StaffMember) -> None:
    client = portal.app.test_client()
    assert [post(client, DOOR, email=ann.email)[0] for _ in range(7)] == [303] * 6 + [429]
    assert [post(client, DOOR, email=f"{number}@staff.example")[0] for number in range(60)].count(429) == 7


def test_a_mailed_code_is_good_for_ten_minutes(portal: Portal, ann: StaffMember) -> None:
    client = portal.app.test_client()
    code = mailed(portal, client, ann.email)
    with clock.later(timedelta(minutes=10)):
        assert "There is no code to enter here" in client.get(f"{DOOR}/code").text
        assert post(client, f"{DOOR}/code", code=code)[0] == 200


def test_somebody_disabled_in_between_does_not_get_in(portal: Portal, ann: StaffMember) -> None:
    client = at_the_factor(portal, ann)
    StaffAccount.update(disabled_at=clock.now()).execute()
    assert post(client, f"{DOOR}/factor", code=ann.code())[0] == 422
    assert client.get("/staff/me").status_code == 303


def test_one_goes_on_to_the_page_that_was_wanted_and_to_no_other_site(portal: Portal, ann: StaffMember) -> None:
    inside, at = "/staff/members?x=1", clock.now()
    for later, (wanted, found) in enumerate(
        ((inside, inside), ("//evil.example", "/staff/"), ("/overview", "/staff/"))
    ):
        with clock.stopped(at + later * timedelta(minutes=1)):
            client = portal.app.test_client()
            client.post(DOOR, query_string={"next": wanted}, data={"email": ann.email}, headers=HERE)
            portal.drain()
            code = re.search(r"\b\d{6}\b", portal.last_mail())
            assert code
            post(client, f"{DOOR}/code", code=code[0])
            assert post(client, f"{DOOR}/factor", code=ann.code()) == (303, found)


def test_an_act_that_matters_wants_the_factor_again_and_leads_back(portal: Portal, ann: StaffMember) -> None:
    with clock.later(timedelta(minutes=16)):
        page = ann.browser.get("/staff/members/add")
        assert page.path == "/staff/confirm"
        page = page.form("Continue").send(code=ann.code())
        assert page.path == "/staff/members/add"


def test_signing_out_ends_the_session_and_not_the_person_s(portal: Portal, ann: StaffMember) -> None:
    mai = member(portal, "everyday", found=False)
    stolen = ann.browser.client.get_cookie("staff")
    assert stolen
    mai.browser.client.set_cookie("staff", stolen.value)
    assert mai.browser.client.get("/staff/me").status_code == 200
    mai.browser.client.post("/staff/sign-out", headers=HERE)
    assert ann.browser.client.get("/staff/me").status_code == 303
    assert mai.browser.client.get("/overview").status_code == 200


def test_the_log_names_members_by_number_and_holds(portal: Portal, ann: StaffMember) -> None:
    client = at_the_factor(portal, ann)
    post(client, f"{DOOR}/factor", code=ann.code())
    last = audit.AuditEvent.select().where(audit.AuditEvent.name == "staff.signed_in")
    event = last.order_by(audit.AuditEvent.id.desc()).get()
    assert (event.actor, event.subject, event.keys) == (f"staff:{ann.number}", None, {"role": "admin"})
    audit.seal()
    assert audit.verify().is_whole


def test_an_address_hashed_under_an_older_key_is_found(portal: Portal, ann: StaffMember) -> None:
    keys = portal.config
    crypto.use_keys(keys.secret_key, keys.encryption_keys, (*keys.hash_keys, "B" * 43))
    client = at_the_factor(portal, ann)
    assert post(client, f"{DOOR}/factor", code=ann.code())[0] == 303
