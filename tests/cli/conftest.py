"""Every engine, and the command line as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.sources.conftest import ENGINES, at_one_moment, sqlite_world, world
from tests.sources.world import sqlite_url

__all__ = ["at_one_moment", "sqlite_world", "world"]
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """An empty database on every engine in turn: its URL and the engine's name."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path), "sqlite"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url, url.partition(":")[0]


@pytest.fixture
def command() -> Command:
    """Run the command line and return how it ended, with what it said."""

    def run(*words: str, environ: Mapping[str, str] | None = None, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portal", *words],
            env={**os.environ, **(environ or {})},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run
