"""A Maildir into which the operator's mail server delivers: each mail is taken by a rename, so by one worker alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from portal.notices.intake.reading import LARGEST

MOST = 500  # mails a turn
AGAIN = 600.0  # seconds until a mail is taken anew that a worker took and did not finish


def waiting(folder: Path) -> Iterator[Path]:
    """Yield each mail that waits, the oldest first, as a file that is this worker's; whoever is done deletes it."""
    (folder / "cur").mkdir(parents=True, exist_ok=True, mode=0o700)
    new, left = folder / "new", time.time() - AGAIN
    found = sorted(new.iterdir())[:MOST] if new.is_dir() else []
    for file in (*found, *(each for each in sorted((folder / "cur").iterdir())[:MOST] if _age(each) < left)):
        mine = folder / "cur" / file.name
        try:
            file.rename(mine)
            mine.touch()
        except FileNotFoundError:  # another worker was quicker
            continue
        yield mine


def content(file: Path) -> bytes:
    """Return so much of a mail as is ever read."""
    with file.open("rb") as opened:
        return opened.read(LARGEST)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return time.time()
