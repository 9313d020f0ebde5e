"""`make pictures`: every page at 390 and 1180 pixels, light and dark, in every language, in var/pictures."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from portal.demo import stage, world
from portal.demo.whitelabel import Server
from tests import live
from tests.browser import tour
from tests.browser.conftest import ARGUMENTS
from tests.servers.engines import free_port

ROOT = Path(__file__).parent.parent.parent
WIDTHS, LANGUAGES = (390, 1180), ("en", "vi")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Draw them all over a small demo world."""
    target = ROOT / "var" / "pictures"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        systems = world.build(folder / "demo")
        port = free_port()
        environ = stage.settings(folder, port, free_port())
        number = int(environ["WHITELABEL_URL"].rsplit(":", 1)[1])
        with Server(number, systems.database("whitelabel"), environ["WHITELABEL_SECRET"]) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with live.running(environ, systems) as portal:
                draw(portal, folder, target)
            server.shutdown()
    sys.stdout.write(f"{len(list(target.iterdir()))} pictures in {target.relative_to(ROOT)}\n")


def draw(portal: live.Live, folder: Path, target: Path) -> None:
    """Take a picture of each stop in each way."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or sys.exit("install Debian's chromium")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        (folder / "tour").mkdir()
        made = tour.prepare(browser, portal, folder / "tour")
        for width, scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language
            )
            page = context.new_page()
            for stop in made.stops:
                tour.visit(context, page, stop, language)
                page.screenshot(path=target / f"{stop.name}-{width}-{scheme}-{language}.png", full_page=True)
            context.clear_cookies()
            for number, file in enumerate(made.files):
                page.goto(file.as_uri())
                page.screenshot(path=target / f"file-{number}-{file.stem}-{width}-{scheme}.png", full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
