"""Systems that say otherwise than people chose, and when each was last compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import peewee

from portal.kernel.db import Model, MomentField, moment, run, written
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject


class Drift(Model):
    """A system that says otherwise than a person chose: found at night, asked again, and gone once it agrees.

    `kind` is YES where it says yes after a no, LESS where it lacks a yes that was confirmed: that is shown alone, for
    whoever switched it off over there has the say. `tries` counts how often it was asked again.
    """

    subject = peewee.ForeignKeyField(Subject, backref="+")
    source = peewee.CharField(64)
    purpose = peewee.CharField(96)
    kind = peewee.CharField(8)
    stored = peewee.CharField(32)
    wanted = peewee.CharField(32)
    found_at = MomentField()
    seen_at = MomentField()
    tries = peewee.IntegerField(default=0)
    mended_at = MomentField(null=True)
    if TYPE_CHECKING:
        subject_id: int

    class Meta:
        table_name = "drifts"
        title = N_("Where a system said otherwise than you chose")
        titles = {
            "kind": N_("What was wrong"),
            "stored": N_("What the system had"),
            "wanted": N_("What holds"),
            "found_at": N_("Seen first at"),
            "seen_at": N_("Seen last at"),
            "tries": N_("How often it was asked again"),
            "mended_at": N_("In order since"),
        }
        whose = "subject"
        erasure = "delete"
        indexes = (
            (("subject", "source", "purpose"), True),
            (("source", "mended_at", "purpose"), False),
        )


class Reconciliation(Claimable):
    """When a system was last compared with what people chose, how much of it, and what stood in the way."""

    source = peewee.CharField(64, unique=True)
    begun_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    rows = peewee.IntegerField(default=0)
    trouble = peewee.CharField(160, default="")

    class Meta:
        table_name = "reconciliations"
        whose = None
        erasure = None


# Anew where it was in order before; else it goes on counting how often the system was asked.
_NOTED = """INSERT INTO drifts (subject_id, source, purpose, kind, stored, wanted, found_at, seen_at, tries)
VALUES {} ON CONFLICT (subject_id, source, purpose) DO UPDATE SET kind = excluded.kind, stored = excluded.stored,
wanted = excluded.wanted, seen_at = excluded.seen_at, mended_at = NULL,
tries = CASE WHEN drifts.mended_at IS NULL THEN drifts.tries + excluded.tries ELSE excluded.tries END,
found_at = CASE WHEN drifts.mended_at IS NULL THEN drifts.found_at ELSE excluded.found_at END"""
_NOTE = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DRIFTED = """SELECT source, purpose, SUM(CASE WHEN mended_at IS NULL AND kind = 'yes' THEN 1 ELSE 0 END),
SUM(CASE WHEN mended_at IS NULL AND kind = 'less' THEN 1 ELSE 0 END),
SUM(CASE WHEN mended_at IS NULL AND kind = 'yes' AND tries >= ? THEN 1 ELSE 0 END),
SUM(CASE WHEN mended_at IS NULL THEN 0 ELSE 1 END), MIN(found_at), MAX(mended_at)
FROM drifts GROUP BY source, purpose ORDER BY source, purpose"""
STAYS = 3  # times that a system was asked again, after which it is told as one that stays


def note_drifts(rows: Sequence[tuple[int, str, str, str, str, str]], at: datetime) -> None:
    """Note differences: subject, source, purpose, kind, stored, wanted; in one statement. The last of two counts."""
    newest = {row[:3]: row for row in rows}
    values = [
        value
        for *head, stored, wanted in newest.values()
        for value in (*head, stored[:32], wanted[:32], written(at), written(at), int(head[3] == "yes"))
    ]
    run(_NOTED.format(", ".join([_NOTE] * len(newest))), *values)


def drifted() -> list[tuple[str, str, int, int, int, int, datetime, datetime | None]]:
    """Return, by system and purpose: yes after a no, less, staying, in order again, the oldest, last in order."""
    return [
        (source, purpose, int(yes), int(less), int(stays), int(mended), moment(found), moment(at) if at else None)
        for source, purpose, yes, less, stays, mended, found, at in run(_DRIFTED, STAYS).fetchall()
    ]
