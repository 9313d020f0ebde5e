"""What stands around a page, and how forms and static files are drawn."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.web import navigation
from tests.browse import Browser
from tests.lint import lint
from tests.web.conftest import signed_in


def reading(app: Flask, who: str = "anna") -> Browser:
    return Browser(app, client=signed_in(app, who))


@pytest.mark.parametrize("page", ["sample.start", "sample.page", "sample.form"])
def test_every_sample_page_is_well_made(app: Flask, page: str) -> None:
    assert reading(app).get(page).status == 200


def test_the_menu_shows_how_things_stand_and_where_one_is(app: Flask) -> None:
    menu = reading(app).get("sample.page").root.one("nav", class_="side")
    assert [link.text for link in menu.all("a")] == ["Overview", "Location Approximate"]
    assert menu.one("a", aria_current="page")["href"] == "/location"


def test_a_page_under_an_entry_marks_it_too(app: Flask) -> None:
    assert reading(app).get("sample.level", number=7).root.one("a", aria_current="true")["href"] == "/location"


def test_whoever_is_signed_out_sees_no_menu(app: Flask) -> None:
    page = Browser(app).get("sample.form")
    assert not page.root.all("nav", class_="side")
    assert "Sign in" in page.links


def test_the_footer_leads_only_to_pages_that_are_there(app: Flask) -> None:
    footer = Browser(app).get("sample.form").root.one("footer")
    assert [link.text for link in footer.all("a")] == ["Contact"]


def test_no_endpoint_is_forgotten(app: Flask) -> None:
    assert navigation.unplaced(app) == set()


def test_signing_out_is_a_form_and_carries_its_proof(app: Flask) -> None:
    form = reading(app).get("sample.start").form("Sign out")
    assert (form.node["method"], form.node["action"]) == ("post", "/sign-out")
    assert form.values["csrf_token"]


def test_inside_an_app_the_sites_own_frame_is_left_out_until_it_closes(app: Flask) -> None:
    browser = reading(app)
    page = browser.get("/location?view=app")
    assert page.root.one("body")["class"] == "webview"
    assert not page.root.all("header")
    assert [nav["aria-label"] for nav in page.root.all("nav")] == ["Way back"]
    assert page.links["Your privacy"].startswith("/overview")
    assert not browser.get("/location").root.all("header")
    assert browser.get("/location?view=site").root.all("header")


def test_a_field_says_what_is_wrong_and_how_to_mend_it(app: Flask) -> None:
    page = Browser(app).get("sample.form").form("Send").send(code="12 34 5", status=422)
    field = page.root.one("input", id="email")
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "email-hint email-error"
    assert page.root.one(id="email-error").text == "Error: Enter your e-mail address."
    assert page.root.one("a", href="#email").text == "Enter your e-mail address."
    assert page.root.one("title").children == ["Error: Contact – Acme Privacy"]
    assert page.root.one(id="errors")["tabindex"] == "-1"


def test_a_field_helps_to_fill_it(app: Flask) -> None:
    root = Browser(app).get("sample.form").root
    assert (root.one(id="email")["autocomplete"], root.one(id="email")["type"]) == ("email", "email")
    assert (root.one(id="code")["autocomplete"], root.one(id="code")["inputmode"]) == ("one-time-code", "numeric")


def test_what_was_typed_stays(app: Flask) -> None:
    page = Browser(app).get("sample.form").form("Send").send(email="<anna@", text="a\nb", country="de", status=422)
    form = page.form("Send")
    assert (form.values["email"], form.values["text"], form.values["country"]) == ("<anna@", "a\nb", "de")


def test_a_static_file_is_kept_for_ever_under_a_name_that_changes_with_it(visitor: FlaskClient) -> None:
    page = visitor.get("/form").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = visitor.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == visitor.get(address).data
    assert answer.content_type == "text/css; charset=utf-8"
    old = address.replace(address.split("/")[2], "0" * 12)
    assert visitor.get(old).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["nothing.css", "../pyproject.toml", "css/%2e%2e/%2e%2e/pyproject.toml", "css"])
def test_nothing_but_static_files_is_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/static/x/{name}").status_code == 404


def test_a_first_visit_and_a_region_are_light(app: Flask) -> None:
    client = signed_in(app)
    page = client.get("/overview")
    files = [part.partition('"')[0] for part in page.text.split('"/static/')[1:]]
    packed = [client.get(f"/static/{file}", headers={"Accept-Encoding": "gzip"}) for file in files]
    assert len(page.data) + sum(len(answer.data) for answer in packed) < 45_000
    assert len(client.get("/location", headers={"HX-Request": "true"}).data) < 4_000


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ("<p>a", "never closed"),
        ('<i id="a"></i><b id="a"></b>', "on 2 elements"),
        ('<input type="text" name="a">', "has no label"),
        ('<a href="/"></a>', "has no name"),
        ('<form action="/"></form>', "has no method"),
        ('<form method="post"></form>', "carries no proof"),
        ("<button>Go</button>", "is in no form"),
        ('<form method="get"><form method="get"></form></form>', "lies inside"),
        ('<a href="https://evil.example/">a</a>', "another host"),
        ('<a href="/" target="_blank">a</a>', "has a target"),
        ('<a href="javascript:alert(1)">a</a>', "javascript: address"),
        ('<b onclick="x()">a</b>', "has onclick"),
        ('<b style="color:red">a</b>', "has style"),
        ("<script>x()</script>", "is inline"),
        ("<p>{{ name }}</p>", "a piece of a template"),
        ('<label for="nothing">a</label>', "points to"),
    ],
)
def test_the_reading_browser_says_what_to_mend(html: str, says: str) -> None:
    head = '<!doctype html><html lang="en"><head><title>A – B</title></head><body><h1>A</h1>'
    _, wrong = lint(f"{head}{html}</body></html>", "privacy.acme.example")
    assert says in " ".join(wrong)
