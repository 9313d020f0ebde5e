"""A manifest is held against what the site knows: its choices and their states, its purposes, its companies."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from portal import config
from portal.config import Config, read_site
from portal.consents.service import checked
from portal.sources import registry
from portal.sources.manifest import parse
from tests.consents.conftest import MANIFEST, SITE, System

MEANT = " Did you mean marketing.events.email?"
LEVEL = '"location.level" = { column = "users.level"'


@pytest.fixture
def url(systems: dict[str, System], tmp_path: Path) -> str:
    """A system with a table of persons, and a site beside it."""
    site = read_site(SITE, "http://localhost:8000")
    config.use(Config("", "", "", "", "", (), (), site.base_url, tmp_path, site))
    return f"sqlite:///{systems['app'].file}"


def findings(url: str, toml: str) -> list[str]:
    source = registry.connect(parse(tomllib.loads(toml), "app.toml"), {})
    return [str(finding) for finding in checked(source)]


@pytest.mark.parametrize(
    ("preference", "said"),
    [
        (LEVEL + " }", []),
        (LEVEL + ', values = { off = "n", approximate = "c", precise = "g" } }', []),
        ('"restriction" = { column = "users.level" }', []),
        (
            LEVEL + ', values = { off = "n", precise = "g" } }',
            ['error: users.level: "location.level" can be approximate in site.toml, and values says nothing for it.'],
        ),
        (
            '"location.level" = { column = "users.id" }',
            ['error: users.id: "location.level" can be approximate or precise in site.toml, and values says nothing'],
        ),
        (
            '"marketing.event.email" = { column = "users.mails" }',
            [
                'warning: users.mails: "marketing.event.email" is no choice of site.toml, so it is never written.'
                + MEANT
            ],
        ),
    ],
)
def test_choices_are_compared_with_those_of_the_site(url: str, preference: str, said: list[str]) -> None:
    plain = MANIFEST.format(id="app", title="App", url=url)
    found = [line for line in findings(url, plain + preference) if line not in findings(url, plain)]
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True))


def test_purposes_and_companies_that_the_site_does_not_know_are_named(url: str) -> None:
    plain = MANIFEST.format(id="app", title="App", url=url)
    odd = plain.replace('id = "app"', 'id = "app"\ncontroller = "smartoz"')
    odd = odd.replace('erase = "delete"', 'erase = "delete"\npurposes = ["service", "servce"]')
    assert [line for line in findings(url, odd) if line not in findings(url, plain)] == [
        'warning: controller: "smartoz" is in no [controllers] of site.toml. Did you mean smartos?',
        'warning: users.purposes: "servce" is in neither [purposes] nor [uses] of site.toml. Did you mean service?',
    ]


def test_a_column_that_is_not_there_is_named_once(url: str) -> None:
    toml = MANIFEST.format(id="app", title="App", url=url) + '"location.level" = { column = "users.nowhere" }'
    assert findings(url, toml) == ["error: users.nowhere: There is no such column; preferences names it."]
