"""Conditions written in SQL, each tried by EXPLAIN."""

from __future__ import annotations

from collections.abc import Iterator

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding
from portal.sources.manifest import Affects, Blocks, Table
from portal.sources.sql import looking
from portal.sources.sql.check.saying import error
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql


def conditions(session: Session, ground: Ground) -> Iterator[Finding]:
    tables = ground.manifest.tables
    for table in tables.values():
        rules: list[tuple[str, Table, Blocks | Affects]] = [
            *(("blocks", table, rule) for rule in table.blocks),
            *(("affects", tables[found.table], found) for found in table.affects),
        ]
        for key, asked, rule in rules:
            query = f"{ground.dialect.explain}SELECT 1 FROM {ground.from_(asked)} WHERE "
            session.say("SAVEPOINT portal_when")
            try:
                session.all(Sql(query) + looking.when(ground, rule))
            except SourceUnavailable as problem:
                session.say("ROLLBACK TO SAVEPOINT portal_when")
                yield error(table, "", f"{key}.when is refused: {problem.facts['detail']}")
