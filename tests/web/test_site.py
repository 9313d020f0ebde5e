"""Which addresses and cookies are the site's own."""

from __future__ import annotations

import pytest

from portal.web.site import local
from portal.web.words import of
from tests.web.conftest import make_app


@pytest.mark.parametrize("target", ["/", "/location", "/requests/R-7F3K-Q2?from=mail", "/a//b"])
def test_a_path_of_this_site_may_be_gone_to(target: str) -> None:
    assert local(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "location",
        "/a b",
        "/a\nb",
        "/\t/evil.example",
    ],
)
def test_whatever_could_lead_elsewhere_may_not(target: str | None) -> None:
    assert local(target, "/overview") == "/overview"


def test_on_ones_own_machine_cookies_work_without_tls() -> None:
    client = make_app(base_url="http://localhost:8000").test_client()
    cookie = client.get("/form").headers["Set-Cookie"]
    assert cookie.startswith("visit=")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie


def test_a_cookie_without_the_prefix_is_no_cookie_of_ours() -> None:
    client = make_app().test_client()
    client.set_cookie("language", "vi", domain="privacy.acme.example")
    assert '<html lang="en">' in client.get("/form").text


def test_a_count_chooses_its_sentence_and_is_grouped() -> None:
    assert of("en").plural("%(num)s place", "%(num)s places", 1) == "1 place"
    assert of("en").plural("%(num)s place", "%(num)s places", 41_000) == "41,000 places"


def test_a_sentence_without_facts_keeps_its_percent_sign() -> None:
    assert of("en").say("100% yours") == "100% yours"
    assert of("vi").say("") == ""
