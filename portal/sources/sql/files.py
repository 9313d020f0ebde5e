"""Files beside a database: a column holds their path under a folder (`file = "env:MEDIA_FOLDER"`).

They go with the rows that name them: after the statements and before the commit, so that a row which is still there may
name a file that is gone, and never a file stay that no row leads to. Both are mended by repeating the erasure.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Batch, Finding
from portal.sources.manifest import Table
from portal.sources.sql.ground import Ground
from portal.sources.sql.rules import rules
from portal.sources.sql.session import Refuse, Session
from portal.sources.sql.statement import Sql, among

Folders = Mapping[str, Path]  # by what the manifest says of them
LARGEST = 50 * 2**20  # bytes of a file that a copy takes in
_AT_ONCE = 500


@dataclass(frozen=True)
class Named:
    """The paths that rows of a table hold in a column before they go."""

    table: Table
    column: str
    folder: Path
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Cabinet:
    """The folders of one system's files, and how a refusal is told."""

    folders: Folders
    refuse: Refuse

    def named(self, session: Session, ground: Ground, table: Table, rows: Sql) -> list[Named]:
        """Read which files go with some rows of a table; rows that stay keep theirs unless the column has a rule."""
        return [
            Named(table, column, folder, _paths(session, ground, table, column, rows))
            for entry, column, folder in _columns(ground, self.folders)
            if entry.name == table.name and _lets_go(ground, table, column)
        ]

    def all(self, session: Session, ground: Ground, table: Table) -> list[Named]:
        """Read every file that rows of a table name, before some of these rows come to their date."""
        return [
            Named(entry, column, folder, _paths(session, ground, entry, column, Sql("1 = 1")))
            for entry, column, folder in _columns(ground, self.folders)
            if entry.name == table.name
        ]

    def remove(self, session: Session, ground: Ground, found: Collection[Named]) -> None:
        """Delete the files that no row names any more; raises SourceUnavailable before anything is committed."""
        for one in found:
            for path in one.paths:
                within(one.folder, path, self.refuse)  # all of them before the first is gone
        for one in found:
            for path in _unnamed(session, ground, one):
                try:
                    within(one.folder, path, self.refuse).unlink(missing_ok=True)
                except OSError as error:
                    raise self.refuse(
                        f"a file of {one.table.name} cannot be deleted: {error.strerror}", False
                    ) from error


NO_FILES = Cabinet({}, lambda detail, _: SourceUnavailable(source="", detail=detail))


def added(ground: Ground, folders: Folders, table: Table, batch: Batch, refuse: Refuse) -> Iterator[Batch]:
    """Yield rows of a copy with the files that they name: bytes beside each path, None where there is no such file.

    A row that names files comes alone, so that no more than its own are in memory.
    """
    beside = [
        (batch.names.index(column), column, folder)
        for entry, column, folder in _columns(ground, folders)
        if entry.name == table.name and column in batch.names
    ]
    if not beside:
        yield batch
        return
    names = (*batch.names, *(f"{column}.file" for _, column, _ in beside))
    for row in batch.rows:
        yield Batch(names, [(*row, *(_content(folder, row[place], refuse) for place, _, folder in beside))])


def within(folder: Path, path: str, refuse: Refuse) -> Path:
    """Return where a file is; one outside of its folder is refused, whoever wrote its path."""
    home = folder.resolve()
    place = (home / path).resolve()
    if place == home or not place.is_relative_to(home) or "\0" in path:
        raise refuse("a path leads out of the folder of its files", True)
    return place


def _content(folder: Path, path: Any, refuse: Refuse) -> bytes | str | None:
    if not isinstance(path, str) or not path or not (place := within(folder, path, refuse)).is_file():
        return None
    size = place.stat().st_size
    return place.read_bytes() if size <= LARGEST else f"{size} bytes"


def _columns(ground: Ground, folders: Folders) -> Iterator[tuple[Table, str, Path]]:
    for table in ground.manifest.tables.values():
        for column in table.columns.values():
            if column.file in folders:
                yield table, column.name, folders[column.file]


def findings(ground: Ground, folders: Folders) -> Iterator[Finding]:
    """Look for folders of files that are not there, or in which nothing can be deleted."""
    for table, column, folder in _columns(ground, folders):
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            say = "The folder of its files is not there, or the portal's process may not delete in it."
            yield Finding("error", table.name, column, say)


def _lets_go(ground: Ground, table: Table, column: str) -> bool:
    return table.erase == "delete" or column in {changed.name for changed, _ in rules(ground, table)}


def _paths(session: Session, ground: Ground, table: Table, column: str, rows: Sql) -> tuple[str, ...]:
    name, place = ground.name(table, column), ground.from_(table)
    asked = "SELECT DISTINCT " + name + f" FROM {place} WHERE " + rows + " AND " + name + " <> ''"
    return tuple(path for (path,) in session.all(asked))


def _unnamed(session: Session, ground: Ground, one: Named) -> Iterator[str]:
    """Yield the paths that no row of the real table holds any more."""
    name = ground.name(one.table, one.column)
    for start in range(0, len(one.paths), _AT_ONCE):
        some = one.paths[start : start + _AT_ONCE]
        asked = Sql("SELECT DISTINCT ") + name + f" FROM {ground.from_(one.table)} WHERE " + among(name, some)
        still = {path for (path,) in session.all(asked)}
        yield from (path for path in some if path not in still)
