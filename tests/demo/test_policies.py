"""The policy texts of the demo."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import portal.demo
from portal.kernel import clean
from portal.policies import comparing

POLICIES = Path(portal.demo.__file__).parent / "policies"
VERSIONS = [("privacy", "1"), ("privacy", "2"), ("privacy", "3"), ("terms", "1"), ("cookies", "1")]
# What the policy promises, subject by subject (POLICY-FACTS): its section and a word that it cannot do without.
SUBJECTS = {
    "scope": "Whitelabel App",
    "roles": "Admin User",
    "data": "bank account",
    "use": "surveys",
    "sharing": "Joint-venture partners",
    "location": "permission",
    "retention": "months",
    "rights": "complain",
    "security": "password",
    "children": "under 13",
    "changes": "in advance",
    "contact": "privacy@smartos.example.com",
}


def _text(document: str, version: str, language: str, part: str = "") -> str:
    return (POLICIES / document / f"{version}.{language}{part}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("document", "version"), VERSIONS)
@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("part", ["", ".summary"])
def test_only_clean_markup_is_in_it(document: str, version: str, language: str, part: str) -> None:
    text = _text(document, version, language, part)
    assert clean.policy(text) == text
    assert set(re.findall(r"<(\w+)", text)) <= {"h2", "p", "ul", "li", "a", "strong", "em"}


@pytest.mark.parametrize(("document", "version"), VERSIONS)
@pytest.mark.parametrize("part", ["", ".summary"])
def test_both_languages_have_the_same_sections_and_links(document: str, version: str, part: str) -> None:
    english, vietnamese = _text(document, version, "en", part), _text(document, version, "vi", part)
    for marked in (r'<h2 id="([\w-]+)">', r'href="([^"]+)"'):
        assert re.findall(marked, english) == re.findall(marked, vietnamese)
    assert len(re.findall("<li>", english)) == len(re.findall("<li>", vietnamese))


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_every_version_covers_all_subjects(version: str) -> None:
    said = {one.id: " ".join(one.words) for one in comparing.read(_text("privacy", version, "en"))}
    for section, word in SUBJECTS.items():
        assert word in said[section], section
    assert "Once you are there" in said.get("links", "") + said["sharing"].replace("once", "Once")


@pytest.mark.parametrize(
    ("language", "places", "inbox"),
    [
        ("en", r"Location history goes after (\d+) months", r"from this portal after (\d+) months"),
        ("vi", r"Lịch sử vị trí được xóa sau (\d+) tháng", r"từ trang này sau (\d+) tháng"),
    ],
)
def test_every_version_says_how_long_the_portal_really_keeps(language: str, places: str, inbox: str) -> None:
    rules = tomllib.loads((POLICIES.parent / "site.toml").read_text(encoding="utf-8"))["rules"]
    for version in "123":
        said = _text("privacy", version, language)
        assert re.findall(places, said) == [rules["location_keep"]], version
        assert set(re.findall(inbox, said)) <= {str(rules["inbox_months"])}, version


def test_the_third_version_adds_moves_and_removes_sections() -> None:
    found = {one.title: (one.kind, one.moved) for one in comparing.compare(*(_text("privacy", v, "en") for v in "23"))}
    assert found["Decisions by programs"] == (comparing.ADDED, False)
    assert found["Children"] == (comparing.SAME, True)
    assert found["Links to others"] == (comparing.REMOVED, False)
    assert found["Location"] == (comparing.CHANGED, False)


@pytest.mark.parametrize(
    ("document", "least", "most"), [("privacy", 700, 1200), ("terms", 200, 300), ("cookies", 200, 400)]
)
def test_it_is_short_enough_to_be_read(document: str, least: int, most: int) -> None:
    for version in [number for name, number in VERSIONS if name == document]:
        words = re.sub(r"<[^>]+>", " ", _text(document, version, "en")).split()
        assert least <= len(words) <= most
