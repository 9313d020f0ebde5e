"""An erasure done for real in a transaction that is always rolled back, with each statement, its rows and its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Person, Rehearsed, Statement
from portal.sources.sql import erasure, triggers
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.ground import Ground
from portal.sources.sql.session import Refuse, Session, opened
from portal.sources.sql.statement import HERE, Sql


class Noting(Session):
    """A session that notes what it changes. The note of a statement that was refused has no rows."""

    def __init__(self, inner: Session) -> None:
        super().__init__(inner._dialect, inner._connection, inner._refuse, inner.name)
        self.noted: list[Statement] = []

    def run(self, sql: Sql) -> int:
        begun = time.perf_counter()
        text = " ".join(sql.text.replace(HERE, "?").split())
        try:
            rows = super().run(sql)
        except SourceUnavailable:
            self.noted.append(Statement(text, None, time.perf_counter() - begun))
            raise
        self.noted.append(Statement(text, rows, time.perf_counter() - begun))
        return rows


def rehearse(session: Noting, ground: Ground, person: Person) -> Rehearsed:
    """Erase and read again inside the session's transaction; a refusal by the engine is told, not raised."""
    try:
        triggers.erase(session, ground, person)
        return Rehearsed(tuple(session.noted), erasure.remaining(session, ground, person))
    except SourceUnavailable as problem:
        return Rehearsed(tuple(session.noted), {}, str(problem.facts["detail"]))


@contextmanager
def rehearsing(dialect: Dialect, name: str, tables: list[str], refuse: Refuse) -> Iterator[Noting]:
    """Open a transaction that is rolled back however the block ends.

    Raises SourceUnavailable, before anything is done, where the engine would keep what was done to one of the tables.
    """
    with opened(dialect, name, refuse, write=True) as session:
        if kept := [table for table in session.kept() if table in tables]:
            raise refuse(f"nothing can be rehearsed: what is done to {', '.join(kept)} cannot be rolled back", True)
        with rolled_back(dialect, session):
            yield Noting(session)


@contextmanager
def rolled_back(dialect: Dialect, session: Session) -> Iterator[None]:
    """Begin what may write, and take it back however the block ends."""
    for statement in dialect.writing:
        session.say(statement)
    try:
        yield
    finally:
        with suppress(SourceUnavailable):  # a connection that broke took its transaction with it
            session.say("ROLLBACK")
