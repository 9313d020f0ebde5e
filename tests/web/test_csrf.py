"""Whether a post was sent by a page of ours."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import signed_in

OWN = "https://privacy.acme.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": OWN}, 303),
        ({"Sec-Fetch-Site": "same-site", "Origin": OWN}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": OWN}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://privacy.acme.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({}, 403),
    ],
)
def test_the_browser_says_where_a_post_comes_from(anna: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert anna.post("/location", data={"level": "off"}, headers=headers).status_code == status


def test_a_good_token_does_not_outweigh_a_foreign_origin(anna: FlaskClient) -> None:
    data = {"level": "off", "csrf_token": token(anna)}
    assert anna.post("/location", data=data, headers={"Origin": "https://evil.example"}).status_code == 403


def test_without_both_headers_the_token_of_the_page_decides(anna: FlaskClient) -> None:
    assert anna.post("/location", data={"level": "off", "csrf_token": token(anna)}).status_code == 303
    assert anna.post("/location", data={"level": "off"}, headers={"X-CSRFToken": token(anna)}).status_code == 303
    assert anna.post("/location", data={"level": "off", "csrf_token": "x" * 26}).status_code == 403


def test_a_token_is_worthless_in_another_session(app: Flask, anna: FlaskClient) -> None:
    taken = token(anna)
    assert signed_in(app, "binh").post("/location", data={"level": "off", "csrf_token": taken}).status_code == 403


def test_whoever_is_signed_out_proves_it_by_a_cookie_that_a_form_brings(app: Flask, visitor: FlaskClient) -> None:
    taken = token(visitor, "/form")
    assert visitor.post("/form", data={"csrf_token": taken}).status_code == 422
    assert app.test_client().post("/form", data={"csrf_token": taken}).status_code == 403
    assert visitor.post("/form", data={"csrf_token": taken[::-1]}).status_code == 403


def test_the_cookie_is_bound_to_the_host_and_comes_with_forms_only(visitor: FlaskClient) -> None:
    assert "Set-Cookie" not in visitor.get("/no-such-page").headers
    cookie = visitor.get("/form").headers["Set-Cookie"]
    assert cookie.startswith("__Host-visit=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Set-Cookie" not in visitor.get("/form").headers


def test_programs_post_without_proof_where_that_is_said(visitor: FlaskClient) -> None:
    assert visitor.post("/machine", headers={"Sec-Fetch-Site": "cross-site"}).text == "taken"


def test_a_refused_post_says_that_nothing_was_changed(anna: FlaskClient) -> None:
    answer = anna.post("/location", headers={"Sec-Fetch-Site": "cross-site"})
    assert "so nothing was changed" in answer.text


def token(client: FlaskClient, page: str = "/location") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found, f"{page} has no token"
    return found[1]
