"""A whole portal for each test: its systems, its database, its worker at hand and its mails in a folder.

Every test that asks for `portal` runs on both set-ups: embedded, and many machines.
"""

from __future__ import annotations

import base64
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import flask
import hypothesis
import psycopg
import pytest

from portal import config, migrations
from portal.config import Config
from portal.demo import world
from portal.demo.stage import HERE
from portal.demo.whitelabel import Server
from portal.kernel import db, work
from tests.keeping import read_once  # noqa: F401 - found by name
from tests.servers.engines import *  # noqa: F403 - fixtures are found by name
from tests.servers.lending import Lent

PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("soak", max_examples=5_000, **PATIENT)
hypothesis.settings.register_profile("busy machine", **PATIENT)
hypothesis.settings.load_profile("busy machine")  # where one example waits for its turn

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
BASE_URL = "http://localhost:8000"
SECRET = "a secret of the tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no process waits for the other."""
    items.sort(key=lambda item: not (item.get_closest_marker("browser") or "test_kills" in item.nodeid))


class Portal:
    """A portal in this process, and what a test does with it."""

    def __init__(self, app: flask.Flask, settings: Config, systems: world.World) -> None:
        self.app, self.config, self.systems = app, settings, systems

    def drain(self) -> int:
        """Let the worker do everything that is due."""
        return work.drain()

    def mails(self) -> list[EmailMessage]:
        """Return what was sent, the oldest first."""
        folder = Path(self.config.mail_url.removeprefix("file://"))
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default) for file in files]

    def texts(self, to: str) -> list[str]:
        """Return the text messages that were sent to a phone, the oldest first."""
        folder = Path((self.config.sms_url or "file://").removeprefix("file://"))
        files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        sent = [json.loads(file.read_bytes()) for file in files]
        return [message["text"] for message in sent if message["to"] == to]

    def last_mail(self) -> str:
        """Return the text of the newest mail."""
        body = self.mails()[-1].get_body(("plain",))
        return "" if body is None else str(body.get_content())


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> world.World:
    """The demo systems with few people, built once; tests work on copies."""
    return world.build(tmp_path_factory.mktemp("world"), small=True)


@pytest.fixture
def systems(small_world: world.World, tmp_path: Path) -> world.World:
    """The demo systems for one test."""
    folder = tmp_path / "systems"
    shutil.copytree(small_world.folder, folder)
    return world.World(folder, small_world.cast)


@pytest.fixture
def whitelabel(systems: world.World) -> Iterator[Server]:
    """The Whitelabel App, listening."""
    with listening(systems) as server:
        yield server


@contextmanager
def listening(systems: world.World) -> Iterator[Server]:
    """Let the Whitelabel App of these systems listen."""
    with Server(0, systems.database("whitelabel"), SECRET) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def laid_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no row, to be copied: a migration takes longer than most tests."""
    file = tmp_path_factory.mktemp("laid") / "portal.db"
    lay(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def laid_database(postgresql: str) -> Lent:
    """A PostgreSQL database with all tables and no row, lent to one test after another."""
    with psycopg.connect(postgresql, autocommit=True) as server:
        server.execute("CREATE DATABASE laid")
    lay(f"{postgresql}laid")
    return Lent(postgresql, "laid")


def lay(url: str) -> None:
    opened = db.connect(url)
    migrations.up()
    opened.close()
    _close_pool(opened)


@pytest.fixture
def laid_postgresql_url(laid_database: Lent) -> str:
    """The address of a PostgreSQL database with all tables and no row."""
    return laid_database.lend()


def laid_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database with all tables and no row, on the engine that the parameter names."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("laid_file"), tmp_path / "portal.db")
        return f"sqlite:///{tmp_path}/portal.db"
    return str(request.getfixturevalue("laid_postgresql_url"))


@pytest.fixture(params=["embedded", "many"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Where tables, queue and archives are, in both set-ups."""
    return where(request, tmp_path)


def where(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Return where tables, queue and archives are: on this machine, in one folder if asked, or on servers."""
    if request.param in ("embedded", "one folder"):
        folder = tmp_path / "own" if request.param == "one folder" else tmp_path
        return embedded(request.getfixturevalue("laid_file"), folder, tmp_path)
    return {
        "PORTAL_DATABASE_URL": request.getfixturevalue("laid_postgresql_url"),
        "PORTAL_QUEUE_URL": request.getfixturevalue("redis_url"),
        "PORTAL_ARCHIVES_URL": request.getfixturevalue("s3_url"),
    }


def embedded(laid_file: Path, folder: Path, beside: Path) -> dict[str, str]:
    """Return where tables, queue and archives are in one folder of this machine, with all tables and no row."""
    folder.mkdir(exist_ok=True)
    shutil.copy(laid_file, folder / "portal.db")
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{beside}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{folder}/archives",
    }


@pytest.fixture
def environ(urls: dict[str, str], systems: world.World, whitelabel: Server, tmp_path: Path) -> dict[str, str]:
    """The environment of a portal over the demo systems."""
    return environ_of(urls, systems, whitelabel, tmp_path)


def environ_of(urls: dict[str, str], systems: world.World, whitelabel: Server, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a portal over these systems."""
    return {
        **urls,
        "PORTAL_SECRET_KEY": "a key of the tests",
        "PORTAL_ENCRYPTION_KEYS": KEY,
        "PORTAL_HASH_KEYS": KEY,
        "PORTAL_MAIL_URL": f"file://{tmp_path}/mailbox",
        "PORTAL_SMS_URL": f"file://{tmp_path}/mailbox",
        "PORTAL_BASE_URL": BASE_URL,
        "PORTAL_SOURCES": str(HERE / "sources"),
        "PORTAL_SITE": str(HERE / "site.toml"),
        "PORTAL_DEMO": f"{tmp_path}/mailbox",
        "PORTAL_LEASE_SECONDS": "5",
        "BOOKING_URL": f"sqlite:///{systems.database('booking')}",
        "CRM_URL": f"sqlite:///{systems.database('crm')}",
        "WHITELABEL_URL": f"http://127.0.0.1:{whitelabel.server_address[1]}",
        "WHITELABEL_SECRET": SECRET,
        "BOOKING_KEY": f"pak_{KEY}",
    }


@pytest.fixture
def app_is_kept() -> bool:
    """Whether the app may be one that an earlier test had."""
    return True


@pytest.fixture
def portal(environ: dict[str, str], systems: world.World, app_is_kept: bool) -> Iterator[Portal]:
    """A portal with its tables made and its policies published."""
    import portal.worker  # noqa: F401 - declares every task
    from portal.policies import service as policies
    from tests.keeping import open_portal

    app, settings = open_portal(config.from_environment(environ), kept=app_is_kept)
    migrations.up()
    policies.publish_from(settings.site.policies)
    yield Portal(app, settings, systems)
    db.database.close()
    _close_pool(db.database.obj)


def _close_pool(opened: Any) -> None:
    if hasattr(opened, "close_all"):
        opened.close_all()


@pytest.fixture
def today() -> date:
    """The day on which the demo world was built."""
    return date.today()
