"""A small app that has the web storey and three pages, and nothing of any room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, Request, current_app
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, FileSystemLoader

from portal.kernel import crypto
from portal.web import init_app
from portal.web.shipped import shipped
from tests.browse import Client
from tests.web.sample import room

SITE = SimpleNamespace(
    name="Acme",
    product="Privacy",
    support_email="privacy@acme.example",
    languages=("en", "vi"),
    every_language=("en", "vi"),
    room_languages={},
    timezone="Asia/Ho_Chi_Minh",
    base_url="https://privacy.acme.example",
)


@dataclass(frozen=True)
class Person:
    """A session as accounts would load it."""

    account_id: int = 1
    token: str = "t" * 43
    fresh_until: datetime | None = None
    language: str | None = "en"
    subject_id: int = 1
    memo: dict[str, Any] = field(default_factory=dict)


NOW = datetime.now(UTC)
ANNA = Person()
PEOPLE = {
    "anna": ANNA,
    "fresh": replace(ANNA, fresh_until=NOW + timedelta(hours=1)),
    "stale": replace(ANNA, fresh_until=NOW - timedelta(seconds=1)),
    "binh": Person(2, "b" * 43, language="vi"),
}


def load(request: Request) -> Person | None:
    """Find the session by its cookie, as accounts do."""
    current_app.extensions["loaded"].append(who := request.cookies.get("who", ""))
    if who == "broken-database":
        raise ConnectionError
    return PEOPLE.get(who)


@pytest.fixture
def app() -> Flask:
    """Return the small app."""
    return make_app()


def make_app(**site: Any) -> Flask:
    """Make the small app for a site that differs in something."""
    crypto.use_keys("a secret of the tests", (), ())
    app = Flask(__name__, static_folder=None)
    app.test_client_class = Client
    app.extensions["portal"] = SimpleNamespace(site=SimpleNamespace(**{**vars(SITE), **site}))
    folders = [Path(__file__).parent / "templates", shipped("templates")]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.extensions["loaded"] = []
    app.testing = True
    init_app(app, load)
    app.register_blueprint(room)
    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Return a browser that is signed out."""
    return app.test_client()


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    """Return a browser with a session."""
    return signed_in(app)


def signed_in(app: Flask, who: str = "anna") -> FlaskClient:
    """Return a browser with this session."""
    client = app.test_client()
    client.set_cookie("who", who, domain="privacy.acme.example")
    return client
