"""The main job from end to end, as a person does it in Chromium, over real systems."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from portal.demo.canary import Canary, plant
from portal.demo.world import World
from tests import independent
from tests.browser.steps import Person, let_days_pass, somebody
from tests.live import Live, eventually

WORD = "zugvogel-7f3kq2"
pytestmark = pytest.mark.browser


@pytest.fixture
def canary(systems: World) -> Canary:
    """One person with a word of their own in every column of every system."""
    return plant(systems, WORD)


WAYS: dict[str, Any] = {
    "wide": {"scripts": True, "width": 1180, "language": "en"},
    "no-scripts": {"scripts": False, "width": 1180, "language": "en"},
    "phone-in-vietnamese": {"scripts": True, "width": 390, "language": "vi"},
}


@pytest.mark.parametrize("urls", ["embedded", "many"], indirect=True)
@pytest.mark.parametrize("way", WAYS)
def test_a_person_sets_choices_takes_a_copy_and_leaves(
    way: str, chromium: Browser, canary: Canary, live_portal: Live, small_world: World, tmp_path: Path
) -> None:
    held = independent.counts(live_portal.systems, canary.keys, canary.email)
    with somebody(chromium, live_portal, **WAYS[way]) as person:
        person.sign_in(canary.email)
        _choose_location(person, canary)
        _switch_marketing(person, canary)
        archive = _take_a_copy(person, tmp_path)
        _compare(archive, held)
        certificate = _leave(person)
        _read_certificate(person, certificate)
    _nothing_is_left(live_portal, canary, tmp_path)
    after = independent.rows(live_portal.systems)
    for place, rows in independent.rows(small_world).items():
        assert rows <= after[place], f"{place}: a row of somebody else was changed"


def _wait_for_value(portal: Live, system: str, statement: str, key: int, wanted: object) -> None:
    eventually(lambda: independent.value(portal.systems, system, statement, key) == wanted, f"{system} taking {wanted}")


def _choose_location(person: Person, canary: Canary) -> None:
    person.open("/location")
    assert person.page.locator("input[name=level]:checked").count() == 0, "nobody has chosen yet"
    person.page.check("input[name=level][value=approximate]")
    person.page.click("#save")
    look, keys = "SELECT location_level FROM {} WHERE id = ?", canary.keys
    _wait_for_value(person.portal, "booking", look.format("users"), keys["booking"], "city")
    _wait_for_value(person.portal, "whitelabel", look.format("members"), keys["whitelabel"], "approximate")
    person.wait_for("#systems .state.on >> nth=1")
    assert re.search(r"\d\d:\d\d", person.page.inner_text("#systems")), "the page says when each system confirmed"


def _switch_marketing(person: Person, canary: Canary) -> None:
    person.open("/marketing")
    name = "Events by e-mail" if person.language == "en" else "Sự kiện qua e-mail"
    switch = person.page.get_by_role("switch", name=name)
    assert switch.get_attribute("aria-checked") == "false"
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    look, keys = "SELECT {} FROM {} WHERE id = ?", canary.keys
    _wait_for_value(person.portal, "booking", look.format("mail_events", "users"), keys["booking"], 1)
    _wait_for_value(person.portal, "crm", look.format("marketing_events", "contacts"), keys["crm"], "yes")
    _wait_for_value(person.portal, "whitelabel", look.format("mail_events", "members"), keys["whitelabel"], 1)


def _take_a_copy(person: Person, tmp_path: Path) -> zipfile.ZipFile:
    person.open("/download")
    person.page.click("#prepare")
    person.page.wait_for_url(re.compile(r"/download/R-"))
    address = person.page.url
    person.open("/overview")
    expect(person.page.locator("main")).to_contain_text("R-")
    person.page.goto(address)
    person.wait_for("#fetch")
    with person.page.expect_download() as download:
        person.page.click("#fetch")
    path = tmp_path / "copy" / "archive.zip"
    download.value.save_as(path)
    return zipfile.ZipFile(path)


def _compare(archive: zipfile.ZipFile, held: dict[tuple[str, str], int]) -> None:
    """Compare the archive's rows, in both forms, with counts of our own; no column of a text may have lost the word."""
    assert archive.testzip() is None
    counted = {
        (file["source"], file["table"]): file["rows"]
        for file in json.loads(archive.read("manifest.json"))["files"]
        if file.get("table")
    }
    for (system, table), rows in held.items():
        listed = json.loads(archive.read(f"data/{system}/{table}.json"))
        listed = listed["rows"] if isinstance(listed, dict) else listed
        assert len(listed) == rows, f"{system}.{table}: the archive has {len(listed)} rows, the system {rows}"
        assert counted[system, table] == rows, f"{system}.{table}: manifest.json"
    assert {"index.html", "about.json", "manifest.json"} <= set(archive.namelist())
    assert [name for name in archive.namelist() if name.startswith("consents/")], "a receipt for each choice"
    archive.close()


def _leave(person: Person) -> str:
    person.open("/deletion")
    assert person.page.locator("tbody tr").count() > 20
    person.page.click("a.button.danger")
    person.page.click("#delete")
    person.page.wait_for_url(re.compile(r"/deletion/R-"))
    _mailed(person, r"/deletion/cancel/")
    let_days_pass(person.portal)
    return _mailed(person, r"https?://\S+/certificates/\S+")


def _mailed(person: Person, pattern: str) -> str:
    """Wait for a mail, among all that come, in which something stands; return it."""
    found = eventually(lambda: re.findall(pattern, "\n".join(person.portal.texts())), f"a mail with {pattern}")
    return str(found[-1])


def _read_certificate(person: Person, address: str) -> None:
    person.page.goto(address)
    text = person.page.inner_text("main")
    assert "Smartos Booking App" in text
    assert WORD not in person.page.content()
    person.open("/overview")
    assert "/sign-in" in person.page.url, "the session died with the account"


def _nothing_is_left(portal: Live, canary: Canary, tmp_path: Path) -> None:
    """Seek the word in the systems and in all that the portal keeps; the mailbox and the copy are the person's own."""
    shutil.rmtree(tmp_path / "copy")
    shutil.rmtree(tmp_path / "mailbox")
    eventually(
        lambda: not list(independent.sightings(tmp_path, WORD)),
        f"forgetting: {list(independent.sightings(tmp_path, WORD))}",
        30,
    )
    url = portal.environ["PORTAL_DATABASE_URL"]
    if not url.startswith("sqlite"):
        assert list(_in_postgresql(url)) == []


def _in_postgresql(url: str) -> Iterator[str]:
    import psycopg

    with psycopg.connect(url) as server:
        tables = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            if server.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s', (f"%{WORD}%",)).fetchone():
                yield str(table)
