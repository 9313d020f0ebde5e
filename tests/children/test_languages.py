"""German ships for the children's pages and mails, and no other page claims it: a language is a catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from portal.children.models import ChildHold
from portal.children.service import holding
from portal.web import words
from tests.browse import Browser
from tests.children.conftest import LAN, Parent
from tests.conftest import Portal

HOUSE = Path(__file__).parents[2]
# What these pages and the mails about them are made of.
MADE_OF = (
    "templates/children", "templates/layout.html", "templates/_macros/form.html", "templates/_frame/header.html",
    "templates/errors", "templates/mail/_layout.html", "templates/mail/_foot.txt",
    "templates/mail/child_held", "templates/mail/request_code",
    "templates/mail/request_received", "templates/mail/request_news", "templates/mail/request_links",
    "templates/mail/request_decided", "templates/mail/child_decided", "portal/children/service/parenthood.py",
    "portal/children/service/appeals.py", "portal/children/forms", "portal/children/naming.py",
    "portal/children/views", "portal/children/service/following.py", "portal/children/service/holding.py",
    "portal/children/service/reporting.py", "portal/web/errors.py", "portal/web/fields.py",
    "portal/kernel/problems.py",
)  # fmt: skip
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "plural": (1, 2)}


@pytest.fixture(scope="module")
def german() -> Catalog:
    with (HOUSE / "translations/de/LC_MESSAGES/children.po").open("rb") as lines:
        return pofile.read_po(lines, locale="de")


def sentences() -> Iterator[str]:
    for place in MADE_OF:
        path = HOUSE / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in {".py", ".html", ".txt"}:
                method = "python" if file.suffix == ".py" else "jinja2"
                options = {} if method == "python" else {"trimmed": "true"}
                for _, said, _, _ in extract_from_file(method, str(file), keywords=KEYWORDS, options=options):
                    yield said if isinstance(said, str) else said[0]


def test_every_sentence_of_these_pages_and_mails_is_in_german(german: Catalog) -> None:
    found = set(sentences())
    assert len(found) > 200
    assert {said for said in found if said not in german or not german[said].string} == set()


def test_each_german_sentence_names_the_same_facts_and_none_is_left_over_from_nowhere(german: Catalog) -> None:
    for entry in german:
        facts, said = re.findall(r"%\((\w+)\)", str(entry.id)), re.findall(r"%\((\w+)\)", str(entry.string))
        assert set(facts) == set(said), entry.id
    with (HOUSE / "translations/vi/LC_MESSAGES/messages.po").open("rb") as lines:
        known = pofile.read_po(lines, locale="vi")
    assert [entry.id for entry in german if entry.id and entry.id not in known] == []


class Missing(NullTranslations):
    """What a catalogue is asked for and does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)


@pytest.fixture
def missing(portal: Portal) -> Iterator[Missing]:
    """Note each sentence that German lacks, from the first page on: templates are compiled when first wanted."""
    asked, catalogue = Missing(), words.of("de", portal.config.site.timezone).catalogue
    catalogue.add_fallback(asked)
    yield asked
    catalogue._fallback = None  # type: ignore[attr-defined]


def test_the_whole_way_of_the_reporter_and_the_holder_lacks_no_word_of_german(
    portal: Portal, missing: Missing, german: Catalog, child: str
) -> None:
    browser = Browser(portal.app, language="de")
    parent = Parent(portal, browser)
    page = browser.get("/children/report")
    assert page.root.one("html")["lang"] == "de"
    page = page.form("Weiter").send(status=422)
    answers: list[dict[str, Any]] = [
        {"relation": "mother"}, {"target_email": child}, {"country": "DE", "month": "3", "year": "2015"},
        {"wish_stop": "y", "wish_keep": "y"}, {"until": "2027-03-01"}, {"email": LAN}, {"words": "Er ist elf."},
    ]  # fmt: skip
    for said in answers:
        page = page.form("Weiter").send(**said)
    assert "März 2015" in page.text
    page = page.form("Meldung senden").send()
    portal.drain()
    code = re.findall(r"\b\d{6}\b", parent.mails())[-1]
    page.form("Weiter").send(code="000000" if code != "000000" else "111111", status=422)
    page = page.form("Weiter").send(code=code)
    assert page.h1 == "Ihre Meldung"
    portal.drain()
    page = page.form("Senden").send(status=422).form("Senden").send(text="Gibt es etwas Neues?")
    page = page.form("Das hinzufügen").send(target_name="Minh").form("Zurücknehmen").send()
    browser.get("/children/help")
    browser.get("/children/lost-link").form("Link senden").send(email=LAN)
    browser.get("/children/cases/R-2222-22/" + "0" * 32, status=404)
    portal.drain()
    mails = [mail for mail in portal.mails() if mail["Content-Language"] == "de"]
    assert len(mails) == 4
    page = browser.get(holding.url(ChildHold.get()))
    assert page.h1 == "Gehört dieses Konto einem Kind?"
    page.form("Senden").send(kind="child", body="Es ist meins.")
    calendar = Locale.parse("de")  # countries and months come from there, in German already
    named = {*calendar.territories.values(), *calendar.months["stand-alone"]["wide"].values()}
    # A field says its errors, which are German by then, anew.
    known = [str(entry.string) for entry in german if entry.id]
    assert {asked for asked in missing.asked - named if not any(one in asked for one in known)} == set()


def test_german_is_offered_on_these_pages_and_on_no_other(portal: Portal) -> None:
    browser = Browser(portal.app)
    assert "Deutsch" in browser.get("/children/report").links
    assert "Deutsch" not in browser.get("/contact").links
    browser.get("/language/de")
    assert browser.get("/children/report").root.one("html")["lang"] == "de"
    page = browser.get("/contact")
    assert page.root.one("html")["lang"] == "en"
    assert "Deutsch" not in page.links
    assert browser.get("/language/fr", status=404).status == 404
    assert Browser(portal.app, language="de").get("/contact").root.one("html")["lang"] == "en"
