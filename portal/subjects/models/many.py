"""Many people at once: whose addresses and rows these are, and what they are known by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from portal.accounts.models import Identifier
from portal.kernel.db import is_sqlite, run, written
from portal.subjects.models import Link

# Programs ask about ten thousand people in one call. The links that count are those of proofs.discloses. A place is
# that of a hash among those that were given.
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


def accounts_of(subjects: list[int]) -> dict[int, int]:
    """Return these subjects by the number of their account; who has none is left out."""
    places = ", ".join("?" * len(subjects))
    found = run(_ACCOUNTS.format(places), *subjects).fetchall() if subjects else []
    return {account: subject for account, subject in found}
