"""Where a data subject is found in the connected systems."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import peewee

from portal.accounts.models import Identifier
from portal.accounts.models import Subject as Subject
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField, is_sqlite, moment, run, written
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Link(Model):
    """One row of one system that is this person, made only from an identifier that was proven.

    Several rows for one address are never merged: they stay `unclaimed` until each is claimed with a proof of its own.
    A row that its system does not find any more is `gone`, for its number may be somebody else's by now.
    """

    subject_id: int
    subject = peewee.ForeignKeyField(Subject, backref="links")
    source = peewee.CharField(64)
    key = EncryptedField()
    key_hash = peewee.CharField(80)
    state = peewee.CharField(16, default="linked")
    proven_by = peewee.CharField(16)
    linked_at = MomentField(default=clock.now)
    read_at = MomentField(null=True)  # when what its system had of itself was taken into the ledger

    class Meta:
        table_name = "links"
        title = N_("Where your data lies")
        whose = "subject"
        erasure = "delete"
        indexes = ((("subject", "source", "key_hash"), True),)


class Lookup(Model):
    """A system was asked about an identifier and answered; a missing row means it has not answered yet."""

    identifier_id: int
    identifier = peewee.ForeignKeyField(Identifier)
    source = peewee.CharField(64)
    found = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "lookups"
        title = N_("Systems asked about your addresses")
        whose = "identifier.account"
        erasure = "delete"
        indexes = ((("identifier", "source"), True),)


class Connection(Claimable):
    """A system that was connected, and how many people of it were known here by then; due until all were asked."""

    source = peewee.CharField(64, unique=True)
    people = peewee.IntegerField(default=0)
    begun_at = MomentField(default=clock.now)
    finished_at = MomentField(null=True)

    class Meta:
        table_name = "connections"
        whose = None
        erasure = None


class LegalHold(Claimable):
    """Records of a person that must stay although they would go: of one table in one system, until a day.

    `key` names the record that is meant, "" for all of the table; systems erase by tables, so the table stays. `staff`
    answers for it. `person` holds what leads to the rows once the person was erased otherwise: the hold's end erases
    them, and `due_at` is when. It empties `person` too.
    """

    subject_id: int
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="+")
    case = peewee.CharField(16)
    source = peewee.CharField(64)
    table = peewee.CharField(64)
    key = EncryptedField(null=True)
    reason = EncryptedField()
    staff = peewee.IntegerField()
    created_at = MomentField(default=clock.now)
    until = peewee.DateField()
    person = EncryptedField(null=True)
    erased_for = peewee.CharField(16, default="")
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "legal_holds"
        title = N_("Records that a legal duty keeps")
        whose = "subject"
        erasure = "unlink"
        indexes = ((("subject", "source"), False),)


STANDS = 1024  # of people, whose choices a process keeps as they were read last, without whose they are


class SessionRow(NamedTuple):
    """A live session with its account and subject."""

    id: int
    account: int
    fresh_until: datetime
    seen_at: datetime
    created_at: datetime
    language: str | None
    subject: int | None
    choices: str | None  # as the standing stores them; only consents read them
    reach: str  # how far they have come, as consents read it; a row without numbers is a link
    requests: int  # of theirs that are not over; menu only
    unread: int  # messages; menu only
    read_of: str | None  # cause of the newest message on a policy that was read; banner only


# Both as text on either engine, for what is read from one is kept for when the same text comes again.
_ROWS = "(r.source, r.confirmed, r.confirmed_at, r.attempts, r.again_at)"
_GATHERED = {True: f"json_group_array(json_array{_ROWS})", False: f"json_agg(json_build_array{_ROWS})"}
_STAND = """CAST(t.choices AS TEXT), (SELECT CAST(COALESCE({}, '[]') AS TEXT)
FROM (SELECT source, confirmed, confirmed_at, attempts, again_at FROM deliveries d WHERE d.subject = u.id
UNION ALL SELECT source, NULL, NULL, NULL, NULL FROM links l WHERE l.subject_id = u.id
AND (l.state = 'claimed' OR (l.state = 'linked' AND l.proven_by <> 'phone'))) r)"""
_OF_SESSION = """SELECT s.id, s.account_id, s.fresh_until, s.seen_at, s.created_at, a.language, u.id, {},
(SELECT COUNT(*) FROM cases k WHERE k.subject_id = u.id AND k.state IN ('open', 'approved', 'in_progress')),
(SELECT COUNT(*) FROM messages m WHERE m.account = s.account_id AND m.read_at IS NULL),
(SELECT m.cause FROM messages m WHERE m.account = s.account_id AND m.kind = 'policy_changes'
AND m.read_at IS NOT NULL ORDER BY m.id DESC LIMIT 1)
FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN subjects u ON u.account_id = a.id
LEFT JOIN standing t ON t.subject_id = u.id WHERE s.digest = ? AND s.ended_at IS NULL"""
_ANEW = "SELECT {} FROM subjects u LEFT JOIN standing t ON t.subject_id = u.id WHERE u.id = ?"
_SESSIONS, _STANDS = (
    {engine: statement.format(_STAND.format(gathered)) for engine, gathered in _GATHERED.items()}
    for statement in (_OF_SESSION, _ANEW)
)


def session_row(digest: str) -> SessionRow | None:
    """Return the session of a digest in one statement; written out, because every page begins with it."""
    found = run(_SESSIONS[is_sqlite()], digest).fetchone()
    if found is None:
        return None
    number, account, fresh_until, seen_at, created_at, *rest = found
    return SessionRow(number, account, moment(fresh_until), moment(seen_at), moment(created_at), *rest)


def stand_of(subject_id: int) -> tuple[str | None, str]:
    """Return choices and reach of somebody as they come with a session, in one statement."""
    choices, reach = run(_STANDS[is_sqlite()], subject_id).fetchone()
    return choices, reach


@lru_cache(maxsize=STANDS)
def systems_in(reach: str) -> int:
    """Return how many systems hold something about a person, of what came with a session."""
    return len({source for source, confirmed, *_ in json.loads(reach) if confirmed is None})


# Many at once: programs ask about ten thousand people in one call. The links that count are those of proofs.discloses.
# A place is that of a hash among those that were given.
_GIVEN = {
    True: "SELECT key AS place, value FROM json_each(?)",
    False: "SELECT n - 1 AS place, value FROM jsonb_array_elements_text(?::jsonb) WITH ORDINALITY AS t(value, n)",
}
# Each name is looked up by its index. SQLite, left alone, goes through all that there is once for each of them.
_EACH = {True: "CROSS JOIN", False: "JOIN"}
_OF_PROOFS = """WITH given AS ({given}) SELECT given.place, u.id, t.choices FROM given {each} identifiers i
ON i.hash = given.value AND i.kind = ? JOIN subjects u ON u.account_id = i.account_id
LEFT JOIN standing t ON t.subject_id = u.id UNION ALL
SELECT given.place, 0, {no} FROM given {each} remembered r ON r.hash = given.value WHERE r.is_no AND NOT r.moved"""
_NO = {
    True: "json_object(r.purpose, json_array(r.state, 0, COALESCE(r.said_at, r.at)))",
    False: "jsonb_build_object(r.purpose, jsonb_build_array(r.state, 0, COALESCE(r.said_at, r.at)))",
}
_OF_KEYS = """WITH given AS ({given}) SELECT given.place, l.subject_id, t.choices FROM given {each} links l
ON l.key_hash = given.value AND l.source = ?
AND (l.state = 'claimed' OR (l.state = 'linked' AND l.proven_by <> 'phone'))
LEFT JOIN standing t ON t.subject_id = l.subject_id"""


def standings_of_proofs(kind: str, hashes: list[str]) -> list[tuple[int, int, Any]]:
    """Return place, subject and choices of everybody who proved one of these addresses, in one statement.

    Subject 0 is nobody: a no that is remembered of an address which has no account.
    """
    engine = is_sqlite()
    asked = _OF_PROOFS.format(given=_GIVEN[engine], each=_EACH[engine], no=_NO[engine])
    return list(run(asked, orjson.dumps(hashes).decode(), kind).fetchall())


def standings_of_keys(source: str, hashes: list[str]) -> list[tuple[int, int, Any]]:
    """Return place, subject and choices of everybody whose row in a system is one of these, in one statement."""
    asked = _OF_KEYS.format(given=_GIVEN[is_sqlite()], each=_EACH[is_sqlite()])
    return list(run(asked, orjson.dumps(hashes).decode(), source).fetchall())


_OF_SUBJECTS = """SELECT u.id, i.kind, i.value, NULL FROM subjects u JOIN identifiers i ON i.account_id = u.account_id
WHERE u.id IN ({0}) UNION ALL SELECT l.subject_id, l.source, l.key, 1 FROM links l
WHERE l.subject_id IN ({0}) AND (l.state = 'claimed' OR (l.state = 'linked' AND l.proven_by <> 'phone'))"""
_PROVEN_SINCE = """SELECT u.id FROM identifiers i JOIN subjects u ON u.account_id = i.account_id WHERE i.proven_at > ?
UNION SELECT l.subject_id FROM links l WHERE l.linked_at > ?"""


def names_of(subjects: list[int]) -> list[tuple[int, str, str, bool]]:
    """Return subject, kind and value of what these are known by; of a row: subject, system, key, and true."""
    if not subjects:
        return []
    places = ", ".join("?" * len(subjects))
    address, key = Identifier.value.python_value, Link.key.python_value
    return [
        (subject, kind, (key if row else address)(value) or "", bool(row))
        for subject, kind, value, row in run(_OF_SUBJECTS.format(places), *subjects, *subjects).fetchall()
    ]


def proven_since(moment: datetime) -> list[int]:
    """Return who proved an address, or was found in a system, after a moment."""
    return [subject for (subject,) in run(_PROVEN_SINCE, written(moment), written(moment)).fetchall()]


_ACCOUNTS = "SELECT account_id, id FROM subjects WHERE account_id IS NOT NULL AND id IN ({})"
_COUNTS = "(state = 'claimed' OR (state = 'linked' AND proven_by <> 'phone'))"  # as proofs.discloses
_UNREAD = f"SELECT DISTINCT subject_id FROM links WHERE source = ? AND read_at IS NULL AND {_COUNTS} LIMIT ?"  # noqa: S608
_UNREAD_OF = f"SELECT 1 FROM links WHERE source = ? AND subject_id = ? AND read_at IS NULL AND {_COUNTS}"  # noqa: S608
_KNOWN_LATE = """INSERT INTO lookups (identifier_id, source, found, at) SELECT i.id, ?, 0, ? FROM identifiers i
WHERE i.due_at IS NULL AND NOT EXISTS (SELECT 1 FROM lookups l WHERE l.identifier_id = i.id AND l.source = ?) LIMIT ?"""


def accounts_of(subjects: list[int]) -> dict[int, int]:
    """Return these subjects by the number of their account; who has none is left out."""
    places = ", ".join("?" * len(subjects))
    found = run(_ACCOUNTS.format(places), *subjects).fetchall() if subjects else []
    return {account: subject for account, subject in found}


def unread(source: str, limit: int) -> list[int]:
    """Return who was found in a system whose own settings of them have still to be read."""
    return [subject for (subject,) in run(_UNREAD, source, limit).fetchall()]


def unread_of(subject: int, source: str) -> bool:
    """Tell whether those of one person have."""
    return run(_UNREAD_OF, source, subject).fetchone() is not None


def mark_read(subjects: Collection[int], source: str, at: datetime) -> None:
    """Note that they were read."""
    mine = (Link.subject << list(subjects)) & (Link.source == source) & Link.read_at.is_null()
    Link.update(read_at=at).where(mine).execute()


def not_there(source: str, at: datetime, limit: int) -> int:
    """Note of addresses that a system was asked about as a whole that nobody there has them; return of how many."""
    return int(run(_KNOWN_LATE, source, written(at), source, limit).rowcount)
