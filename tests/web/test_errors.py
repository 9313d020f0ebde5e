"""Every refusal in words, as whoever asked can read it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from tests.browse import Browser
from tests.web.conftest import make_app


@pytest.mark.parametrize(
    ("path", "status", "h1"),
    [
        ("/no-such-page", 404, "There is no such page"),
        ("/overview%00", 404, "There is no such page"),
        ("/machine", 405, "This address cannot be used that way"),
        ("/problem", 429, "That was tried too often"),
    ],
)
def test_a_refusal_is_a_calm_page_with_a_way_on(app: Flask, path: str, status: int, h1: str) -> None:
    page = Browser(app).get(path, status=status)
    assert page.h1 == h1
    assert page.links["Go to the first page"] == "/"


def test_it_says_when_to_try_again(visitor: FlaskClient) -> None:
    answer = visitor.get("/problem")
    assert "Wait 15 minutes" in answer.text
    assert answer.headers["Retry-After"] == "900"


def test_it_speaks_the_language_of_the_person(visitor: FlaskClient) -> None:
    answer = visitor.get("/no-such-page", headers={"Accept-Language": "vi"})
    assert '<html lang="vi">' in answer.text


def test_too_much_is_refused_in_words(visitor: FlaskClient) -> None:
    answer = visitor.post("/too-large", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 413
    assert "What you sent is too large" in answer.text


def test_htmx_shows_it_above_the_page_so_that_what_was_typed_stays(visitor: FlaskClient) -> None:
    answer = visitor.get("/problem", headers={"HX-Request": "true"})
    assert answer.status_code == 429
    assert answer.headers["HX-Retarget"] == "#problem"
    assert answer.text.startswith('<div id="note"')


def test_a_method_that_is_not_there_says_which_are(visitor: FlaskClient) -> None:
    assert "POST" in visitor.get("/machine").headers["Allow"]


@pytest.mark.parametrize(("path", "status"), [("/api/v1/things", 400), ("/api/v1/nothing", 404)])
def test_programs_get_json_of_rfc_9457(visitor: FlaskClient, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.content_type == "application/problem+json"
    body = answer.get_json(force=True)
    assert body["status"] == answer.status_code == status
    assert body.keys() >= {"type", "title", "status", "detail", "code"}


def test_beside_downloads_there_is_text_and_never_a_page_to_save_as_a_file(visitor: FlaskClient) -> None:
    answer = visitor.get("/archives/a-secret-of-a-download")
    assert answer.mimetype == "text/plain"
    assert "<" not in answer.text


@pytest.fixture
def served() -> FlaskClient:
    """Return a browser of an app that runs as it does when it is served."""
    app = make_app()
    app.testing = False
    return app.test_client()


def test_what_nobody_foresaw_is_a_page_with_a_code_and_a_line_in_the_log(served: FlaskClient) -> None:
    with capture_logs() as lines:
        answer = served.get("/broken/anna-secret-token")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    [line] = lines
    assert line["reference"] in answer.text
    assert line["route"] == "GET /broken/<string:token>"
    assert line["kind"] == "ZeroDivisionError"
    assert "sample.py" in line["where"][-1]


def test_the_log_quotes_nobody(served: FlaskClient) -> None:
    with capture_logs() as lines:
        served.get("/broken/anna-secret-token?email=anna@example.com")
    assert "anna" not in str(lines)


def test_the_page_of_a_failure_needs_no_session_and_no_menu(served: FlaskClient) -> None:
    served.set_cookie("who", "broken-database", domain="privacy.acme.example")
    answer = served.get("/overview")
    assert answer.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in answer.text


def test_if_even_that_page_fails_there_are_last_words(served: FlaskClient) -> None:
    served.application.extensions["portal.pages"].clear()
    answer = served.get("/broken/x")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text


def test_a_program_gets_a_failure_as_json_and_htmx_as_a_note(served: FlaskClient) -> None:
    assert served.get("/api/v1/broken").content_type == "application/problem+json"
    assert served.get("/broken/x", headers={"HX-Request": "true"}).headers["HX-Retarget"] == "#problem"
