"""A parent without an account, with a mailbox, who reports; and what the systems hold then."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from portal.cases.models import Case, CaseEvent
from portal.children.models import Report
from tests.browse import Browser, Page
from tests.conftest import Portal

LAN = "lan.parent@example.net"
ANSWERS: dict[str, dict[str, Any]] = {
    "who": {"relation": "mother"},
    "account": {"target_name": "Minh"},
    "age": {"country": "DE", "month": "3", "year": "2015"},
    "wishes": {"wish_stop": "y", "wish_delete": "y"},
    "reach": {"email": LAN, "reach": "email"},
    "words": {"words": "He is eleven."},
}


@dataclass
class Parent:
    """Somebody signed out who reports."""

    portal: Portal
    browser: Browser
    address: str = LAN
    case: Case = field(init=False)

    def fill(self, **changed: dict[str, Any]) -> Page:
        """Walk to the page that says everything back."""
        return self.walk(*ANSWERS, **changed)

    def walk(self, *steps: str, **changed: dict[str, Any]) -> Page:
        """Answer these steps, with other words where some are given, and return the next page."""
        said, page = {**ANSWERS, **changed}, self.browser.get("/children/report")
        for step in ("who", "account", "age", "wishes", "until", "reach", "words"):
            if step in {*steps, *changed}:
                page = page.form("Continue").send(**said[step])
        return page

    def report(self, target: str = "", **changed: dict[str, Any]) -> Report:
        """Report, to the point where a code is asked for."""
        account = {"account": {"target_email": target}} if target else {}
        reach = {"reach": {"email": self.address, "reach": "email"}}
        self.asks = self.fill(**{**reach, **account, **changed}).form("Send the report").send()
        self.case = Case.select().order_by(Case.id.desc()).get()
        self.portal.drain()
        found: Report = Report.get(Report.case == self.case.id)
        return found

    def prove(self) -> Page:
        """Enter the code from the mail."""
        code = re.findall(r"\b\d{6}\b", self.mails())[-1]
        page = self.asks.form("Continue").send(code=code)
        self.portal.drain()
        return page

    def mails(self, to: str = "") -> str:
        """Return the texts of all mails to an address, the parent's own if none is named."""
        bodies = [mail.get_body(("plain",)) for mail in self.portal.mails() if mail["To"] == (to or self.address)]
        return "\n".join(str(body.get_content()) for body in bodies if body)


@pytest.fixture
def lan(portal: Portal) -> Parent:
    """Lan, whom no system knows."""
    return Parent(portal, Browser(portal.app))


@pytest.fixture
def mai(portal: Portal) -> str:
    """The address of Mai, a grown woman whom every system knows."""
    return portal.systems.cast["everyday"].email or ""


@pytest.fixture
def child(portal: Portal) -> str:
    """The address of somebody whom the Booking App and the Whitelabel App take for eleven, with no sign of an adult."""
    return child_in(portal, "small")


def child_in(portal: Portal, name: str, born: str = "2015-03-14", phone: str | None = None) -> str:
    """Put a child into the Booking App alone; return the address."""
    email = f"{name}@example.com"
    rows: dict[str, Any] = {"email": email, "full_name": "Minh Nho", "birth_date": born, "phone": phone, "tax_id": None}
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(users)")]
        known = dict(zip(columns, db.execute("SELECT * FROM users ORDER BY id LIMIT 1").fetchone(), strict=True))
        last = db.execute("SELECT MAX(id) FROM users").fetchone()[0]
        made = {**known, **rows, "id": last + 1, "member_number": f"M-{name}"[:20]}
        marks = ", ".join("?" * len(made))
        db.execute(f"INSERT INTO users ({', '.join(made)}) VALUES ({marks})", list(made.values()))
        db.commit()
    return email


def lines(case: Case) -> list[str]:
    """Return the names of all lines of a case, also those for staff alone."""
    return [row.name for row in CaseEvent.select().where(CaseEvent.case == case).order_by(CaseEvent.id)]


def marketing(portal: Portal, email: str) -> dict[str, Any]:
    """Return what the Booking App has stored of somebody's marketing choices."""
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db:
        db.row_factory = sqlite3.Row
        row = db.execute("SELECT * FROM users WHERE lower(email) = ?", (email,)).fetchone()
        return {name: row[name] for name in ("mail_events", "sms_events", "no_surveys")}
