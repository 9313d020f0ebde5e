"""Who may enter."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from flask_login import current_user

from portal.web.guards import me
from tests.web.conftest import signed_in

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


def test_a_view_without_a_mark_is_closed(visitor: FlaskClient) -> None:
    answer = visitor.get("/location/level/7?from=mail")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/location/level/7%3Ffrom%3Dmail")


def test_a_view_that_is_open_to_all_is_open(visitor: FlaskClient) -> None:
    assert visitor.get("/form").status_code == 200


def test_a_page_that_is_not_there_sends_nobody_to_sign_in(visitor: FlaskClient) -> None:
    assert visitor.get("/no-such-page").status_code == 404
    assert visitor.post("/no-such-page").status_code == 404


def test_htmx_is_told_by_a_header_so_that_no_sign_in_page_lands_in_a_card(visitor: FlaskClient) -> None:
    answer = visitor.get("/location", headers={**HTMX, "HX-Current-URL": "https://privacy.acme.example/overview"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/overview"
    assert answer.data == b""


def test_after_a_post_the_way_back_is_the_page_it_was_sent_from(visitor: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Referer": "https://privacy.acme.example/overview?view=app"}
    assert visitor.post("/location", headers=headers).location == "/sign-in?next=/overview%3Fview%3Dapp"
    headers["Referer"] = "https://evil.example/overview"
    assert visitor.post("/location", headers=headers).location == "/sign-in?next=/"


def test_what_is_dangerous_wants_a_fresh_confirmation(app: Flask, anna: FlaskClient) -> None:
    assert anna.get("/dangerous").location == "/confirm?next=/dangerous"
    assert anna.get("/dangerous", headers=HTMX).headers["HX-Redirect"].startswith("/confirm?next=")
    assert signed_in(app, "stale").get("/dangerous").status_code == 303
    assert signed_in(app, "fresh").get("/dangerous").status_code == 200


def test_a_session_is_loaded_once_a_request_and_not_for_static_files(app: Flask, anna: FlaskClient) -> None:
    loaded = app.extensions["loaded"]
    anna.get("/location")
    assert len(loaded) == 1
    anna.get("/static/x/css/portal.css")
    assert len(loaded) == 1


def test_flask_login_knows_the_same_session(app: Flask) -> None:
    with app.test_request_context("/overview", headers={"Cookie": "who=anna"}):
        app.preprocess_request()
        assert current_user.account_id == me().account_id == 1
