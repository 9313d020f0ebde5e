"""What a person does in a browser, one step a function."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Error, Page, expect

from portal.client import Client
from portal.demo import crew
from portal.demo.booking_app import BookingApp
from portal.demo.listening import Listening
from portal.hooks.service import signing
from tests.independent import value
from tests.live import ROOT, Live, command, eventually


@dataclass
class Person:
    """Somebody with a browser: a page, and whether scripts run in it."""

    page: Page
    portal: Live
    scripts: bool
    language: str

    def open(self, path: str) -> None:
        self.page.goto(self.portal.url + path)

    def wait_for(self, selector: str) -> None:
        """Wait for something to appear: it comes by itself with scripts, and without by looking again."""
        if self.scripts:
            expect(self.page.locator(selector).first).to_be_visible(timeout=60_000)
            return

        def look() -> bool:
            # A form that was just sent may still be changing one page for the next: then neither can be asked.
            with suppress(Error):
                if self.page.locator(selector).count() > 0:
                    return True
                self.page.reload()
            return False

        eventually(look, selector)

    def sign_in(self, email: str) -> None:
        before = len(self.portal.mails())
        self.open("/sign-in")
        self.page.fill("#email", email)
        self.page.click("main button.button")
        self.page.fill("#code", self.portal.code(before))
        self.page.click("main button.button")
        self.page.wait_for_url("**/overview")
        assert self.page.locator("html").get_attribute("lang") == self.language

    def report_child(self, target: str, email: str) -> str:
        """Report a child's account, one thing a page; return the address of the page that asks for the code."""
        self.open("/children/report")
        self.page.check("input[value=mother]")
        self.page.click("#next")
        self.page.fill("#target_email", target)
        self.page.click("#next")
        self.page.select_option("#country", "DE")
        self.page.select_option("#month", "3")
        self.page.fill("#year", "2015")
        self.page.click("#next")
        self.page.check("#wish_stop")
        self.page.check("#wish_delete")
        self.page.click("#next")
        self.page.fill("#email", email)
        self.page.click("#next")
        self.page.fill("#words", "He is eleven.")
        self.page.click("#next")
        self.page.click("#send")
        self.page.wait_for_url(re.compile(r"/children/report/R-"))
        return self.page.url

    def enter_staff(self, member: crew.Member, before: int) -> None:
        """Show both factors of a member of the demo's staff, whose code was asked for after so many mails."""
        self.page.fill("#code", self.portal.code(before))
        self.page.click("main button.button")
        self.page.wait_for_url("**/factor")
        self.page.fill("#code", crew.code(member))
        self.page.click("main button.button")
        self.page.wait_for_url("**/staff/requests")

    def tell_birth(self, year: int, email: str) -> None:
        """Fill the form of signing up, up to the page that says the date back."""
        self.open("/sign-up")
        self.page.fill("#born-day", "3")
        self.page.select_option("#born-month", "3")
        self.page.fill("#born-year", str(year))
        self.page.select_option("#country", "VN")
        self.page.fill("#email", email)
        self.page.click("main button.button")


@contextmanager
def somebody(
    chromium: Browser, portal: Live, *, scripts: bool = True, width: int = 1180, language: str = "en"
) -> Iterator[Person]:
    """Give somebody a browser; at the end nothing strange may have happened in it."""
    context = chromium.new_context(
        java_script_enabled=scripts,
        viewport={"width": width, "height": 900},
        locale=language,
        accept_downloads=True,
    )
    page = context.new_page()
    strange: list[str] = []
    page.on("request", lambda request: strange.append(request.url) if not request.url.startswith(portal.url) else None)
    page.on("console", lambda said: strange.append(said.text) if _is_odd(said.type, said.text) else None)
    yield Person(page, portal, scripts, language)
    assert strange == [], f"a page asked another host, or a script complained: {strange}"
    context.close()


def lists(portal: Live, email: str, channel: str = "email") -> dict[str, str]:
    """Return what a sender is given for a mail about events to somebody: `url` off the list, `preferences`."""
    lay_crew(portal)  # the Booking App's key is laid beside the staff
    body = {"people": [{"email": email}], "purpose": "marketing.events", "channel": channel}
    with closing(Client(portal.url, portal.environ["BOOKING_KEY"])) as client:
        return dict(client.call("POST", "/unsubscribe-addresses", body)["addresses"][0])


