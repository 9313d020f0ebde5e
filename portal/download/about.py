"""What GDPR Art. 15(1) and (2) want told beside the data itself, from the site's file and the manifests (RULES X1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.cases import deadlines
from portal.config import Site
from portal.download.choice import Choice
from portal.kernel.problems import N_
from portal.sources.base import Source
from portal.sources.manifest import Table
from portal.subjects.facts import GROUNDS, ORIGINS, recipients
from portal.subjects.facts import purpose as _purpose
from portal.subjects.facts import said as _said
from portal.web.words import Words

Facts = dict[str, Any]

_NOT_ALONE = N_("No decision by a program alone is registered for these systems. Ask %(support)s to know more.")
_NOT_ABROAD = N_("No transfer to another country is registered for these systems. Ask %(support)s to know more.")
_COMPLAINT = N_("You may complain to the authority or go to court. It costs nothing to ask us first: %(support)s.")
_USED = N_("Used for: %(purposes)s.")
_KEPT = N_("Kept: %(retention)s.")
_PEOPLE = N_("People who use our products, people whom they bring along, and people at companies that are customers")
# What this portal itself does to protect data; what each system does belongs into the company's own record.
_MEASURES = (
    N_("Addresses, keys and texts are encrypted in the portal's tables; what is looked up by value is a keyed hash."),
    N_("Staff sign in with two factors, see masked values, and every look at a person's data is logged with a reason."),
    N_("The log is append-only and sealed, so that a change to it is found."),
    N_("What is no longer needed is erased by itself: copies, codes, links, threads of closed requests."),
)
_EACH_ITS_OWN = N_("Whoever is named in each record")
# Each right with its article of the GDPR and the page where it is used; without a page, by mail.
_RIGHTS = (
    (N_("Get a copy of your data"), "15", "/download"),
    (N_("Have wrong data corrected"), "16", ""),
    (N_("Have your data deleted"), "17", "/deletion"),
    (N_("Have its use restricted"), "18", ""),
    (N_("Take it elsewhere: the CSV and JSON files are made for that"), "20", "/download"),
    (N_("Object to a use"), "21", ""),
    (N_("Take back a consent"), "7(3)", "/overview"),
)


def about(site: Site, sources: Sequence[Source], words: Words, choice: Choice, country: str = "") -> Facts:
    """Return the answers in one language, also for what a copy leaves out; nothing in them is about the person.

    The authority is that of the person's `country` (ISO 3166), that of the site's own law where it is not known.
    """
    purposes, support = list(_purposes(site, words)), site.support_email
    categories = [
        {**_category(site, source, table, words), "in_this_copy": choice.asks(source.id, table.name)}
        for source in sources
        for table in source.manifest.tables.values()
    ]
    return {
        "controller": {"name": site.company, "address": site.address, "contact": support},
        "purposes": purposes,
        "categories": categories,
        "recipients": _distinct(
            [site.company, *site.controllers.values(), *(one.get("recipients", "") for one in purposes)]
        ),
        "retention": [{key: one[key] for key in ("source", "category", "retention")} for one in categories],
        "rights": [_right(site, words, *right) for right in _RIGHTS],
        "complaint": {
            "text": words.say(_COMPLAINT, support=support),
            "authority": deadlines.authority_in(words.language, country),
        },
        "sources": _distinct([one["origin"] for one in categories]),
        "automated_decisions": words.say(_NOT_ALONE, support=support),
        "transfers": words.say(_NOT_ABROAD, support=support),
    }


def of_table(site: Site, table: Table, words: Words) -> str:
    """Return, in a line, where the rows of a table come from, what they are used for and how long they are kept."""
    said = [words.say(ORIGINS[table.origin])]
    if table.purposes:
        said.append(words.say(_USED, purposes=words.listed(_purpose(site, name, words) for name in table.purposes)))
    if table.retention:
        said.append(words.say(_KEPT, retention=table.retention.in_(words.language)))
    return " ".join(said)


def _purposes(site: Site, words: Words) -> Iterator[Facts]:
    for name, asked in site.purposes.items():
        yield {
            "id": name,
            "title": _said(asked.title, words),
            "legal_basis": asked.legal_basis,
            "ground": words.say(GROUNDS.get(asked.legal_basis, asked.legal_basis)),
            "recipients": _said(asked.recipients, words),
            "retention": _said(asked.retention, words),
            "choice": asked.choice,
        }
    for name, use in site.uses.items():
        yield {
            "id": name,
            "title": _said(use.title, words),
            "legal_basis": use.legal_basis,
            "ground": words.say(GROUNDS.get(use.legal_basis, use.legal_basis)),
            "recipients": _said(use.recipients, words) or site.company,
            **({"retention": _said(use.retention, words)} if use.retention else {}),
        }


def _category(site: Site, source: Source, table: Table, words: Words) -> Facts:
    language, owner = words.language, site.controllers.get(source.manifest.controller, site.company)
    return {
        "source": source.id,
        "system": source.title.in_(language),
        "table": table.name,
        "category": table.title.in_(language),
        "purposes": [_purpose(site, name, words) for name in table.purposes],
        "recipients": recipients(site, table, words),
        "origin": words.say(ORIGINS[table.origin]),
        "retention": table.retention.in_(language) if table.retention else "",
        "controller": words.say(_EACH_ITS_OWN) if table.controller_column else owner,
        "sensitive": sorted({column.sensitive for column in table.columns.values()} - {""}),
    }


def _right(site: Site, words: Words, right: str, article: str, page: str) -> Facts:
    how = site.base_url + page if page else site.support_email
    return {"right": words.say(right), "article": f"GDPR {article}", "how": how}


def _distinct(texts: Sequence[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


def processing_record(site: Site, sources: Sequence[Source], words: Words) -> Facts:
    """Return the record of processing activities (GDPR Art. 30(1)), drawn from the site's file and the manifests."""
    told = about(site, sources, words, Choice())
    systems = [
        {
            "source": source.id,
            "system": source.title.in_(words.language),
            "controller": site.controllers.get(source.manifest.controller, site.company),
            "categories": [
                {key: value for key, value in one.items() if key not in ("source", "system", "in_this_copy")}
                for one in told["categories"]
                if one["source"] == source.id
            ],
        }
        for source in sources
    ]
    return {
        "controller": told["controller"],
        "authority": told["complaint"]["authority"],
        "people": words.say(_PEOPLE),
        "purposes": told["purposes"],
        "systems": systems,
        "recipients": told["recipients"],
        "transfers": told["transfers"],
        "security": [words.say(measure) for measure in _MEASURES],
    }
