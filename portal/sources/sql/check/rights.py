"""Rights that the login lacks, found by asking for plans: an engine plans nothing that it would refuse to carry out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding
from portal.sources.manifest import Table
from portal.sources.sql.check.saying import error
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.ground import Ground
from portal.sources.sql.rehearsal import rolled_back
from portal.sources.sql.rules import rules
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql, joined


def findings(dialect: Dialect, session: Session, ground: Ground) -> list[Finding]:
    """Return what is missing, in a transaction of a session that may write; it is rolled back."""
    try:
        with rolled_back(dialect, session):
            return list(_missing(session, ground))
    except SourceUnavailable as problem:
        if isinstance(problem.__cause__, Exception) and dialect.is_denial(problem.__cause__):
            return [error(ground.subject, "", "The database may be read only. Let the portal's process write it.")]
        raise


def _missing(session: Session, ground: Ground) -> Iterator[Finding]:
    """Name the GRANTs without which a copy, a choice, a correction or an erasure would be refused."""
    known = [table for table in ground.manifest.tables.values() if table.real in ground.schema]
    lacking: dict[str, list[str]] = defaultdict(list)
    for table in known:
        for right, statement in _needed(ground, table):
            if _is_refused(session, ground, statement) and right not in lacking[table.real]:
                lacking[table.real].append(right)
    for table in known:
        if rights := lacking.pop(table.real, []):
            grant = f"GRANT {', '.join(rights)} ON {ground.from_(table)} TO {_login(session, ground)};"
            yield error(table, "", f"The login lacks rights. Run: {grant}")


def _needed(ground: Ground, table: Table) -> Iterator[tuple[str, Sql]]:
    """Yield each right that is needed on a table, as GRANT names it, and a statement that needs it."""
    live, place = ground.live(table), ground.from_(table)
    columns = joined((ground.name(table, name) for name in live.columns), ", ")
    yield "SELECT", "SELECT " + columns + f" FROM {place} WHERE 1 = 0"
    if table.erase == "delete" or (table.keep and table.keep.until):
        yield "DELETE", Sql(ground.dialect.delete.format(table=place) + " WHERE 1 = 0")
    if written := [name for name in _written(ground, table) if name in live.columns]:
        sets = ", ".join(f"{ground.bare(table, name)} = {ground.bare(table, name)}" for name in written)
        listed = ", ".join(ground.bare(table, name) for name in written)
        yield f"UPDATE ({listed})", Sql(f"UPDATE {place} SET {sets} WHERE 1 = 0")
    elif table.name == ground.subject.name:  # its rows are locked while the others go
        yield "UPDATE", Sql(f"SELECT 1 FROM {place} WHERE 1 = 0{ground.dialect.lock}")


def _written(ground: Ground, table: Table) -> list[str]:
    """Return the columns that an erasure, a choice or a correction writes."""
    manifest = ground.manifest
    erased = [column.name for column, _ in rules(ground, table)] if table.erase != "delete" else []
    chosen = [one.place.column for one in manifest.preferences.values() if one.place and one.place.table == table.name]
    nulled = [name for edge in ground.order().nulled if edge.child == table.name for name in edge.columns]
    return _each_once([*erased, *chosen, *(column.name for column in table.correctable), *nulled])


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _is_refused(session: Session, ground: Ground, statement: Sql) -> bool:
    session.say("SAVEPOINT portal_rights")
    try:
        session.all(ground.dialect.explain + statement)
    except SourceUnavailable as problem:
        session.say("ROLLBACK TO SAVEPOINT portal_rights")
        return isinstance(problem.__cause__, Exception) and ground.dialect.is_denial(problem.__cause__)
    return False


def _login(session: Session, ground: Ground) -> str:
    return str(session.all(Sql(ground.dialect.login))[0][0])
