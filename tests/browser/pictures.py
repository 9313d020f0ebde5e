"""`make pictures`: every page at 390 and 1180 pixels, light and dark, in every language, in var/pictures."""

from __future__ import annotations

import shutil
import sys
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.browser import tour
from tests.browser.showing import ROOT, demo

WIDTHS, LANGUAGES = (390, 1180), ("en", "vi")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Draw them all over a demo world."""
    target = ROOT / "var" / "pictures"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with demo() as (made, browser):
        draw(made, browser, target)
    sys.stdout.write(f"{len(list(target.iterdir()))} pictures in {target.relative_to(ROOT)}\n")


def draw(made: tour.Tour, browser: Browser, target: Path) -> None:
    """Take a picture of each stop and file in each way."""
    for width, scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language)
        page = context.new_page()
        for stop in made.stops:
            tour.visit(context, page, stop, language)
            page.screenshot(path=target / f"{stop.name}-{width}-{scheme}-{language}.png", full_page=True)
        context.clear_cookies()
        for number, file in enumerate(made.files):
            page.goto(file.as_uri())
            page.screenshot(path=target / f"file-{number}-{file.stem}-{width}-{scheme}.png", full_page=True)
        context.close()


if __name__ == "__main__":
    main()
