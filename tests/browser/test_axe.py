"""Everywhere: axe-core finds nothing (WCAG 2.2 AA), and a reader hears what is written in `heard`."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import reader, tour
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Scheme = Literal["light", "dark"]
WAYS: list[tuple[int, Scheme, str]] = [
    (1180, "light", "en"),
    (1180, "dark", "en"),
    (390, "light", "vi"),
    (390, "dark", "vi"),
]
SCHEMES: list[Scheme] = ["light", "dark"]
EVERY_WAY = list(itertools.product([320, 390, 768, 1180, 1600], SCHEMES, ["en", "vi"]))


def faults(page: Page) -> list[str]:
    page.add_script_tag(path=str(AXE))
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found["violations"] for node in fault["nodes"]]


def wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


def narrowed(page: Page) -> bool:
    """Tell whether a page is wider than 320 pixels."""
    before = page.viewport_size
    assert before
    page.set_viewport_size({"width": 320, "height": 640})
    try:
        return wider_than_the_screen(page)
    finally:
        page.set_viewport_size(before)


@pytest.mark.parametrize("ways", [WAYS, pytest.param(EVERY_WAY, marks=pytest.mark.soak)], ids=["some", "every"])
def test_axe_finds_nothing_anywhere(
    chromium: Browser, live_portal: Live, tmp_path: Path, ways: list[tuple[int, Scheme, str]]
) -> None:
    folder = tmp_path / "tour"
    folder.mkdir()
    made = tour.prepare(chromium, live_portal, folder)
    wrong: list[str] = []
    unlike: list[str] = []
    for width, scheme, language in ways:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, locale=language
        )
        page = context.new_page()
        for stop in made.stops:
            tour.visit(context, page, stop)
            if (width, scheme, language) == WAYS[0]:
                unlike += reader.differences(stop.name, reader.tree(page))
            wrong += [f"{stop.name} at {width}, {scheme}: {fault}" for fault in faults(page)]
            if wider_than_the_screen(page):
                wrong.append(f"{stop.name} is wider than {width} pixels")
            if (width, scheme) == (390, "light") and narrowed(page):
                wrong.append(f"{stop.name} is wider than 320 pixels, or than a screen at 400 per cent (RULES U3)")
        context.clear_cookies()
        for file in made.files:
            page.goto(file.as_uri())
            wrong += [f"{file.relative_to(folder)} at {width}, {scheme}: {fault}" for fault in faults(page)]
        context.close()
    assert len(made.stops) > 15
    assert len(made.files) > 8
    assert wrong == []
    assert unlike == [], "\n".join(["a reader hears something else; if that is meant: make heard", *unlike])
