"""Every page of the staff names its roles, and opens to nobody else: tried on every route there is (RULES S1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.accounts.staff.models import StaffAccount
from portal.kernel import clock
from portal.kernel.roles import ROLES
from portal.web.guards import roles_of
from portal.web.programs import scope_of
from tests.conftest import Portal
from tests.people import StaffMember, member, staff

# What a stranger sees below /staff: each is here by decision.
OPEN = {
    "staff.enrol", "staff.sign_in", "staff.sign_in_code", "staff.sign_in_factor", "staff.sign_in_recovery",
    "staff.sign_out",
}  # fmt: skip
HERE = {"Sec-Fetch-Site": "same-origin"}


def below_staff(rule: Rule) -> bool:
    return rule.rule == "/staff" or rule.rule.startswith("/staff/")


def guarded(app: flask.Flask) -> Iterator[tuple[Rule, str, str]]:
    """Yield each closed route of the staff with each method and an address of it."""
    for rule in app.url_map.iter_rules():
        if roles_of(app.view_functions[rule.endpoint]):
            values = {
                name: 1 if "int" in type(rule._converters[name]).__name__.lower() else "x" for name in rule.arguments
            }
            _, path = rule.build(values) or ("", "")
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield rule, method, path


def test_every_route_below_staff_names_a_role_or_is_open_by_decision(app: flask.Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if below_staff(rule) and rule.endpoint not in OPEN:
            assert roles_of(view), f"{rule.rule}: mark the view with @staff(role, …)"
            assert not hasattr(view, "is_open"), f"{rule.rule} is open to all; add it to OPEN by decision, or close it"
        if not below_staff(rule):
            assert not roles_of(view), f"{rule.rule} names a role, but only below /staff is a member of the staff known"


def test_a_page_with_a_role_is_no_page_of_a_person(app: flask.Flask) -> None:
    for endpoint in OPEN:
        assert hasattr(app.view_functions[endpoint], "is_open"), f"{endpoint} is not open; take it out of OPEN"


@pytest.fixture
def admin(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


WHO = ["stranger", "person", "person's cookie", "idle", "too old", "ended", "disabled", "unconfirmed"]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_whoever_is_no_member_now_is_sent_to_the_door(portal: Portal, admin: StaffMember, who: str) -> None:
    client = _visitor(portal, admin, who)
    with clock.later({"idle": timedelta(minutes=31), "too old": timedelta(hours=8)}.get(who, timedelta(0))):
        for rule, method, path in guarded(portal.app):
            answer = client.open(path, method=method, headers=HERE)
            assert answer.status_code == 303, f"{method} {rule.rule} answered {answer.status_code} to {who}"
            assert answer.location.startswith("/staff/sign-in?next="), rule.rule
            partial = client.open(path, method=method, headers={**HERE, "HX-Request": "true"})
            assert (partial.status_code, partial.data) == (401, b""), rule.rule
            assert partial.headers["HX-Redirect"].startswith("/staff/sign-in?next="), rule.rule


def _visitor(portal: Portal, admin: StaffMember, who: str) -> FlaskClient:
    """Return a browser that was never let in, or whose session, which was good, was brought to its end."""
    if who == "stranger":
        return portal.app.test_client()
    if who.startswith("person"):
        client = member(portal, "everyday", found=False).browser.client
        client.set_cookie("staff", _cookie(client, "session") if who == "person's cookie" else "")
        return client
    client = portal.app.test_client()
    client.set_cookie("staff", _cookie(admin.browser.client, "staff"))
    assert client.get("/staff/me").status_code == 200
    ENDS.get(who, lambda admin: None)(admin)
    return client


ENDS: dict[str, Callable[[StaffMember], object]] = {
    "too old": lambda admin: _stay(admin.browser.client),
    "ended": lambda admin: admin.browser.client.post("/staff/sign-out", headers=HERE),
    "disabled": lambda admin: StaffAccount.update(disabled_at=clock.now()).execute(),
    "unconfirmed": lambda admin: StaffAccount.update(confirmed_at=None).execute(),
}


def _cookie(client: FlaskClient, name: str) -> str:
    found = client.get_cookie(name)
    assert found
    return found.value


def _stay(client: FlaskClient) -> None:
    """Use a session every twenty minutes until its eight hours are over."""
    for minutes in range(20, 8 * 60, 20):
        with clock.later(timedelta(minutes=minutes)):
            assert client.get("/staff/me").status_code == 200


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_whoever_has_another_role_finds_nothing_there(portal: Portal) -> None:
    everybody = {role: staff(portal, role).browser.client for role in ROLES}
    for rule, method, path in guarded(portal.app):
        roles = roles_of(portal.app.view_functions[rule.endpoint])
        for role in set(ROLES) - roles:
            answer = everybody[role].open(path, method=method, headers=HERE)
            assert answer.status_code == 404, f"{method} {rule.rule} answered {answer.status_code} to {role}"
            assert _words(answer) == _words(everybody[role].get("/staff/no-such-page")), rule.rule


def _words(answer: TestResponse) -> str:
    return answer.text.split("<main", 1)[1]


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_what_wants_a_fresh_proof_is_not_done_without_one(portal: Portal) -> None:
    everybody = {role: staff(portal, role).browser.client for role in ROLES}
    with clock.later(timedelta(minutes=16)):
        for rule, method, path in guarded(portal.app):
            view = portal.app.view_functions[rule.endpoint]
            if hasattr(view, "is_guarded"):
                for role in roles_of(view):
                    answer = everybody[role].open(path, method=method, headers=HERE)
                    assert answer.status_code == 303, f"{method} {rule.rule}: {answer.status_code}"
                    assert answer.location.startswith("/staff/confirm?next="), rule.rule


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_member_of_the_staff_is_nobody_on_the_people_s_side(portal: Portal, admin: StaffMember) -> None:
    client = admin.browser.client
    client.set_cookie("session", _cookie(client, "staff"))
    for rule in portal.app.url_map.iter_rules():
        view = portal.app.view_functions[rule.endpoint]
        if below_staff(rule) or hasattr(view, "is_open") or rule.endpoint == "asset" or rule.arguments:
            continue
        refused = 303 if scope_of(view) is None else 401
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            assert client.open(rule.rule, method=method, headers=HERE).status_code == refused, rule.rule
