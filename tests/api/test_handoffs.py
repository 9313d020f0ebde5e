"""POST /api/v1/handoffs: an app's back end hands its person over, and only its own (RULES W1, A9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.apps.models import Handoff
from portal.kernel import clock
from tests.api.calling import Caller
from tests.browse import Browser
from tests.conftest import Portal
from tests.independent import value

EMAIL = "mai.nguyen@example.com"
APP = {"Sec-Fetch-Site": "none"}


@pytest.fixture
def app(portal: Portal) -> Caller:
    """The Booking App's back end."""
    return Caller(portal, "handoffs:write", "vouches:booking")


@pytest.fixture
def mai(portal: Portal) -> dict[str, str]:
    """How the Booking App names Mai."""
    number = value(portal.systems, "booking", "SELECT member_number FROM users WHERE lower(email) = ?", EMAIL)
    return {"source": "booking", "external_id": str(number)}


def test_a_back_end_gets_a_code_and_its_webview_lands_on_the_page(app: Caller, mai: dict[str, str]) -> None:
    wish = {"person": mai, "page": "/location", "language": "vi", "theme": "dark", "text_size": 147}
    proof = {"auth_time": clock.now().isoformat(), "auth_method": "face"}
    given_ = app.post("/handoffs", {**wish, **proof}, status=201)
    assert given_["post_to"] == "http://localhost:8000/handoff"
    left = datetime.fromisoformat(given_["expires_at"]) - clock.now()
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    browser = Browser(app.portal.app)
    answer = browser.client.post("/handoff", data={"code": given_["code"]}, headers=APP)
    page = browser.get(answer.location)
    assert page.path == "/location"
    html = page.root.one("html")
    assert (html["lang"], html["data-theme"], html["data-text"]) == ("vi", "dark", "150")
    assert browser.get("/security/password").path == "/security/password", "the app's biometrics count"


def test_a_key_hands_over_the_people_of_its_own_app_alone(portal: Portal, mai: dict[str, str]) -> None:
    for scopes in (("handoffs:write",), ("handoffs:write", "vouches:whitelabel")):
        other = Caller(portal, *scopes, name=" ".join(scopes))
        answer = other.ask("POST", "/handoffs", {"person": mai})
        assert answer.status_code == 403
        assert answer.json
        assert answer.json["code"] == "wrong-scope"
        assert "vouches:booking" in answer.text
    assert Handoff.select().count() == 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"page": "//evil.example"}, "#/page"),
        ({"page": "https://evil.example/"}, "#/page"),
        ({"page": "/\\evil.example"}, "#/page"),
        ({"page": "location"}, "#/page"),
        ({"page": "/a\nb"}, "#/page"),
        ({"page": "/" + "x" * 250}, "#/page"),
        ({"language": "fr"}, "#/language"),
        ({"theme": "pink"}, "#/theme"),
        ({"text_size": 9000}, "#/text_size"),
        ({"auth_method": "geo"}, "#/auth_method"),
        ({"auth_time": "yesterday"}, "#/auth_time"),
        ({"person": {"source": "booking"}}, "#/person/external_id"),
        ({"next": "/x"}, "#/next"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    app: Caller, mai: dict[str, str], change: dict[str, Any], pointer: str
) -> None:
    answer = app.ask("POST", "/handoffs", {"person": mai, **change})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert Handoff.select().count() == 0


@pytest.mark.parametrize(
    "change", [{"auth_time": "2099-01-01T00:00:00Z", "auth_method": "face"}, {"auth_method": "pin"}]
)
def test_a_proof_that_proves_nothing_is_refused(app: Caller, mai: dict[str, str], change: dict[str, str]) -> None:
    answer = app.ask("POST", "/handoffs", {"person": mai, **change})
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["code"] == "bad-confirmation"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=st.one_of(st.text(max_size=30), st.from_regex(r"[/\\]{1,3}[a-z@:.?#%]{0,12}", fullmatch=True)))
@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_no_page_whatever_leads_to_another_site(app: Caller, mai: dict[str, str], page: str) -> None:
    answer = app.ask("POST", "/handoffs", {"person": mai, "page": page})
    if answer.status_code != 201:
        assert answer.status_code == 422
        return
    assert answer.json
    client = app.portal.app.test_client()
    answer = client.post("/handoff", data={"code": answer.json["code"]}, headers=APP)
    for _ in range(2):
        assert answer.status_code in {303, 302}
        assert answer.location.startswith("/")
        assert answer.location[1:2] not in {"/", "\\"}
        if not answer.location.startswith("/handoff/arrived"):
            break
        answer = client.get(answer.location)
