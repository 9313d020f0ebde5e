"""The house as one can walk through it without a database: all models, all routes."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest

from portal import config
from portal.demo import stage
from portal.kernel import db
from portal.policies import service as policies
from tests.keeping import open_portal

HOUSE = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session", autouse=True)
def everything() -> None:
    """Import every module of the portal, so that each model, event and runner is declared."""
    for path in sorted((HOUSE / "portal").rglob("*.py")):
        name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        if "migrations" not in name and not name.endswith("__main__"):
            importlib.import_module(name.removesuffix(".__init__"))


@pytest.fixture
def app(tmp_path: Path, laid_file: Path) -> Iterator[flask.Flask]:
    """The web application with its tables, over systems that are not there."""
    environ = {**stage.settings(tmp_path, 8000, 9), "PORTAL_SITE": str(stage.HERE / "site.toml")}
    settings = config.from_environment(environ)
    shutil.copy(laid_file, settings.database_url.removeprefix("sqlite:///"))
    made, settings = open_portal(settings)
    policies.publish_from(settings.site.policies)
    yield made
    db.database.close()
