"""The ledger on each engine, over two small systems, with no web around it."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import portal.demo
from portal import config
from portal.accounts.models import Account, Identifier
from portal.config import Config, read_site
from portal.consents import tasks  # noqa: F401 - declares what carries choices out
from portal.kernel import crypto, db, work
from portal.sources import registry
from portal.subjects import service as subjects
from portal.subjects import tasks as looking  # noqa: F401 - declares what looks for people
from tests.conftest import laid_url

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
SITE = Path(portal.demo.__file__).parent / "site.toml"
MANIFEST = """
[source]
id = "{id}"
title = "{title}"
url = "{url}"

[subject]
table = "users"
key = "id"
match = {{ email = "email" }}

[tables.users]
title = "Profile"
erase = "delete"

[preferences]
"""
PREFERENCES = {
    "app": '"location.level" = { column = "users.level" }\n"marketing.events.email" = { column = "users.mails" }\n',
    "crm": '"marketing.events.email" = { column = "users.mails" }\n',
}
TERMS = {"notice_version": "1", "language": "en", "wording": "May we?"}
ANNA, BEN = "anna@example.com", "ben@example.com"


class System:
    """A system of one table, in which Anna and Ben are; it can be out of reach."""

    def __init__(self, file: Path) -> None:
        self.file, self.away = file, file.with_suffix(".away")
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, level TEXT, mails TEXT)")
            connection.execute("CREATE INDEX users_email ON users (lower(email))")
            connection.execute("INSERT INTO users VALUES (1, ?, 'precise', 'on'), (2, ?, 'precise', 'on')", (ANNA, BEN))
            connection.commit()

    def row(self, email: str) -> tuple[str, str] | None:
        """Return level and mails of somebody."""
        with closing(sqlite3.connect(self.file)) as connection:
            found: tuple[str, str] | None = connection.execute(
                "SELECT level, mails FROM users WHERE email = ?", (email,)
            ).fetchone()
            return found

    def run(self, statement: str) -> None:
        """Change something there, as the system itself would."""
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute(statement)
            connection.commit()

    def go(self) -> None:
        """Stop answering."""
        self.file.rename(self.away)

    def come_back(self) -> None:
        """Answer again."""
        self.away.rename(self.file)


@pytest.fixture
def systems(tmp_path: Path) -> dict[str, System]:
    """The two systems: `app` takes both choices, `crm` marketing alone."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    for name, preferences in PREFERENCES.items():
        url = f"sqlite:///{tmp_path}/{name}.db"
        text = MANIFEST.format(id=name, title=f"Demo {name.upper()}", url=url) + preferences
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return {name: System(tmp_path / f"{name}.db") for name in PREFERENCES}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the portal's tables are, on each engine."""
    return laid_url(request, tmp_path)


@pytest.fixture
def house(database_url: str, systems: dict[str, System], tmp_path: Path) -> Iterator[None]:
    """Tables, keys, purposes and systems of a portal."""
    queue = f"sqlite:///{tmp_path}/queue.db"
    site, keys = read_site(SITE, "http://localhost:8000"), (KEY,)
    config.use(Config(database_url, queue, "", "", "secret", keys, keys, site.base_url, tmp_path, site))
    crypto.use_keys("secret", keys, keys)
    opened = db.connect(database_url)
    work.open_queue(queue)
    registry.use(registry.load(tmp_path / "manifests", {}))
    yield
    registry.active().close()
    opened.close()
    if hasattr(opened, "close_all"):
        opened.close_all()


@pytest.fixture
def anna(house: None) -> int:
    """Anna, whom both systems know."""
    return member(ANNA)


def member(email: str) -> int:
    """Make an account with a proven address and let the worker look for it; return the subject."""
    account = Account.create(language="en")
    Identifier.create(account=account, kind="email", value=email, hash=crypto.keyed_hash("email", email))
    subject = subjects.ensure(account.id)
    work.drain()
    return subject
