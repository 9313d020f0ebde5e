"""PostgreSQL databases lent to one test after another: to make one takes longer than most tests.

What a test left is taken out before the next one comes. The database has another name then, so that a connection which
outlived its test finds nothing at the old one.
"""

from __future__ import annotations

from itertools import count

import psycopg

_numbers = count(1)
_SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT concat_ws(' ', relname, oid, relkind) AS part FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, attnotnull, attisdropped) FROM pg_attribute
        WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', tgrelid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', conrelid, conname, oid) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', nspname, oid) FROM pg_namespace WHERE nspname NOT LIKE 'pg_temp%'
) AS parts
"""
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# As a replica it runs no trigger: the ledgers refuse to lose a row, and foreign keys would ask for an order.
_TAKE_OUT = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT oid::regclass AS name, relkind FROM pg_class
        WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'schema_migration%'
    LOOP
        IF one.relkind = 'S' THEN
            PERFORM setval(one.name, 1, false);
        ELSE
            EXECUTE format('DELETE FROM %s', one.name);
        END IF;
    END LOOP;
END $$
"""


class Lent:
    """A database that each test gets without a row, or without a table if nothing was laid."""

    def __init__(self, server: str, template: str = "") -> None:
        self.server, self.template, self.name, self.shape = server, template, "", ""

    def lend(self) -> str:
        """Return the address of the database, with nothing in it that a test left."""
        if not (self.name and self._tidied()):
            self._make()
        return self.server + self.name

    def _make(self) -> None:
        old, self.name = self.name, f"lent_{next(_numbers)}"
        with psycopg.connect(self.server, autocommit=True) as server:
            if old:
                server.execute(f"DROP DATABASE {old} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {self.name} {self.template and 'TEMPLATE'} {self.template}")
        with psycopg.connect(self.server + self.name) as database:
            self.shape = _shape(database)

    def _tidied(self) -> bool:
        with psycopg.connect(self.server + self.name, autocommit=True) as database:
            database.execute(_ALONE)
            if self.template:
                if _shape(database) != self.shape:
                    return False
                database.execute(_TAKE_OUT)
            else:
                database.execute("DROP SCHEMA public CASCADE")
                database.execute("CREATE SCHEMA public")
        old, self.name = self.name, f"lent_{next(_numbers)}"
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f"ALTER DATABASE {old} RENAME TO {self.name}")
        return True


def _shape(database: psycopg.Connection) -> str:
    found = database.execute(_SHAPE).fetchone()
    return str(found and found[0])
