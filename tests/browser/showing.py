"""The demo with everybody of the tour in it, for what is run by hand: pictures of its pages, and their marks."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from portal.demo import stage, world
from portal.demo.whitelabel import Server
from tests import live
from tests.browser import tour
from tests.browser.conftest import ARGUMENTS
from tests.servers.engines import free_port

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def demo() -> Iterator[tuple[tour.Tour, Browser]]:
    """Run a portal over a demo world, with its people brought to where their pages have something to say."""
    program = shutil.which("chromium") or sys.exit("install Debian's chromium")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        systems = world.build(folder / "demo")
        environ = stage.settings(folder, free_port(), free_port())
        number = int(environ["WHITELABEL_URL"].rsplit(":", 1)[1])
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        (folder / "tour").mkdir()
        with Server(number, systems.database("whitelabel"), environ["WHITELABEL_SECRET"]) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with live.running(environ, systems) as portal:
                yield tour.prepare(browser, portal, folder / "tour"), browser
            server.shutdown()
        browser.close()
