"""Every sentence that a person reads exists in every language; adding a language is adding a catalogue."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from portal.notices import messages
from tests.house.conftest import HOUSE

CATALOGUES = sorted((HOUSE / "translations").glob("*/LC_MESSAGES/messages.po"))
_FACT = re.compile(r"%\((\w+)\)")


def sentences() -> set[str | tuple[str, ...]]:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "plural": (1, 2)}
    found: set[str | tuple[str, ...]] = set()
    for folder, method in (("portal", [("**.py", "python")]), ("templates", [("**.*", "jinja2")])):
        options = {"**.*": {"trimmed": "true"}}
        for _, _, said, _, _ in extract_from_dir(
            HOUSE / folder, method, options, keywords=keywords, directory_filter=lambda folder: True
        ):
            found.add(said if isinstance(said, str) else tuple(part for part in said if part))
    return found


@pytest.fixture(scope="module", params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path: Path = request.param
    with path.open("rb") as lines:
        return pofile.read_po(lines, locale=path.parent.parent.name)


def test_there_is_a_catalogue_beside_english() -> None:
    assert CATALOGUES


def test_every_sentence_is_translated(catalogue: Catalog) -> None:
    missing = []
    for said in sentences():
        found = catalogue.get(said if isinstance(said, str) else said[0])
        words = found.string if found else ""
        if not (words if isinstance(words, str) else words and all(words)):
            missing.append(said)
    assert not missing, "run `make translations`, then translate"


def test_no_sentence_hides_inside_another_string() -> None:
    """What stands between the braces of an f-string is not found by `make translations`: it stayed English for all."""
    for path in (HOUSE / "portal").rglob("*.py"):
        for outer in ast.walk(ast.parse(path.read_text())):
            if isinstance(outer, ast.JoinedStr):
                said = [each for each in ast.walk(outer) if isinstance(each, ast.Call) and each.args]
                named = [each.args[0] for each in said if getattr(each.func, "id", "") in ("_", "N_", "gettext")]
                hidden = [each.value for each in named if isinstance(each, ast.Constant)]
                assert not hidden, f"{path.name}: give it a name of its own before the f-string: {hidden}"


def test_a_translation_names_the_same_facts(catalogue: Catalog) -> None:
    for entry in catalogue:
        if isinstance(entry.id, str) and entry.id:
            assert set(_FACT.findall(entry.id)) == set(_FACT.findall(str(entry.string))), entry.id


def test_every_message_has_its_three_templates_and_no_other_folder_lies_there() -> None:
    folders = {path.name for path in (HOUSE / "templates/mail").iterdir() if path.is_dir()}
    assert folders == set(messages.DECLARED)
    for name in folders:
        parts = {path.name for path in (HOUSE / "templates/mail" / name).iterdir()}
        assert parts - {"sms.txt"} == {"subject.txt", "body.txt", "body.html"}, name


def test_no_fact_of_a_person_stands_in_a_subject() -> None:
    for path in (HOUSE / "templates/mail").glob("*/subject.txt"):
        facts = set(re.findall(r"(?:\{\{|=)\s*([a-z_.]+)", path.read_text()))
        assert facts <= {"site.name", "name", "reference"}, f"{path.parent.name}: a subject names the reference at most"
