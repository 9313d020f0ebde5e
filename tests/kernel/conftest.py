"""A database with the tables of a portal, on each engine, and no portal around it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.kernel import crypto, db, work
from tests.conftest import laid_url


@pytest.fixture(autouse=True)
def keys() -> None:
    key = base64.urlsafe_b64encode(bytes(32)).decode()
    crypto.use_keys("secret", (key,), (key,))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return laid_url(request, tmp_path)


@pytest.fixture
def tables(database_url: str, tmp_path: Path) -> Iterator[None]:
    opened = db.connect(database_url)
    work.open_queue(f"sqlite:///{tmp_path}/queue.db", lease_seconds=60)
    yield
    opened.close()
    if hasattr(opened, "close_all"):
        opened.close_all()