def letter(portal: Live, email: str) -> str:
    """Let the Booking App mail somebody about events; return the text of the mail."""
    lay_crew(portal)
    database = portal.systems.database("booking")
    with closing(sqlite3.connect(database)) as booking:
        (user,) = booking.execute("SELECT id FROM users WHERE lower(email) = ?", (email,)).fetchone()
    with closing(Client(portal.url, portal.environ["BOOKING_KEY"])) as client:
        listening = Listening(database.with_name("booking-heard.db"), signing.new_secret())
        app = BookingApp(f"sqlite:///{database}", Path(portal.environ["PORTAL_DEMO"]), client, listening)
        assert app.write("events", [user], "Open day", "Come and see.")["sent"] == 1
    return next(text for text in portal.texts() if text.startswith("Come and see."))


def lay_crew(portal: Live) -> None:
    """Add the demo's staff."""
    subprocess.run([sys.executable, "-m", "portal.demo.crew"], env=portal.environ, cwd=ROOT, check=True)


def _is_odd(kind: str, text: str) -> bool:
    """Tell an error of a script or a missing file from a form that was refused, which Chromium calls an error too."""
    return kind == "error" and "status of 422" not in text


def let_days_pass(portal: Live, reference: str = "") -> None:
    """Let the fourteen days be over for a deletion, or for all, by the row that says when it is due.

    Nobody is woken by that, so a worker that comes by carries it out, and none has to wait for the minute's sweep.
    """
    past = "2026-01-01T00:00:00.000000+00:00"
    statement = """UPDATE deletions SET due_at = ?, scheduled_for = ?
    WHERE state IN ('scheduled', 'paused') AND ? IN ('', (SELECT reference FROM cases WHERE cases.id = case_id))"""
    change(portal, statement, past, past, reference)
    subprocess.run(command("worker", "--drain"), env=portal.environ, cwd=ROOT, check=True)


def let_settings_wait(portal: Live) -> None:
    """Let no worker do by the minute what pages would show or not by who is quicker.

    That is to take in what systems had of people, and to write what senders are told of them.
    """
    statement = """INSERT INTO schedules (name, begun_at) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET begun_at = excluded.begun_at"""
    for job in ("portal.consents.tasks.read_first", "portal.api.tasks.follow_choices"):
        change(portal, statement, job, "2099-01-01T00:00:00.000000+00:00")


def change(portal: Live, statement: str, *values: str) -> None:
    """Change rows of the portal, for what would have to be waited for or depends on who is quicker."""
    url = portal.environ["PORTAL_DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as db, db:
            db.execute(statement, values)
    else:
        import psycopg

        with psycopg.connect(url) as server:
            server.execute(statement.replace("?", "%s"), values)


class App:
    """The back end of an app: its key, and the number of its person."""

    def __init__(self, portal: Live, email: str = "mai.nguyen@example.com") -> None:
        self.portal = portal
        asked = command(
            "api-key", "add", f"Booking App of {email}", "--scope", "handoffs:write", "--scope", "vouches:booking"
        )
        self.key = subprocess.check_output(asked, env=portal.environ, cwd=ROOT, text=True).strip()
        self.number = str(
            value(portal.systems, "booking", "SELECT member_number FROM users WHERE lower(email) = ?", email)
        )

    def code(self, email: str = "", **wishes: Any) -> str:
        """Ask for a code; with `email` the app names an address, which proves nothing."""
        named = {"email": email} if email else {}
        body = {"person": {"source": "booking", "external_id": self.number, **named}, **wishes}
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        asked = Request(f"{self.portal.url}/api/v1/handoffs", json.dumps(body).encode(), headers)
        with urlopen(asked) as answer:
            return str(json.load(answer)["code"])

    def open(self, view: Page, **wishes: Any) -> None:
        """Post a code as a webview does: nothing of ours is shown before, and no page sends it."""
        hand_over(view, f"{self.portal.url}/handoff", self.code(**wishes))


def hand_over(view: Page, address: str, code: str) -> None:
    """Post a code to the hand-off."""

    def post(route: Any) -> None:
        headers = {**route.request.headers, "content-type": "application/x-www-form-urlencoded"}
        route.continue_(method="POST", post_data=f"code={code}", headers=headers)

    view.route("**/handoff", post)
    view.goto(address)
    view.unroute("**/handoff")
