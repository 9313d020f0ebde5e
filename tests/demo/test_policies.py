"""The policy texts of the demo."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import portal.demo
from portal.kernel import clean

POLICIES = Path(portal.demo.__file__).parent / "policies"
DOCUMENTS = ("privacy", "terms")


def _text(document: str, language: str) -> str:
    return (POLICIES / document / f"1.{language}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_only_clean_markup_is_in_it(document: str, language: str) -> None:
    text = _text(document, language)
    assert clean.policy(text) == text
    assert set(re.findall(r"<(\w+)", text)) <= {"h2", "p", "ul", "li", "a", "strong", "em"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_both_languages_have_the_same_sections_and_links(document: str) -> None:
    english, vietnamese = _text(document, "en"), _text(document, "vi")
    for part in (r'<h2 id="([\w-]+)">', r'href="([^"]+)"'):
        assert re.findall(part, english) == re.findall(part, vietnamese)
    assert len(re.findall("<li>", english)) == len(re.findall("<li>", vietnamese))


@pytest.mark.parametrize(("document", "least", "most"), [("privacy", 700, 1000), ("terms", 200, 300)])
def test_it_is_short_enough_to_be_read(document: str, least: int, most: int) -> None:
    words = re.sub(r"<[^>]+>", " ", _text(document, "en")).split()
    assert least <= len(words) <= most
