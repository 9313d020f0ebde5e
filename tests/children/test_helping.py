"""Who helps at once: data with its source, for each country that somebody may choose."""

from __future__ import annotations

import re

from portal.children.service import helping
from tests.children.conftest import Parent


def test_every_row_says_where_it_is_from_and_holds_numbers_that_can_be_dialled() -> None:
    assert len(helping.everywhere()) >= 40
    for country, row in helping.everywhere().items():
        assert re.fullmatch("[A-Z]{2}", country)
        assert row.source
        assert row.confidence in {"primary", "unverified"}
        for number in filter(None, (row.emergency, row.child, row.parent)):
            assert re.fullmatch(r"[\d\u00a0-]{3,}", number), (country, number)


def test_a_region_has_the_numbers_of_its_country_and_an_unknown_one_none() -> None:
    assert helping.of("CA-QC") == helping.of("CA")
    assert helping.of("ZZ") is helping.of("") is None


def test_a_row_of_a_country_stands_above_that_of_all_member_states() -> None:
    found = {country: helping.of(country) for country in ("DE", "ES")}
    assert {row.emergency for row in found.values() if row} == {"112"}
    assert found["DE"]
    assert found["DE"].parent
    assert not (found["ES"] and found["ES"].parent)


def test_where_no_numbers_are_known_a_page_lists_those_of_all_countries(lan: Parent) -> None:
    page = lan.walk("who", "account", age={"country": "AQ", "month": "3", "year": "2015"})
    page = page.click("Is the child in danger now? Numbers that help at once")
    assert page.root.one("main").all("dt")[0].text == "Vietnam", "where the site is at home comes first"
    assert "For children: 111" in page.text
    lan.browser.get("/language/vi")
    named = [node.text for node in lan.browser.get("/children/help").root.one("main").all("dt")]
    assert named[:2] == ["Việt Nam", "Áo"]
    assert named.index("Bỉ") < named.index("Bồ Đào Nha") < named.index("Brazil"), "by the Vietnamese alphabet"
    assert page.links["1-800-668-6868"] == "tel:18006686868", "a tap calls"
