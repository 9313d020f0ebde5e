"""People of the demo world with a browser that is signed in, and the archives they get."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from portal.accounts.models import Account, Identifier, Session
from portal.download import files, service
from portal.download.models import Download
from portal.kernel import clock, crypto, tokens
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.conftest import Portal

MAI = "mai.nguyen@example.com"
Only = Callable[..., None]


@dataclass
class Member:
    """Somebody signed in: their browser, and their number as a data subject."""

    portal: Portal
    browser: Browser
    subject: int

    def ask(self) -> Download:
        """Ask for a copy, without the page."""
        return service.ask(self.subject, "en")

    def copy(self) -> Download:
        """Ask for a copy and let the worker make it."""
        asked = self.ask()
        self.portal.drain()
        return self.now(asked)

    def now(self, download: Download) -> Download:
        """Return a download as it is now."""
        return service.load(download.case.reference, self.subject)


def member(portal: Portal, email: str, language: str = "en") -> Member:
    """Give somebody a proven address and a session that was confirmed a moment ago."""
    account = Account.create(language=language)
    Identifier.create(account=account, kind="email", value=email, hash=crypto.keyed_hash("email", email))
    subject, token, browser = subjects.ensure(account.id), tokens.new_token(), Browser(portal.app)
    fresh = clock.now() + timedelta(minutes=15)
    Session.create(account=account, digest=tokens.digest(token), device="a test", fresh_until=fresh)
    browser.client.set_cookie("session", token)
    portal.drain()
    return Member(portal, browser, subject)


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, who has rows in every system."""
    return member(portal, MAI)


def unpacked(download: Download) -> ZipFile:
    """Return the archive of a download."""
    return ZipFile(io.BytesIO(b"".join(files.store().read(download.file or ""))))


def read(archive: ZipFile, name: str) -> Any:
    """Return a JSON file of an archive."""
    return orjson.loads(archive.read(name))


@pytest.fixture
def only(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Only:
    """Let a portal be connected to these systems only, beside its own tables."""

    def connect(*sources: Source) -> None:
        own = registry.active().get(registry.OWN)
        monkeypatch.setattr(registry, "_active", [registry.Registry([*sources, own])])

    return connect
