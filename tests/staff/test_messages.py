"""Staff and translators see every message as its reader gets it, in every language, light and dark."""

from __future__ import annotations

import re

import pytest

from portal import config
from portal.kernel.roles import ROLES, Role
from portal.notices import preview
from portal.notices.messages import DECLARED
from portal.notices.occasions import ELSEWHERE, OCCASIONS
from portal.web import words
from tests.conftest import Portal
from tests.people import staff


def test_every_message_has_an_occasion_and_no_occasion_is_without_a_message() -> None:
    assert OCCASIONS.keys() == {*DECLARED, "news"}, "write it in portal/notices/occasions.py"
    assert DECLARED.keys() >= ELSEWHERE


def test_every_message_can_be_drawn_in_every_language_and_look(portal: Portal) -> None:
    for kind in DECLARED:
        for number, facts in enumerate(preview.samples(kind)):
            assert facts.keys() == set(DECLARED[kind]), kind
            for language in config.site().languages:
                shown = preview.drawn(kind, number, language)
                assert shown.subject, kind
                assert shown.text, kind
                for dark in (False, True):
                    assert "<h1>" in preview.page(kind, number, language, dark=dark), kind


def test_two_previews_of_one_message_are_the_same(portal: Portal) -> None:
    for kind in DECLARED:
        assert preview.drawn(kind, 0, "en") == preview.drawn(kind, 0, "en")
        assert preview.samples(kind) == preview.samples(kind)


def test_dark_and_light_are_settled_whatever_the_browser_asks_for(portal: Portal) -> None:
    dark, light = (preview.page("download_ready", 0, "en", dark=dark) for dark in (True, False))
    assert "@media all {" in dark
    assert "@media not all {" in light
    assert "prefers-color-scheme" not in dark + light
    assert 'name="color-scheme" content="dark"' in dark


def test_the_list_names_every_message_and_leads_to_it(portal: Portal) -> None:
    sam = staff(portal, "staff")
    page = sam.browser.get("/staff/messages")
    there = {address.rpartition("/")[2] for address in page.links.values() if "/staff/messages/" in address}
    assert there == set(DECLARED)
    assert "Not whole in" not in page.text


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_look(portal: Portal, role: Role) -> None:
    address = "/staff/messages/policy_changes?language=vi&look=dark&width=narrow"
    page = staff(portal, role).browser.get(address)
    assert preview.drawn("policy_changes", 0, "vi").subject in page.text
    (frame,) = page.root.all("iframe")
    assert frame["sandbox"] == ""
    assert "narrow" in frame["class"]
    assert "language=vi&look=dark&sample=0" in frame["src"]


def test_the_frame_may_do_nothing_and_only_we_may_show_it(portal: Portal) -> None:
    sam = staff(portal, "staff")
    around = sam.browser.client.get("/staff/messages/download_ready").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in around
    assert "frame-ancestors 'none'" in around
    inside = sam.browser.client.get("/staff/messages/download_ready/html?look=dark")
    policy = inside.headers["Content-Security-Policy"]
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'", "form-action 'none'"} <= set(policy.split("; "))
    assert "script" not in inside.text


def test_what_is_no_message_is_not_there_and_odd_choices_are_left_out(portal: Portal) -> None:
    sam = staff(portal, "staff")
    sam.browser.get("/staff/messages/nonsense", status=404)
    sam.browser.get("/staff/messages/nonsense/html", status=404)
    for odd in ("?sample=99", "?sample=-1", "?sample=x", "?language=xx", "?look=pink"):
        sam.browser.get(f"/staff/messages/security_changed{odd}")


def test_a_sentence_that_a_language_lacks_is_named(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = "Your code to sign in:"
    known = words.Words.lacks
    assert preview.untranslated("sign_in_code", "vi") == []
    monkeypatch.setattr(words.Words, "lacks", lambda self, said: known(self, said) or said == lacking)
    sam = staff(portal, "staff")
    assert lacking in preview.untranslated("sign_in_code", "vi")
    assert re.search("Not translated: Tiếng Việt", sam.browser.get("/staff/messages/sign_in_code").text)
    assert "Not whole in" in sam.browser.get("/staff/messages").text


def test_a_language_knows_what_it_lacks() -> None:
    vietnamese, english = words.of("vi"), words.of("en")
    assert not vietnamese.lacks("Inbox")
    assert vietnamese.lacks("A sentence that nobody has ever written here.")
    assert not english.lacks("A sentence that nobody has ever written here.")
    assert vietnamese.say("A sentence that nobody has ever written here.").startswith("A sentence")
