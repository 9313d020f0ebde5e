"""`make lighthouse`: Lighthouse's marks of every page on a phone, as a table. Needs node and npm; it is no test.

Every page of the tour that an address leads to, and the main ones in an app too; PAGES="location inbox" for some.
Lighthouse is installed into var/lighthouse, in the version named here, and measures this machine as much as the pages.
It ends with 1 where a page has less than it must have.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.browser import tour
from tests.browser.conftest import ARGUMENTS
from tests.browser.showing import ROOT, demo

VERSION = "12.8.2"  # the last that runs on Node 20
KINDS = ("performance", "accessibility", "best-practices")
IN_APP = "view=app"  # as a cookie: one that the page sets itself would take the place of those that Lighthouse adds
ENOUGH = (95, 100, 100)
TRIES = 3  # now and then it loses the beginning of a page's trace, and asks to be run again
IN_BOTH = ("overview", "location", "marketing", "data", "download", "deletion", "security", "requests")


def main() -> None:
    """Measure them all over a demo world."""
    program, chromium = _installed(), shutil.which("chromium") or sys.exit("install Debian's chromium")
    with demo() as (made, _):
        short = sum(_is_short(program, chromium, *page) for page in _pages(made))
    sys.exit(1 if short else 0)


def _pages(made: tour.Tour) -> Iterator[tuple[str, str, str]]:
    """Yield name, address and cookies of each page that was asked for."""
    asked = os.environ.get("PAGES", "").split()
    for stop in made.stops:
        if stop.code or (asked and stop.name not in asked):
            continue
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in stop.cookies or [])
        yield stop.name, stop.address, cookies
        if stop.name in IN_BOTH:
            yield f"{stop.name}, in an app", stop.address, f"{cookies}; {IN_APP}"


def _is_short(program: Path, chromium: str, name: str, url: str, cookie: str) -> bool:
    """Print the marks of a page; tell whether one is less than it must be."""
    if refused := _refused(url, cookie):
        sys.stdout.write(f"| {name} | answers {refused}, which Lighthouse does not measure |\n")
        return False
    report = _measured(program, chromium, url, cookie)
    _told(name, report)
    return any(mark < least for mark, least in zip(_marks(report), ENOUGH, strict=True))


def _refused(url: str, cookie: str) -> int:
    """Return the status of a page that answers with an error, and 0 for any other."""
    try:
        with urlopen(Request(url, headers={"Cookie": cookie})):
            return 0
    except HTTPError as problem:
        return problem.code


def _installed() -> Path:
    folder = ROOT / "var" / "lighthouse"
    npm = shutil.which("npm") or sys.exit("install node and npm")
    if not (program := folder / "node_modules" / ".bin" / "lighthouse").exists():
        wanted = ["install", "--no-audit", "--no-fund", "--prefix", str(folder), f"lighthouse@{VERSION}"]
        subprocess.run([npm, *wanted], check=True)
    return program


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
