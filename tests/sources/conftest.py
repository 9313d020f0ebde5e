"""The same world on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.kernel import clock
from tests.sources.bridge import HttpWorld
from tests.sources.world import NOW, World, sqlite_url
from tests.sources.zoo import Build, Zoo

SERVERS = ["postgresql", "mariadb"]
ENGINES = ["sqlite", *(pytest.param(name, marks=pytest.mark.servers) for name in SERVERS)]


@pytest.fixture
def at_one_moment() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path: Path, at_one_moment: None) -> World:
    """The world on every engine in turn."""
    return world_on(request, tmp_path)


@pytest.fixture(params=[*ENGINES, "http"])
def any_world(request: pytest.FixtureRequest, tmp_path: Path, at_one_moment: None) -> Iterator[World]:
    """The world on every engine in turn, and behind a system that speaks HTTP."""
    if request.param != "http":
        yield world_on(request, tmp_path)
        return
    over = HttpWorld(sqlite_url(tmp_path))
    over.build()
    yield over
    for bridge in over.bridges:
        bridge.shutdown()
        bridge.server_close()


def world_on(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Build the world on the engine that the parameter names."""
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue(f"{request.param}_url")
    world = World(url)
    world.build()
    return world


@pytest.fixture
def sqlite_world(tmp_path: Path, at_one_moment: None) -> World:
    """The world on SQLite alone."""
    world = World(sqlite_url(tmp_path))
    world.build()
    return world


@pytest.fixture(params=ENGINES)
def zoo(request: pytest.FixtureRequest, tmp_path: Path) -> Build:
    """What makes an odd database, on every engine in turn."""
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue(f"{request.param}_url")
    return lambda statements, toml, environ=None: Zoo(url, statements, toml, environ)
