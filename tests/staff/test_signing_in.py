"""Members of the staff sign in with a mailed code and a second factor, and with neither alone."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from portal.kernel import audit
from tests.conftest import Portal
from tests.people import StaffMember, staff

HERE = {"Sec-Fetch-Site": "same-origin"}
DOOR = "/staff/sign-in"


@pytest.fixture
def ann(portal: Portal) -> StaffMember:
    return staff(portal, "admin")


def post(client: FlaskClient, path: str, **data: str) -> tuple[int, str]:
    answer = client.post(path, data=data, headers=HERE)
    return answer.status_code, str(answer.location)


def mailed(portal: Portal, client: FlaskClient, address: str) -> str:
    """Ask for a code and return it."""
    assert post(client, DOOR, email=address) == (303, f"{DOOR}/code")
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    return found[0]


def at_the_factor(portal: Portal, who: StaffMember) -> FlaskClient:
    client = portal.app.test_client()
    code = mailed(portal, client, who.email)
    assert post(client, f"{DOOR}/code", code=code) == (303, f"{DOOR}/factor")
    return client


def test_both_factors_open_a_session(portal: Portal, ann: StaffMember) -> None:
    client = at_the_factor(portal, ann)
    assert client.get("/staff/me").status_code == 303
    assert post(client, f"{DOOR}/factor", code=ann.code()) == (303, "/staff/")
    page = client.get("/staff/", follow_redirects=True)
    assert "Ann Admin" in page.text
    assert audit.verify() is None
