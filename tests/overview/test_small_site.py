"""A company that asks for less: no location, no marketing, a privacy policy alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal import config
from portal.app import Extension
from portal.config import ConfigProblem
from portal.kernel.db import atomic
from portal.policies.models import PolicyVersion
from portal.policies.service import answering
from portal.web import words
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member, staff


@pytest.fixture
def mai(portal: Portal) -> Iterator[Member]:
    purposes = {name: known for name, known in portal.config.site.purposes.items() if name.startswith("sharing.")}
    less = replace(portal.config.site, purposes=purposes, channels={}, topics={}, recipients=(), cookies=())
    small = replace(less, grace_days=0, part_grace_days=0)
    config.use(replace(portal.config, site=small))
    yield member(portal, "everyday")
    config.use(portal.config)


def test_what_a_site_does_not_ask_has_no_place_on_its_pages(mai: Member) -> None:
    page = mai.browser.get("/overview")
    assert "Sharing with others" in page.text
    for address in ("/location", "/marketing"):
        assert not page.root.all("a", href=address), address
    mai.browser.get("/location", status=404)
    mai.browser.get("/marketing")


def test_a_site_that_names_no_recipient_and_no_cookie_shows_no_empty_tables(mai: Member) -> None:
    page = mai.browser.get("/sharing")
    assert not page.root.all("table")
    assert "Cookies" not in page.root.one("main").text


def test_where_nobody_can_change_their_mind_no_page_counts_the_days(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(portal.app.extensions, "portal", Extension(config.site()))
    assert "It begins at once, and cannot be undone then" in mai.browser.get("/deletion").text
    for page in (*map(mai.browser.get, ("/deletion", "/deletion/parts")), Browser(portal.app).get("/delete-account")):
        assert "change your mind" not in page.text
        assert " 0 day" not in page.text


def test_a_purpose_of_marketing_without_topics_can_be_changed_by_a_policy(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = replace(config.site().purposes["sharing.partners"], id="marketing.news", title={"en": "News", "vi": "Tin"})
    purposes = {**config.site().purposes, "marketing.news": news}
    config.use(replace(portal.config, site=replace(config.site(), purposes=purposes)))
    monkeypatch.setitem(portal.app.extensions, "portal", Extension(config.site()))
    admin = staff(portal, "admin")
    for version in PolicyVersion.select():
        admin.browser.get(f"/staff/policies/{version.id}")
    assert "News" in mai.browser.get("/uses").text


def test_the_first_page_offers_only_what_there_is(portal: Portal, mai: Member) -> None:
    page = Browser(portal.app).get("/")
    offered = [link["href"] for link in page.root.all("a", class_="row")]
    assert offered == ["/download", "/deletion", "/children/report", "/requests/new"]


def test_no_footer_leads_to_a_policy_that_is_not_there(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Browser(portal.app).get("/sign-in").root.all("a", href="/terms")
    monkeypatch.setattr(answering, "DOCUMENTS", ("privacy",))  # as where nothing else was ever published
    with atomic():
        answering.look_anew()
    page = Browser(portal.app).get("/sign-in")
    assert not page.root.all("a", href="/terms")
    assert page.root.all("a", href="/privacy-policy")
    with atomic():
        answering.look_anew()


def test_a_language_without_a_catalogue_is_refused_with_those_that_there_are() -> None:
    words.check(["en", "vi"], {"children": ["de"]})
    with pytest.raises(ConfigProblem, match="languages names 'de', which there is no catalogue for; there are: en, vi"):
        words.check(["vi", "de"], {})
    with pytest.raises(ConfigProblem, match="room_languages.staff names 'de'"):
        words.check(["en"], {"staff": ["de"]})
