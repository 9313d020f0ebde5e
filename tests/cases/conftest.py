"""Requests of people without an account: filed by the public form, followed by the link in the mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from portal.cases.models import Case
from tests.browse import Browser, Page
from tests.conftest import Portal

NAM = "nam.outside@example.com"


@dataclass
class Stranger:
    """Somebody signed out, with a mailbox."""

    portal: Portal
    browser: Browser
    address: str

    def ask(self, kind: str = "download", **said: Any) -> Case:
        """File a request by the public form."""
        form = self.browser.get(f"/requests/new/{kind}").form("Send the request")
        assert form.send(email=self.address, **said).path == "/requests/sent"
        self.portal.drain()
        return Case.select().order_by(Case.id.desc()).get()

    def open(self) -> Page:
        """Open the page that the newest mail leads to."""
        return self.browser.get(self.link(r"/requests/R-\S+"))

    def link(self, path: str) -> str:
        """Return the last address of this form in any mail."""
        found = re.findall(re.escape(self.portal.config.base_url) + f"({path})", self.mails())
        return str(found[-1])

    def mails(self, to: str = "") -> str:
        """Return the texts of all mails to an address, one's own if none is named."""
        bodies = [mail.get_body(("plain",)) for mail in self.portal.mails() if mail["To"] == (to or self.address)]
        return "\n".join(str(body.get_content()) for body in bodies if body)

    def code(self) -> str:
        """Ask for a code on the page of the request, and return it."""
        self.browser.post(self.link(r"/requests/R-\S+") + "/prove/code", data={"send": "code"})
        self.portal.drain()
        return re.findall(r"\b\d{6}\b", self.mails())[-1]


@pytest.fixture
def nam(portal: Portal) -> Stranger:
    """Nam, whom no system knows."""
    return Stranger(portal, Browser(portal.app), NAM)


@pytest.fixture
def mai(portal: Portal) -> Stranger:
    """Mai, whom every system knows, without having signed in."""
    return Stranger(portal, Browser(portal.app), portal.systems.cast["everyday"].email or "")
