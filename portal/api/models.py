"""The keys by which programs are known, and answers kept so that a call that is sent again is not done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField, run
from portal.kernel.problems import N_
from portal.subjects.models import Subject


class ApiKey(Model):
    """One program: what it is called, what it may ask for, how many calls a minute. Only a digest is stored."""

    name = peewee.CharField(64, unique=True)
    digest = peewee.CharField(64, unique=True)
    scopes = JsonField()
    rate = peewee.IntegerField()
    created_at = MomentField(default=clock.now)
    used_at = MomentField(null=True)
    disabled_at = MomentField(null=True)

    class Meta:
        table_name = "api_keys"
        whose = None
        erasure = None


class ApiAnswer(Model):
    """What a call with an Idempotency-Key was answered; `name` and `asked` are digests of that key and of the body."""

    key = peewee.ForeignKeyField(ApiKey, backref="+", on_delete="CASCADE")
    name = peewee.CharField(64)
    asked = peewee.CharField(64)
    status = peewee.IntegerField(default=0)
    answer = EncryptedField(null=True)
    subject = peewee.ForeignKeyField(Subject, null=True, backref="+")
    at = MomentField(default=clock.now, index=True)
    if TYPE_CHECKING:
        key_id: int
        subject_id: int | None

    class Meta:
        table_name = "api_answers"
        title = N_("Answers to apps that acted for you")
        titles = {"answer": N_("Answer"), "asked": N_("Fingerprint of the question"), "status": N_("Status")}
        withheld = ("key", "name", "asked")
        whose = "subject"
        erasure = "delete"
        indexes = ((("key", "name"), True),)


class Suppression(Model):
    """What one person says no to, as senders read it: a line of JSON with keyed hashes and no address.

    Made from the standing by `suppressing`, so it may lie a moment behind; `number` grows with each change, and `is_no`
    tells whether there is anything to leave out.
    """

    subject = peewee.ForeignKeyField(Subject, primary_key=True)
    number = peewee.BigIntegerField(unique=True)
    is_no = peewee.BooleanField()
    line = peewee.TextField()

    class Meta:
        table_name = "suppressions"
        title = N_("What senders are told to leave out")
        titles = {"is_no": N_("Anything left out"), "line": N_("What they are told"), "number": N_("Number")}
        whose = "subject"
        erasure = "delete"


class KeptSuppression(Model):
    """The line of an address that has no account here: not yet, or not any more. `told` is how programs name it.

    Made from what consents remember; it goes when somebody proves the address, for then their own line speaks.
    """

    told = peewee.CharField(64, primary_key=True)
    number = peewee.BigIntegerField(unique=True)
    is_no = peewee.BooleanField(default=True)
    line = peewee.TextField()

    class Meta:
        table_name = "kept_suppressions"
        whose = None
        erasure = None


class Followed(Model):
    """How far the suppressions have followed the standings: the newest event, the last number, the moment."""

    event = peewee.BigIntegerField(default=0)
    number = peewee.BigIntegerField(default=0)
    at = MomentField()

    class Meta:
        table_name = "suppressions_followed"
        whose = None
        erasure = None


# Written out, because senders read millions of them.
_OF_BOTH = """SELECT number, line FROM (SELECT number, line FROM suppressions WHERE number > ? {0}
ORDER BY number LIMIT ?) a UNION ALL SELECT number, line FROM (SELECT number, line FROM kept_suppressions
WHERE number > ? ORDER BY number LIMIT ?) b ORDER BY number LIMIT ?"""
_LINES, _CHANGES = _OF_BOTH.format("AND is_no"), _OF_BOTH.format("")
_OF = "SELECT subject_id, line FROM suppressions WHERE subject_id IN ({})"
_PUT = "INSERT INTO suppressions (subject_id, number, is_no, line) VALUES {} ON CONFLICT (subject_id) DO UPDATE SET "
_OVER = "number = excluded.number, is_no = excluded.is_no, line = excluded.line"


def lines(after: int, limit: int, *, changes: bool = False) -> list[tuple[int, str]]:
    """Return number and line of who must be left out, behind a number; for `changes` also of who must be no more."""
    asked = (after, limit, after, limit, limit)
    found: list[tuple[int, str]] = run(_CHANGES if changes else _LINES, *asked).fetchall()
    return found


def lines_of(subjects: list[int]) -> dict[int, str]:
    """Return the lines of these subjects, by subject."""
    return dict(run(_OF.format(", ".join("?" * len(subjects))), *subjects).fetchall()) if subjects else {}


def put(rows: list[tuple[int, int, bool, str]]) -> None:
    """Make these the lines: subject, number, whether anything is left out, line."""
    run(_PUT.format(", ".join(["(?, ?, ?, ?)"] * len(rows))) + _OVER, *(value for row in rows for value in row))


_PUT_KEPT = "INSERT INTO kept_suppressions (told, number, is_no, line) VALUES {} ON CONFLICT (told) DO UPDATE SET "


def put_kept(rows: list[tuple[str, int, str]]) -> None:
    """Make these the lines of addresses that have no account: how programs name one, number, line."""
    values = [value for told, number, line in rows for value in (told, number, True, line)]
    run(_PUT_KEPT.format(", ".join(["(?, ?, ?, ?)"] * len(rows))) + _OVER, *values)
