"""Whatever stands in a form or an address is answered with a page of ours: tried on every form that a walk comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from werkzeug.test import TestResponse

from portal.cases import service as cases
from tests.browse import Browser
from tests.conftest import Portal
from tests.lint import Node, lint
from tests.people import member, staff

TYPED = (
    "a\x00b\r\nBcc: all@example.com\u202e\ufeff\u0007",
    "https://evil.example.com/\\@//evil.example.com/../../{0.__class__} %(name)s %s {{7*7}}",
    "x" * 70_000,
    "9" * 40,
    "²",
    "0001-01-01",
    "9999-12-31",
    "",
)
BODIES = (b"%ff%fe=%ff&name=%ed%a0%80&\x00=1", b"name=\xff\xfe")
ENDS_THE_VISIT = re.compile(r"sign-out|/language|/view")
DOORS = ["/", "/requests/new", "/children/report", "/contact", "/sign-in/password", "/delete-account", "/staff/sign-in"]
FORM = "application/x-www-form-urlencoded"
HERE = {"Sec-Fetch-Site": "same-origin"}

Found = dict[tuple[str, str], set[str]]  # method and address of a form: the names of its fields


@pytest.mark.parametrize("urls", ["many"], indirect=True)  # PostgreSQL refuses more than SQLite
@pytest.mark.parametrize("who", ["nobody", "person", "admin"])
def test_whatever_is_typed_is_answered(portal: Portal, who: str) -> None:
    cases.open_without_account("restriction", "nam.outside@example.com", "en")
    mai = member(portal, "everyday")
    browser = {"nobody": lambda: Browser(portal.app), "person": lambda: mai.browser}.get(
        who, lambda: staff(portal, "admin").browser
    )()
    starts = {"person": ["/overview", *DOORS], "admin": ["/staff/requests", "/staff/members/add"]}
    found = walk(browser, starts.get(who, DOORS), 150)
    assert len(found) > {"nobody": 8, "person": 25, "admin": 25}[who], "the walk ended early"
    assert [line for form, names in found.items() for line in attacked(browser, form, names)] == []


def walk(browser: Browser, starts: list[str], most: int) -> Found:
    """Return the forms of all pages that are reached from here, a page of each kind."""
    seen, found, todo = set[str](), Found(), list(starts)
    while todo and len(seen) < most:
        place = todo.pop(0).partition("#")[0]
        kind = re.sub(r"/(\d+|[A-Za-z0-9_-]{16,})(?=/|$)", "/N", place.partition("?")[0])
        if kind in seen or not place.startswith("/") or ENDS_THE_VISIT.search(place):
            continue
        seen.add(kind)
        answer = browser.client.get(place, headers=HERE, follow_redirects=True)
        assert answer.status_code < 500, place
        if answer.mimetype == "text/html":
            root, _ = lint(answer.text, "localhost")
            todo += [urljoin(place, link["href"]) for link in root.all("a") if link["href"]]
            for form, names in forms(root, answer.request.path):
                found.setdefault(form, set()).update(names)
    return found


def forms(root: Node, place: str) -> Iterator[tuple[tuple[str, str], set[str]]]:
    for form in root.all("form"):
        names = {each["name"] for each in form.all("input", "textarea", "select", "button") if each["name"]}
        action = urljoin(place, form["action"] or form["hx-post"])
        if not ENDS_THE_VISIT.search(action):
            yield (form["method"] or "get", action), names


def attacked(browser: Browser, form: tuple[str, str], names: set[str]) -> Iterator[str]:
    """Yield what went wrong with a form, a line for each."""
    method, address = form
    for value in TYPED:
        if method == "get":
            known = dict(parse_qsl(urlsplit(address).query)) | dict.fromkeys(names, value[:4000])
            answer = browser.client.get(f"{urlsplit(address).path}?{urlencode(known)}")
        else:
            answer = browser.client.post(address, data=dict.fromkeys(names, value), headers=HERE)
        yield from wrong(answer, f"{method} {address} with {value[:30]!r}")
    for body in BODIES if method == "post" else ():
        answer = browser.client.post(address, data=body, content_type=FORM, headers=HERE)
        yield from wrong(answer, f"{method} {address} with {body!r}")


def wrong(answer: TestResponse, what: str) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"{what}: {answer.status_code}"
    location = answer.headers.get("Location", "/")
    if not re.match(r"/(?![/\\])", location) or "evil" in location.partition("?")[0]:
        yield f"{what}: leads to {location[:100]}"
