"""Chromium, and a running portal for it to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from portal.demo.world import World
from tests import live
from tests.browser.steps import let_settings_wait
from tests.conftest import embedded, environ_of, listening, where
from tests.live import Live
from tests.servers.engines import free_port, need

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the tests of a process; each test opens contexts of its own."""
    program = need("chromium", "install Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def live_portal(environ: dict[str, str], systems: World, urls: dict[str, str]) -> Iterator[Live]:
    """The portal as processes: one of each embedded, two of each on servers."""
    number = 1 if urls["PORTAL_DATABASE_URL"].startswith("sqlite") else 2
    environ = {**environ, "PORTAL_BASE_URL": f"http://localhost:{free_port()}"}
    if number == 2:  # the tests in one process have their queue on Redis; here it is PostgreSQL's turn
        environ["PORTAL_QUEUE_URL"] = urls["PORTAL_DATABASE_URL"]
    with live.running(environ, systems, processes=number, workers=number) as portal:
        let_settings_wait(portal)
        yield portal


@pytest.fixture(scope="module")
def lasting_portal(small_world: World, laid_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One portal as processes for all tests of a file, each of which is somebody else in it: starting costs most."""
    folder = tmp_path_factory.mktemp("lasting")
    shutil.copytree(small_world.folder, folder / "systems")
    systems = World(folder / "systems", small_world.cast)
    with listening(systems) as whitelabel:
        environ = environ_of(embedded(laid_file, folder, folder), systems, whitelabel, folder)
        with live.running({**environ, "PORTAL_BASE_URL": f"http://localhost:{free_port()}"}, systems) as portal:
            let_settings_wait(portal)
            yield portal


@pytest.fixture(params=["embedded"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Embedded is enough where both set-ups draw the same pages; the walk asks for the other one too."""
    return where(request, tmp_path)
