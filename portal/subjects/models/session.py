"""What every page begins with: the session, and how its person stands, in one statement."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from portal.kernel.db import is_sqlite, moment, run

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
