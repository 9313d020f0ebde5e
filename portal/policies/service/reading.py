"""The published versions, as everybody reads them."""

from __future__ import annotations

import re

from portal.kernel import clean, clock
from portal.kernel.problems import NotFound
from portal.policies.models import Policy, PolicyVersion, holding, published, read

NOTICE = "privacy"  # the document that choices are made under
DOCUMENTS = (NOTICE, "terms", "cookies")
_HEADING = re.compile(r'<h2 id="([^"]+)">(.+?)</h2>', re.DOTALL)
# Beside the heading, not in it: else its own name is heard as a part of each heading.
_ANCHOR = (
    '<div class="anchored"><h2 id="{0}">{1}</h2>'
    '<a class="anchor" href="#{0}" aria-label="{2}"><span aria-hidden="true">#</span></a></div>'
)


def in_force(document: str, language: str) -> Policy:
    """Return the text that is in force today; raises NotFound when none is."""
    return _found(read(document, language, holding(clock.today())))


def version(document: str, language: str, number: str) -> Policy:
    """Return one published version; raises NotFound."""
    return _found(read(document, language, PolicyVersion.version == number))


def versions(document: str) -> list[PolicyVersion]:
    """Return every published version without its text, the newest first; withdrawn ones among them."""
    return published(document)


def number_of(document: str, numbers: list[PolicyVersion] | None = None) -> str | None:
    """Return which of these versions, or of all, is in force today."""
    day = clock.today()
    known = published(document) if numbers is None else numbers
    begun = [one for one in known if one.begins <= day and not (one.ended_on and one.ended_on <= day)]
    return begun[0].version if begun else None


def sections(text: str) -> list[tuple[str, str]]:
    """Return id and heading of each section that can be linked to; headings are markup without tags."""
    return [(found[1], clean.text(found[2])) for found in _HEADING.finditer(text)]


def on_paper(text: str, link: str) -> str:
    """Return a text whose sections can each be linked to; `link` is what such a link is called, with %(heading)s."""

    def linked(found: re.Match[str]) -> str:
        return _ANCHOR.format(found[1], found[2], link % {"heading": clean.attribute(found[2])})

    return _HEADING.sub(linked, text)


def _found(text: Policy | None) -> Policy:
    if text is None:
        raise NotFound
    return text
