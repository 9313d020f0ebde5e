"""What a screen reader's user comes upon: the tree that the browser hands it, and what is said at each step."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

WRITTEN = Path(__file__).parent / "heard"
_WAYMARKS = "banner navigation main contentinfo region group heading link button textbox radio checkbox switch combobox"
_WAYMARK = re.compile(rf" *- '?({'|'.join(_WAYMARKS.split())})\b")
_CHANGING = (
    (r"\bR-[A-Z0-9]{4}-[A-Z0-9]{2}\b", "R-…"),
    (r"/[0-9a-f]{32,}", "/…"),
    (r"/static/[^\s\"]+", "/static/…"),
    (
        r"\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}",
        "<day>",
    ),
    (r"\b\d{1,2}:\d{2}\b( \S+/\S+| [A-Z]{2,4}\b| UTC\S*)?", "<time>"),
    (r"(?<![h=\d])\d[\d,.]*", "#"),
)


def steady(text: str) -> str:
    """Return a text without what changes from day to day: dates, times, numbers, references and secrets."""
    for pattern, put in _CHANGING:
        text = re.sub(pattern, put, text)
    return text


def tree(page: Page) -> str:
    """Return what a reader finds its way by: title, landmarks, headings, groups and controls, with their names."""
    lines = (line.rstrip() for line in page.locator("body").aria_snapshot().splitlines())
    found = [line for line in lines if _WAYMARK.match(line)]
    return steady("\n".join([f"title: {page.title()}", *found])) + "\n"


class Reader:
    """Goes through a page with the keyboard alone and writes down what is heard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[str] = []
        self._tree = page.context.new_cdp_session(page)

    def arrive(self) -> None:
        """Hear a new page: its title and its heading."""
        self.page.wait_for_load_state()
        self.heard.append(f"page: {self.page.title()}")
        self.heard.append(f"h1: {self.page.locator('h1').inner_text()}")

    def tab_to(self, name: str, limit: int = 60) -> None:
        """Press Tab until a control of this name in the main part has the focus, hearing each there on the way."""
        for _ in range(limit):
            self.page.keyboard.press("Tab")
            said, inside = self._focused()
            if inside:
                self.heard.append(f"tab: {said}")
                if name in said:
                    return
        raise AssertionError(f"{name!r} was not reached; heard:\n" + "\n".join(self.heard))

    def press(self, key: str) -> None:
        """Press a key."""
        self.heard.append(f"press: {key}")
        self.page.keyboard.press(key)

    def listen(self, words: str, region: str = "#said") -> None:
        """Wait until the live region says something with these words, and write down what it says."""
        self.page.wait_for_function(
            "([where, words]) => document.querySelector(where)?.textContent.includes(words)",
            arg=[region, words],
            timeout=60_000,
        )
        said = " ".join(self.page.locator(region).inner_text().split())
        self.heard.append(f"said: {said}")

    def stays(self) -> None:
        """Say where the focus is, after what happened."""
        self.heard.append(f"focus: {self._focused()[0]}")

    def text(self) -> str:
        """Return all that was heard, without what changes from day to day."""
        return steady("\n".join(self.heard)) + "\n"

    def _focused(self) -> tuple[str, bool]:
        inside = bool(self.page.evaluate("!!document.activeElement.closest('main')"))
        found = self._tree.send("Runtime.evaluate", {"expression": "document.activeElement"})
        node = self._tree.send(
            "Accessibility.getPartialAXTree", {"objectId": found["result"]["objectId"], "fetchRelatives": False}
        )
        return _spoken(node["nodes"][0]), inside


def _spoken(node: dict[str, Any]) -> str:
    role, name = node["role"]["value"], node.get("name", {}).get("value", "")
    description = node.get("description", {}).get("value", "")
    states = {item["name"]: item["value"].get("value") for item in node.get("properties", [])}
    words = [role, f'"{name}"']
    if "checked" in states:
        words.append({"true": "on", "false": "off"}.get(str(states["checked"]), str(states["checked"])))
    words += [word for word in ("expanded", "invalid", "required", "disabled") if str(states.get(word)) == "true"]
    return " ".join(words) + (f" ({description})" if description else "")


def differences(name: str, text: str) -> list[str]:
    """Compare with what is written down under a name; `make heard` writes it down anew."""
    path = WRITTEN / f"{name}.txt"
    if os.environ.get("PORTAL_WRITE_HEARD"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    return list(
        difflib.unified_diff(before.splitlines(), text.splitlines(), f"{name}, written", f"{name}, heard", lineterm="")
    )
