"""Inside an app: its look is kept by a cookie, and by the addresses where no cookie is kept."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.web import embed
from tests.browse import Browser
from tests.web.conftest import signed_in


def test_an_app_says_its_theme_and_size_and_a_cookie_keeps_them(app: Flask) -> None:
    client = signed_in(app)
    assert 'data-theme="dark" data-text="150"' in client.get("/location?view=app&theme=dark&text=148").text
    page = client.get("/location").text
    assert 'data-theme="dark" data-text="150"' in page
    assert "view=app" not in page, "where a cookie is kept, addresses need not carry anything"
    assert 'data-theme="light" data-text="150"' in client.get("/location?view=app&theme=light").text
    assert "data-theme" not in client.get("/location?view=site").text


def test_where_no_cookie_is_kept_every_address_of_ours_carries_the_look(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    page = client.get("/contact?view=app&theme=dark").text
    ours = [
        url for url in re.findall(r'(?:href|action)="([^"]*)"', page) if url.startswith("/") and "/static/" not in url
    ]
    assert ours
    assert all("view=app&amp;theme=dark" in url for url in ours), ours
    assert all("view=" not in url for url in re.findall(r'(?:href|src)="([^"]*)"', page) if "/static/" in url)


def test_a_redirect_carries_it_too(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    answer = client.get("/location?view=app")
    assert answer.status_code == 303
    assert answer.location.startswith("/handoff/lost?next=/location")
    assert answer.location.endswith("&view=app")
    partial = client.get("/location?view=app", headers={"HX-Request": "true"})
    assert partial.status_code == 401
    assert partial.headers["HX-Redirect"].endswith("&view=app")


def test_a_form_that_asks_by_its_address_keeps_it_in_hidden_fields() -> None:
    look = embed.Look("dark", 150)
    page = embed._carried(
        '<form class="filters" method="get" action="/data"><a href="//other.example/x">x</a></form>', look
    )
    assert '<input type="hidden" name="view" value="app"><input type="hidden" name="theme" value="dark">' in page
    assert 'href="//other.example/x"' in page, "another host learns nothing"


def test_what_is_unknown_is_left_out(app: Flask) -> None:
    browser = Browser(app, client=signed_in(app))
    root = browser.get("/location?view=app&theme=%22%3E%3Cscript%3E&text=9999999").root
    assert root.one("html")["data-theme"] == ""
    assert root.one("html")["data-text"] == ""
    assert root.one("body")["class"] == "webview"


@given(theme=st.text(max_size=9), text=st.one_of(st.none(), st.integers(-9, 10_000), st.text(max_size=6)))
def test_any_wish_becomes_a_look_that_the_style_sheet_has(theme: str, text: object) -> None:
    found = embed.look(theme, text)  # type: ignore[arg-type]
    assert found.theme in {"", *embed.THEMES}
    assert found.text in embed.SIZES
    assert embed.read(found.written) == found


@pytest.mark.parametrize("kept", [None, "", "site", "site.dark", "apple", "."])
def test_what_was_not_kept_by_us_is_the_sites_own_look(kept: str | None) -> None:
    assert embed.read(kept) is None
