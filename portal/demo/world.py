"""The demo world as a whole: three databases in a folder, and the people to try it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.demo import booking, crm, members
from portal.demo.people import CAST, Role, people
from portal.demo.sheet import lay, version_of
from portal.kernel import clock

VERSION = 4  # raise it when a schema or a row changes: the next start lays the world anew
HERE = Path(__file__).parent
SYSTEMS = {"booking": booking.fill, "crm": crm.fill, "whitelabel": members.fill}


@dataclass(frozen=True)
class World:
    """Where the demo systems keep their rows, and who is in them."""

    folder: Path
    cast: Mapping[str, Role]

    def database(self, system: str) -> Path:
        """Return the SQLite file of `booking`, `crm` or `whitelabel`."""
        return self.folder / f"{system}.db"


def build(folder: Path, *, small: bool = False, today: date | None = None) -> World:
    """Lay the three databases in a folder; one that is there in this version stays as it is.

    Dates hang on `today`, so that a booking to come is to come. `small` is the cast, a few strangers and a light heavy
    person, for tests.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder, CAST)
    stale = [system for system in SYSTEMS if version_of(world.database(system)) != VERSION]
    today = today or clock.now().date()
    everybody = people(today, small=small) if stale else []
    for system in stale:
        lay(world.database(system), HERE / f"{system}.sql", SYSTEMS[system](everybody, today, small=small), VERSION)
    return world
