"""CHECK constraints that would refuse what an erasure writes, tried on the live rows by reading alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding
from portal.sources.manifest import Table
from portal.sources.sql.check.saying import error
from portal.sources.sql.ground import Ground
from portal.sources.sql.rules import change, rules
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, joined

_ROWS = 1000  # on which a constraint of several columns is tried


def refused_values(session: Session, ground: Ground) -> Iterator[Finding]:
    """Name each CHECK that the rows of a table would break once they are changed as the manifest says."""
    for table in ground.manifest.tables.values():
        targets = _targets(ground, table) if table.erase != "delete" else {}
        for check in ground.live(table).checks:
            touched = [name for name in targets if re.search(rf"\b{re.escape(name)}\b", check, re.IGNORECASE)]
            if touched and _breaks(session, ground, table, targets, check):
                say = f"The database would refuse what is to be written: CHECK ({check}). Write another rule."
                yield error(table, touched[0], say)


def _targets(ground: Ground, table: Table) -> dict[str, Sql]:
    """Return what each column is to hold; what is redacted depends on the person and is not tried."""
    changed = ((column, rule) for column, rule in rules(ground, table) if rule.kind != "redact")
    return {column.name: change(ground, table, column, rule).value for column, rule in changed if not column.generated}


def _breaks(session: Session, ground: Ground, table: Table, targets: dict[str, Sql], check: str) -> bool:
    """Tell whether a row would break a constraint: a live one, or where there is none, one of which nothing is known.

    A constraint that cannot be tried like this, because a function of it refuses, is passed over.
    """
    live = ground.live(table)
    columns = joined(
        (targets.get(name, ground.name(table, name)) + f" AS {ground.dialect.quote(name)}" for name in live.columns),
        ", ",
    )
    one = f" FROM (SELECT 1 AS portal_one) AS portal_one LEFT JOIN {ground.from_(table)} ON 1 = 1 LIMIT {_ROWS}"
    after = "(SELECT " + columns + one + f") AS {ground.dialect.quote(live.name)}"
    session.say("SAVEPOINT portal_check")
    try:
        return bool(session.all("SELECT 1 FROM " + after + Sql(f" WHERE NOT (\n{check}\n) LIMIT 1")))
    except SourceUnavailable:
        session.say("ROLLBACK TO SAVEPOINT portal_check")
        return False
