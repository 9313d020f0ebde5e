"""SQLite's write-ahead log is carried into its file beside the requests, so that none of them waits for the disk.

A commit is as durable as it was: it lies in the log, from which every reader reads. Only who copies it into the file is
another. Where this thread falls behind, or in a process without it, whoever commits does so at `wal_autocheckpoint`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, suppress
from urllib.parse import unquote, urlsplit

SPAN = 0.25  # seconds between two looks; one that finds nothing to carry touches no disk


def start(url: str) -> None:
    """Begin in a process that serves, for a database at `sqlite:///path`; PostgreSQL has its own."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path[1:])
        threading.Thread(target=_keep, args=(path,), name="checkpoints", daemon=True).start()


def _keep(path: str) -> None:
    with closing(
        sqlite3.connect(path)
    ) as database:  # kept open: whoever closes a file's last connection empties the log
        while True:
            time.sleep(SPAN)
            with suppress(sqlite3.Error):  # its tables are just being made, or the disk is full: look again
                carry(database)


def carry(database: sqlite3.Connection) -> int:
    """Carry into the file what no reader still needs in the log; return how many pages of the log are in the file."""
    _, _, carried = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(carried)
