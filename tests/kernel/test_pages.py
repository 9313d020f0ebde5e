"""How SQLite lays down the portal's own database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from portal.kernel import db


def test_a_new_database_has_small_pages_for_each_that_changes_is_written_whole(tmp_path: Path) -> None:
    before, file = db.database.obj, tmp_path / "portal.db"
    opened = db.connect(f"sqlite:///{file}")
    try:
        opened.execute_sql("CREATE TABLE said (what)")
        opened.close()
    finally:
        db.database.initialize(before)
    with closing(sqlite3.connect(file)) as found:
        assert found.execute("PRAGMA page_size").fetchone() == (1024,)
        assert found.execute("PRAGMA journal_mode").fetchone() == ("wal",)
