"""Everywhere: axe-core finds nothing (WCAG 2.2 AA), and a reader hears what is written in `heard`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import reader, tour
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that read colours; the dark scheme changes nothing else
RUN = """([type, values]) => axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]}).then(
    found => found.violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.html.slice(0, 160)}`)))"""
Way = tuple[int, str]
WAYS: list[Way] = [(1180, "en"), (390, "vi")]
EVERY_WAY: list[Way] = list(itertools.product([320, 390, 768, 1180, 1600], ["en", "vi"]))


def faults(page: Page) -> Iterator[str]:
    """Look with every rule in the light, and in the dark at what has colours."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.emulate_media(color_scheme="light")
    yield from (f"light: {fault}" for fault in page.evaluate(RUN, ["tag", TAGS]))
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {fault}" for fault in page.evaluate(RUN, ["rule", COLOURS]))


def faults_as_shown(page: Page) -> list[str]:
    """Look with every rule at a page whose colours its app has chosen: another scheme would show the same again."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [str(fault) for fault in page.evaluate(RUN, ["tag", TAGS])]


def too_wide(page: Page, width: int) -> Iterator[str]:
    """Look whether a page is wider than the screen; a phone's, also than 320 pixels, which a zoom of 400 % leaves."""
    for narrow in {width, min(width, 320)} if width < 768 else {width}:
        page.set_viewport_size({"width": narrow, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            yield f"wider than {narrow} pixels (RULES U3)"
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("ways", [WAYS, pytest.param(EVERY_WAY, marks=pytest.mark.soak)], ids=["some", "every"])
@pytest.mark.parametrize("half", tour.HALVES)
def test_axe_finds_nothing_anywhere(
    chromium: Browser, live_portal: Live, tmp_path: Path, half: tour.Half, ways: list[Way]
) -> None:
    folder = tmp_path / "tour"
    folder.mkdir()
    made = tour.prepare(chromium, live_portal, folder, [half])
    wrong: list[str] = []
    unlike: list[str] = []
    for width, language in ways:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, bypass_csp=True, locale=language, reduced_motion="reduce"
        )
        context.add_init_script(path=AXE)
        page = context.new_page()
        for stop in made.stops:
            tour.visit(context, page, stop, language)
            if (width, language) == WAYS[0]:
                unlike += reader.differences(stop.name, reader.tree(page))
            found = [*faults(page), *too_wide(page, width)]
            wrong += [f"{stop.name} at {width}, {language}: {fault}" for fault in found]
        context.clear_cookies()
        for file in made.files:
            page.goto(file.as_uri())
            wrong += [f"{file.relative_to(folder)} at {width}, {fault}" for fault in faults(page)]
        context.close()
    assert len(made.stops) > 15
    assert len(made.files) > 8
    assert wrong == []
    assert unlike == [], "\n".join(["a reader hears something else; if that is meant: make heard", *unlike])
