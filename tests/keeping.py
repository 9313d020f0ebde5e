"""What is the same in every portal of the tests is made once a process: its app, what manifests and policies say.

An app compiles two hundred addresses, and each template that is shown; with the manifests this took longer than most
tests. Nothing of a test may stay in what the next one gets, so an app is handed out as it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import flask
import pytest

from portal import start
from portal.app import create_app
from portal.config import Config
from portal.kernel import clean
from portal.sources import registry
from portal.sources.manifest import Manifest, read
from tests.browse import Client


class _Kept:
    """An app, and all of it that a test may change."""

    def __init__(self, settings: Config) -> None:
        self.app, self.site, self.proxies = create_app(settings), settings.site, settings.trusted_proxies
        self.app.test_client_class = Client
        self.facts, self.config = dict(vars(self.site)), dict(self.app.config)
        self.extensions = dict(self.app.extensions)

    def fits(self, settings: Config) -> bool:
        return (self.facts, self.proxies) == (vars(settings.site), settings.trusted_proxies)

    def restore(self) -> None:
        vars(self.site).update(self.facts)
        self.app.config.clear()
        self.app.config.update(self.config)
        self.app.extensions = dict(self.extensions)


_apps: list[_Kept] = []
_manifests: dict[tuple[str, bytes], Manifest] = {}


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """Read a manifest and clean a policy once, however many portals have it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "read", _read)
        patched.setattr(clean, "policy", cache(clean.policy))
        yield


def open_portal(settings: Config, *, kept: bool = True) -> tuple[flask.Flask, Config]:
    """Open a portal in this process; the site of its settings is the one that the app was made for."""
    if not kept:
        return _Kept(settings).app, settings
    found = next((one for one in _apps if one.fits(settings)), None)
    if found is None:
        _apps.append(found := _Kept(settings))
        return found.app, settings
    found.restore()
    settings = replace(settings, site=found.site)
    start.open_house(settings)
    return found.app, settings


def _read(path: Path) -> Manifest:
    key = path.name, path.read_bytes()
    if key not in _manifests:
        _manifests[key] = read(path)
    return _manifests[key]
