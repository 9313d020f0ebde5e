"""What a site and its manifests say of a table, in words: where it comes from, why, for whom, how long."""

from __future__ import annotations

from collections.abc import Mapping

from portal.config import Site
from portal.kernel.problems import N_
from portal.sources.manifest import Table
from portal.sources.manifest.model import humanised
from portal.web.words import Words

ORIGINS = {
    "you": N_("You told us."),
    "device": N_("Your device reported it."),
    "third-party": N_("Somebody else told us."),
}

GROUNDS = {
    "consent": N_("Your consent"),
    "contract": N_("The contract with you"),
    "legal-obligation": N_("The law"),
    "legitimate-interest": N_("A legitimate interest"),
    "public-task": N_("A task in the public interest"),
    "vital-interest": N_("Somebody's life or health"),
}

NOTED_HERE, FOR_YOU = N_("This portal noted it while you used it."), N_("Carrying out what you decide, with proof")


def purpose(site: Site, name: str, words: Words) -> str:
    """Return the title of a purpose or use; one that the site does not know goes by its name."""
    known = site.purposes.get(name) or site.uses.get(name)
    return said(known.title, words) if known else humanised(name)


def recipients(site: Site, table: Table, words: Words) -> list[str]:
    """Return who gets the rows of a table: whom the manifest names, else those of its purposes, else the company."""
    if table.recipients:
        return [table.recipients.in_(words.language)]
    known = [site.purposes.get(name) or site.uses.get(name) for name in table.purposes]
    named = [said(one.recipients, words) for one in known if one and one.recipients]
    return list(dict.fromkeys(named)) or [site.company]


def controller(site: Site, name: str) -> str:
    """Return who decides about rows, by the id that they carry; the company where they carry none."""
    return site.controllers.get(name, name) or site.company


def said(texts: Mapping[str, str], words: Words) -> str:
    """Return words of the site's file in a language, else in the first there is."""
    return texts.get(words.language) or next(iter(texts.values()), "")
