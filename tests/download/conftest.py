"""People of the demo world with a browser that is signed in, and the archives they get."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from portal.download import files, service
from portal.download.models import Download
from portal.sources import registry
from portal.sources.base import Source
from tests import people
from tests.conftest import Portal

MAI = "mai.nguyen@example.com"
Only = Callable[..., None]


class Member(people.Member):
    """Somebody signed in who takes copies."""

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
    return people.made(Member, portal, email, language)


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
