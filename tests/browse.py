"""A browser for tests: it follows redirects, keeps cookies, and reads every page as a careful person would.

    page = Browser(app).get("location.page")
    page = page.form("Save location level").send(level="off")

A page that should be refused is asked for with its status: `browser.get("/location/9", status=404)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lint import Node, lint


class Client(FlaskClient):
    """A client that asks at the portal's own address, for it answers at no other: `app.test_client_class = Client`."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send a request."""
        options.setdefault("base_url", self.application.extensions["portal"].site.base_url)
        return super().open(*args, **options)


class Page:
    """A page as it came back."""

    def __init__(self, browser: Browser, response: TestResponse, root: Node) -> None:
        self.browser = browser
        self.response = response
        self.root = root

    @property
    def status(self) -> int:
        """Return the status."""
        return self.response.status_code

    @property
    def path(self) -> str:
        """Return the address that it was found at, after redirects."""
        return str(self.response.request.path)

    @property
    def h1(self) -> str:
        """Return the heading."""
        return self.root.one("h1").text

    @property
    def text(self) -> str:
        """Return what is written in the main part, or in the region."""
        return " ".join(node.text for node in self.root.all("main")) or self.root.text

    @property
    def links(self) -> dict[str, str]:
        """Return the links by their words."""
        return {node.text: node["href"] for node in self.root.all("a")}

    def click(self, words: str) -> Page:
        """Follow the link with these words."""
        assert words in self.links, f"there is no link {words!r}; there are {list(self.links)}"
        return self.browser.get(urljoin(self.path, self.links[words]))

    def form(self, button: str) -> Form:
        """Return the form that has the button with these words or, for a switch, this name."""
        for node in self.root.all("button"):
            names = " ".join(self.root.one(id=name).text for name in node["aria-labelledby"].split())
            if button in {node.text, names, node["aria-label"]}:
                outer = node.within("form") or self.root.one("form", id=node["form"])
                return Form(self, outer, node)
        raise AssertionError(
            f"there is no button {button!r}; there are {[node.text for node in self.root.all('button')]}"
        )


class Form:
    """A form, filled as the page shows it."""

    def __init__(self, page: Page, node: Node, button: Node) -> None:
        self.page = page
        self.node = node
        elsewhere = page.root.all(form=node["id"]) if node["id"] else []
        self.values = {name: value for control in [*node, *elsewhere] for name, value in _value(control)}
        if button["name"]:
            self.values[button["name"]] = button["value"]

    def send(self, *, htmx: bool = False, status: int = 200, **values: str) -> Page:
        """Send it with these values; as htmx would, or as a browser without JavaScript."""
        unknown = values.keys() - {control["name"] for control in self.node}
        assert not unknown, f"the form has no {unknown}"
        address = urljoin(self.page.response.request.url, self.node["hx-post" if htmx else "action"])
        send = self.page.browser.post if self.node["method"] == "post" else self.page.browser.get
        return send(address, data={**self.values, **values}, htmx=htmx, status=status)


def _value(control: Node) -> Iterator[tuple[str, str]]:
    if control.tag == "input" and (control["type"] not in {"radio", "checkbox"} or "checked" in control.attributes):
        yield control["name"], control["value"]
    if control.tag == "textarea":
        yield control["name"], "".join(str(child) for child in control.children).removeprefix("\n")
    if control.tag == "select":
        options = control.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        yield from ((control["name"], option["value"]) for option in chosen)


class Browser:
    """A person's browser: one jar of cookies, one language, no JavaScript but what `htmx=True` plays."""

    def __init__(self, app: Flask, language: str = "en", client: FlaskClient | None = None) -> None:
        self.app = app
        self.base_url: str = app.extensions["portal"].site.base_url
        self.client = client or Client(app, app.response_class)
        self.headers = {"Accept-Language": language}

    def get(self, place: str, *, status: int = 200, region: str = "", htmx: bool = False, **values: Any) -> Page:
        """Open an address, or the page of an endpoint with its values."""
        data = values.pop("data", None)
        return self._open("GET", self._address(place, values), status, region, htmx, query_string=data)

    def post(self, place: str, *, status: int = 200, region: str = "", htmx: bool = False, data: Any = None) -> Page:
        """Post to an address as a page of this site would."""
        return self._open("POST", self._address(place, {}), status, region, htmx, data=data)

    def _address(self, place: str, values: dict[str, Any]) -> str:
        if "/" in place:
            return place
        with self.app.test_request_context(base_url=self.base_url):
            return url_for(place, **values)

    def _open(self, method: str, address: str, status: int, region: str, htmx: bool, **body: Any) -> Page:
        headers = {**self.headers, "Sec-Fetch-Site": "same-origin"} | ({"HX-Request": "true"} if htmx else {})
        response = self.client.open(address, method=method, headers=headers, follow_redirects=True, **body)
        where = f"{method} {address} -> {response.request.path}"
        assert response.status_code == status, (
            f"{where} answered {response.status}, not {status}:\n{response.text[:2000]}"
        )
        assert "Content-Security-Policy" in response.headers, f"{where} has no policy; is web.init_app called?"
        assert "no-store" in response.headers["Cache-Control"], f"{where} may be kept by caches"
        root, wrong = Node("#document"), list[str]()
        if response.mimetype == "text/html" and response.data:
            alone = htmx and not response.text.lstrip().startswith("<!doctype")
            name = region or ("/_" + _first_id(response.text) + ".html" if alone else "")
            root, wrong = lint(response.text, urlsplit(self.base_url).netloc, region=name)
        assert not wrong, f"{where} has {len(wrong)} faults:\n- " + "\n- ".join(wrong)
        return Page(self, response, root)


def _first_id(html: str) -> str:
    found = re.search(r'^\s*<\w+[^>]*?\bid="([^"]+)"', html)
    return found.group(1) if found else "?"
