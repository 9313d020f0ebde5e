"""Everybody can read the policies, each version at an address that stays."""

from __future__ import annotations

import pytest

from portal.policies import service
from tests.browse import Browser
from tests.conftest import Portal
from tests.counting import queries

PAGES = [
    ("/privacy-policy", "privacy", "Privacy policy"),
    ("/terms", "terms", "Terms of Service"),
    ("/cookies", "cookies", "Cookies"),
]


@pytest.mark.parametrize(("address", "document", "title"), PAGES)
def test_a_policy_says_version_date_and_fingerprint_and_lists_its_sections(
    portal: Portal, address: str, document: str, title: str
) -> None:
    page, text = Browser(portal.app).get(address), service.in_force(document, "en")
    assert page.h1 == title
    assert f"Version {text.version}, in force since" in page.text
    assert text.sha256 in page.text
    places = {f"#{node['id']}" for node in page.root.one("main").all("h2")}
    contents = page.root.one("nav", aria_labelledby="contents-title").all("a")
    assert [link["href"] for link in contents] == [f"#{place}" for place, _ in service.sections(text.text)]
    assert {link["href"] for link in contents} <= places


@pytest.mark.parametrize(("address", "document", "title"), PAGES)
def test_it_is_there_in_vietnamese(portal: Portal, address: str, document: str, title: str) -> None:
    page = Browser(portal.app, "vi").get(address)
    assert page.root.one("html")["lang"] == "vi"
    assert service.sections(service.in_force(document, "vi").text)[0][1] in page.text


def test_an_old_version_stays_at_its_address_and_leads_to_the_one_in_force(portal: Portal) -> None:
    old = service.version("privacy", "en", "1")
    page = Browser(portal.app).get("/privacy-policy/versions/1")
    assert "This is not the version in force today" in page.text
    assert "It ended on 2 March 2026." in page.text
    assert old.sha256 in page.text
    assert page.click("Read the version in force").path == "/privacy-policy"
    assert page.click("Version 2 of 2 March 2026").path == "/privacy-policy/versions/2"


@pytest.mark.parametrize("address", ["/privacy-policy/versions/9", "/terms/versions/x", "/terms/versions/1%20"])
def test_a_version_that_never_was_is_not_found(portal: Portal, address: str) -> None:
    Browser(portal.app).get(address, status=404)


def test_every_page_leads_to_all(portal: Portal) -> None:
    links = Browser(portal.app).get("/").links
    found = links["Privacy policy"], links["Terms"], links["Cookies"]
    assert found == ("/privacy-policy", "/terms", "/cookies")


def test_what_changed_is_listed_first_and_said_to_who_listens(portal: Portal) -> None:
    page = Browser(portal.app).get("/privacy-policy/compare?from=1&to=2")
    assert "Where it comes from" in page.links
    for tag, word in (("ins", "added:"), ("del", "removed:")):
        said = [node.text for node in page.root.one("div", class_="policy diff").all(tag)]
        assert said
        assert all(text.startswith(word) for text in said)
    same = Browser(portal.app).get("/privacy-policy/compare?from=2&to=2")
    assert "The two texts are the same." in same.text


@pytest.mark.parametrize("query", ["?from=9&to=2", "?to=x", "?from=<b>&to=2"])
def test_versions_that_never_were_are_compared_with_nothing(portal: Portal, query: str) -> None:
    Browser(portal.app).get("/privacy-policy/compare" + query, status=404)


def test_each_section_can_be_linked_to(portal: Portal) -> None:
    page = Browser(portal.app).get("/privacy-policy")
    assert page.root.one("h2", id="location").text == "Location"
    assert page.root.one("a", href="#location", aria_label="Link to “Location”").text == "#"


def test_a_page_pays_two_queries(portal: Portal) -> None:
    with queries() as asked:
        Browser(portal.app).client.get("/privacy-policy")
    assert len(asked) == 2, asked
