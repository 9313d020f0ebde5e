"""Where archives lie in the store: a folder a request, in it an archive and the pages of its systems for each fence.

So a worker that was overtaken can never overwrite what its successor made, and whatever a kill left behind has a name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from portal import config
from portal.kernel import failpoints
from portal.kernel.storage import Store, open_store

_ROOT = "downloads/"


def store() -> Store:
    """Return the store of this process."""
    return _opened(config.active().archives_url)


@cache
def _opened(url: str) -> Store:
    return open_store(url)


def name(reference: str, fence: int) -> str:
    """Return the name of the archive that the holder of a fence makes."""
    return f"{_ROOT}{reference}/{fence}.zip"


def page_name(reference: str, fence: int, stem: str) -> str:
    """Return the name of the page of one system, which lies beside the archive."""
    return f"{_ROOT}{reference}/{fence}.{stem}.html"


def page_of(stored: str) -> str:
    """Return what such a page is called inside the archive: booking.html."""
    return stored.rpartition("/")[2].partition(".")[2]


def reference_of(stored: str) -> str:
    """Return whose archive a stored file is, or a piece of: the reference in its name."""
    return stored.removeprefix(_ROOT).partition("/")[0]


def all_names() -> list[str]:
    """Return every file of this room."""
    return list(store().names(_ROOT))


def erase(reference: str, before: int | None = None) -> None:
    """Remove the files of a request: all of them, or what workers with an older fence left."""
    _erase(reference, lambda fence: before is None or fence < before)


def erase_own(reference: str, fence: int) -> None:
    """Remove what the holder of a fence has made, whoever came after."""
    _erase(reference, lambda found: found == fence)


def _erase(reference: str, meant: Callable[[int], bool]) -> None:
    for stored in list(store().names(f"{_ROOT}{reference}/")):
        if meant(_fence(stored)):
            remove(stored)


def remove(stored: str) -> None:
    """Remove one file."""
    failpoints.point("download: before remove")
    store().delete(stored)
    failpoints.point("download: after remove")


def _fence(stored: str) -> int:
    return int(stored.rpartition("/")[2].partition(".")[0])
