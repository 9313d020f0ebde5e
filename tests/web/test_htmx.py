"""One address, the page or its region."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browse import Browser
from tests.web.conftest import signed_in

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_the_same_address_answers_page_or_region(anna: FlaskClient, headers: dict[str, str], whole: bool) -> None:
    answer = anna.get("/location", headers=headers)
    assert answer.text.startswith("<!doctype html>") is whole
    assert answer.headers["Vary"] == "HX-Request"
    assert 'id="level"' in answer.text


def test_a_region_says_what_happened_to_who_listens(anna: FlaskClient) -> None:
    answer = anna.post("/location", data={"level": "off"}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.endswith('<div hx-swap-oob="innerHTML:#said">Saved: off.</div>')


def test_a_region_that_was_posted_to_brings_what_the_menu_says(anna: FlaskClient) -> None:
    place = '<span id="state-sample-page">Approximate</span>'
    assert place in anna.get("/location").text
    news = '<div hx-swap-oob="innerHTML:#state-sample-page">Approximate</div>'
    assert news in anna.post("/location", data={"level": "off"}, headers=HTMX).text
    assert news not in anna.get("/location", headers=HTMX).text
    assert news not in anna.post("/location", data={}, headers=HTMX).text
    anna.get("/location?view=app")
    assert news not in anna.post("/location", data={"level": "off"}, headers=HTMX).text


def test_the_place_that_is_read_out_is_there_from_the_first_load(anna: FlaskClient) -> None:
    page = anna.get("/location").text
    assert '<div id="said" class="unseen" role="status"></div>' in page
    assert '<div id="problem" role="alert"' in page


def test_without_htmx_a_post_ends_on_a_page_that_can_be_kept(app: Flask) -> None:
    page = reading(app).get("sample.page").form("Save location level").send(level="precise")
    assert (page.path, page.h1) == ("/location", "Location")


def test_what_is_wrong_is_said_on_the_page_and_in_the_region_alike(app: Flask) -> None:
    form = reading(app).get("sample.page").form("Save location level")
    for htmx in (False, True):
        page = form.send(level="everywhere", htmx=htmx, status=422)
        assert "Something is missing or wrong" in page.text
        assert page.root.one(role="radiogroup")["aria-invalid"] == "true"
        assert page.root.one("a", href="#level-0").text == "Choose one of the answers."


def test_a_choice_that_was_not_made_is_not_taken_from_the_page(anna: FlaskClient) -> None:
    assert anna.post("/location", data={}, headers=HTMX).status_code == 422


def reading(app: Flask) -> Browser:
    """Return a browser that reads what Anna sees."""
    return Browser(app, client=signed_in(app))
