"""`make lighthouse`: Lighthouse's marks of the pages on a phone, as a table. Needs node and npm; it is no test.

Every page of the tour that an address alone leads to, and the main ones in an app too; PAGES="location inbox" for some.
Lighthouse is installed into var/lighthouse, in the version named here, and measures this machine as much as the pages.
It ends with 1 where a page has less than it must have.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from portal.demo import stage, world
from portal.demo.whitelabel import Server
from tests import live
from tests.browser import tour
from tests.browser.conftest import ARGUMENTS
from tests.browser.steps import Person
from tests.servers.engines import free_port

ROOT = Path(__file__).parent.parent.parent
VERSION = "12.8.2"  # the last that runs on Node 20
KINDS = ("performance", "accessibility", "best-practices")
IN_APP = "view=app"  # as a cookie: one that the page sets itself would take the place of those that Lighthouse adds
ENOUGH = (95, 100, 100)
REFUSED = {"handoff-unkept", "not-found", "unsubscribe-bad"}  # it measures no page that answers with an error
TRIES = 3  # now and then it loses the beginning of a page's trace, and asks to be run again
IN_BOTH = ("overview", "location", "marketing", "data", "download", "deletion", "security", "requests")


def main() -> None:
    """Measure them all over a small demo world."""
    program, chromium = _installed(), shutil.which("chromium") or sys.exit("install Debian's chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        systems = world.build(folder / "demo", small=True)
        environ = stage.settings(folder, free_port(), free_port())
        number = int(environ["WHITELABEL_URL"].rsplit(":", 1)[1])
        with Server(number, systems.database("whitelabel"), environ["WHITELABEL_SECRET"]) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with live.running(environ, systems) as portal:
                cookie = _signed_in(portal, chromium)
                short = sum(_is_short(program, chromium, *page) for page in _pages(portal.url, cookie))
            server.shutdown()
    sys.exit(1 if short else 0)


def _pages(base: str, cookie: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, address and cookies of each page that was asked for."""
    asked = os.environ.get("PAGES", "").split()
    for pages, cookies in ((tour.OPEN, ""), (tour.SIGNED_IN, cookie)):
        for name, path in pages.items():
            if name in REFUSED or (asked and name not in asked):
                continue
            yield name, base + path, cookies
            if name in IN_BOTH and cookies:
                yield f"{name}, in an app", base + path, f"{cookies}; {IN_APP}"


def _is_short(program: Path, chromium: str, name: str, url: str, cookie: str) -> bool:
    """Print the marks of a page; tell whether one is less than it must be."""
    report = _measured(program, chromium, url, cookie)
    _told(name, report)
    return any(mark < least for mark, least in zip(_marks(report), ENOUGH, strict=True))


def _installed() -> Path:
    folder = ROOT / "var" / "lighthouse"
    npm = shutil.which("npm") or sys.exit("install node and npm")
    if not (program := folder / "node_modules" / ".bin" / "lighthouse").exists():
        wanted = ["install", "--no-audit", "--no-fund", "--prefix", str(folder), f"lighthouse@{VERSION}"]
        subprocess.run([npm, *wanted], check=True)
    return program


def _signed_in(portal: live.Live, chromium: str) -> str:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(locale="en")
        Person(page, portal, True, "en").sign_in("mai.nguyen@example.com")
        cookies = page.context.cookies()
        browser.close()
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)


def _measured(program: Path, chromium: str, url: str, cookie: str) -> dict[str, Any]:
    """Return Lighthouse's report of a page as a phone of the middle class would load it."""
    headers = ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    flags = f"--chrome-flags={' '.join(['--headless', *ARGUMENTS])}"
    asked = [str(program), url, "--quiet", "--output=json", f"--only-categories={','.join(KINDS)}", flags, *headers]
    for _ in range(TRIES):
        answer = subprocess.run(asked, env={**os.environ, "CHROME_PATH": chromium}, stdout=subprocess.PIPE, check=False)
        if answer.returncode == 0:
            report: dict[str, Any] = json.loads(answer.stdout)
            return report
    sys.exit(f"Lighthouse gave up on {url}, {TRIES} times")


def _marks(report: dict[str, Any]) -> list[int]:
    return [round(100 * (report["categories"][kind]["score"] or 0)) for kind in KINDS]


def _told(name: str, report: dict[str, Any]) -> None:
    marks = _marks(report)
    shown = [report["audits"][name]["displayValue"] for name in ("largest-contentful-paint", "cumulative-layout-shift")]
    lost = [
        audit["id"]
        for kind in KINDS[1:]
        for ref in report["categories"][kind]["auditRefs"]
        if ref["weight"] and (audit := report["audits"][ref["id"]])["score"] not in (None, 1)
    ]
    sys.stdout.write(f"| {name} | {' | '.join(map(str, [*marks, *shown]))} | {', '.join(lost)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
