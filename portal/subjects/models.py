"""Where a data subject is found in the connected systems."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import peewee

from portal.accounts.models import Identifier
from portal.accounts.models import Subject as Subject
from portal.kernel import clock
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import Model, MomentField, moment, run
from portal.kernel.problems import N_


class Link(Model):
    """One row of one system that is this person, made only from an identifier that was proven.

    Several rows for one address are never merged: they stay `unclaimed` until each is claimed with a proof of its own.
    A row that its system does not find any more is `gone`, for its number may be somebody else's by now.
    """

    subject = peewee.ForeignKeyField(Subject, backref="links")
    source = peewee.CharField(64)
    key = EncryptedField()
    key_hash = peewee.CharField(80)
    state = peewee.CharField(16, default="linked")
    proven_by = peewee.CharField(16)
    linked_at = MomentField(default=clock.now)

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


class SessionRow(NamedTuple):
    """A live session with its account and subject."""

    id: int
    account: int
    fresh_until: datetime
    seen_at: datetime
    created_at: datetime
    language: str | None
    subject: int | None
    choices: Any  # as the standing stores them; only consents read them
    systems: int
    requests: int  # of theirs that are not over; menu only


_OF_SESSION = """SELECT s.id, s.account_id, s.fresh_until, s.seen_at, s.created_at, a.language, u.id, t.choices,
(SELECT COUNT(DISTINCT l.source) FROM links l WHERE l.subject_id = u.id
AND (l.state = 'claimed' OR (l.state = 'linked' AND l.proven_by <> 'phone'))),
(SELECT COUNT(*) FROM cases k WHERE k.subject_id = u.id AND k.state IN ('open', 'approved', 'in_progress'))
FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN subjects u ON u.account_id = a.id
LEFT JOIN standing t ON t.subject_id = u.id WHERE s.digest = ? AND s.ended_at IS NULL"""


def session_row(digest: str) -> SessionRow | None:
    """Return the session of a digest in one statement; written out, because every page begins with it."""
    found = run(_OF_SESSION, digest).fetchone()
    if found is None:
        return None
    number, account, fresh_until, seen_at, created_at, *rest = found
    return SessionRow(number, account, moment(fresh_until), moment(seen_at), moment(created_at), *rest)
