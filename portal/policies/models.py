"""Policies: a row a version, and one for its text in each language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import peewee

from portal.kernel import clock
from portal.kernel.db import Model, MomentField, run
from portal.kernel.work import Claimable

DRAFT, SCHEDULED, IN_FORCE, RETIRED = "draft", "scheduled", "in_force", "retired"


class PolicyVersion(Claimable):
    """One version of a document. The database refuses to change or delete one that people were told of (RULES C8).

    `asks` says whether people are asked to accept it; `changes` names the purposes that it changes, parted by blanks.
    Up to `ended_on`, and not on that day, it holds; one that was withdrawn ended on the day on which it would have
    begun. `told_up_to` and `stopped_up_to` are how far workers have come, account by account.
    """

    document = peewee.CharField(32)
    version = peewee.CharField(32)
    state = peewee.CharField(16, default=DRAFT)
    minor = peewee.BooleanField(default=False)
    asks = peewee.BooleanField(default=False)
    changes = peewee.CharField(500, default="")
    effective_from = peewee.DateField(null=True)
    ended_on = peewee.DateField(null=True)
    told_up_to = peewee.IntegerField(default=0)
    told = peewee.IntegerField(default=0)
    told_at = MomentField(null=True)
    stopped_up_to = peewee.IntegerField(default=0)
    stopped_at = MomentField(null=True)
    created_at = MomentField(default=clock.now)
    scheduled_at = MomentField(null=True)

    class Meta:
        table_name = "policy_versions"
        whose = None
        erasure = None
        indexes = ((("document", "version"), True),)

    @property
    def begins(self) -> date:
        """Return the first day of a version that was published; ValueError for a draft."""
        if self.effective_from is None:
            raise ValueError("a draft has no day")
        return self.effective_from

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it was taken back before it began."""
        return self.ended_on is not None and self.ended_on == self.effective_from


class PolicyText(Model):
    """The text of one version in one language, with its plain summary; both are markup that was cleaned."""

    document = peewee.CharField(32)
    version = peewee.CharField(32)
    language = peewee.CharField(8)
    summary = peewee.TextField(default="")
    text = peewee.TextField()
    sha256 = peewee.CharField(64)

    class Meta:
        table_name = "policy_texts"
        whose = None
        erasure = None
        indexes = ((("document", "version", "language"), True),)


class Policy(NamedTuple):
    """One version of a document as it is read in one language."""

    document: str
    version: str
    state: str
    minor: bool
    effective_from: date
    ended_on: date | None
    language: str
    summary: str
    text: str
    sha256: str

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it was taken back before it began."""
        return self.ended_on == self.effective_from


_HOLDS = "document = ? AND state <> 'draft' AND effective_from <= ? AND (ended_on IS NULL OR ended_on > ?)"
# Written out, because every choice is waited for.
_IN_FORCE = f"SELECT version FROM policy_versions WHERE {_HOLDS} ORDER BY effective_from DESC, id DESC LIMIT 1"  # noqa: S608 - no value is in it
_ANSWERS = """SELECT e.state, COUNT(*) FROM consent_events e
WHERE substr(e.purpose, 1, 7) = 'policy.' AND e.purpose = ?
AND NOT EXISTS (SELECT 1 FROM consent_events n WHERE substr(n.purpose, 1, 7) = 'policy.' AND n.purpose = e.purpose
AND n.subject_id = e.subject_id AND n.id > e.id) GROUP BY e.state"""


def number_in_force(document: str, day: date) -> str | None:
    """Return which version of a document is in force on a day, None when none is."""
    found = run(_IN_FORCE, document, day.isoformat(), day.isoformat()).fetchone()
    return found[0] if found else None


def holding(day: date) -> Any:
    """Return the condition for versions that have begun by a day and not ended."""
    ended = PolicyVersion.ended_on
    begun = (PolicyVersion.state != DRAFT) & (PolicyVersion.effective_from <= day)
    return begun & (ended.is_null() | (ended > day))


def read(document: str, language: str, *where: Any) -> Policy | None:
    """Return the newest published version that satisfies the conditions, with its text."""
    both = (PolicyText.document == PolicyVersion.document) & (PolicyText.version == PolicyVersion.version)
    columns = [getattr(PolicyVersion, name) for name in Policy._fields[:6]]
    columns += [getattr(PolicyText, name) for name in Policy._fields[6:]]
    found = PolicyVersion.select(*columns).join(PolicyText, on=both & (PolicyText.language == language))
    row = found.where(PolicyVersion.document == document, PolicyVersion.state != DRAFT, *where)
    first = row.order_by(PolicyVersion.effective_from.desc(), PolicyVersion.id.desc()).tuples().first()
    return Policy(*first) if first else None


def published(*documents: str) -> list[PolicyVersion]:
    """Return every version but drafts, the newest first."""
    known = PolicyVersion.select().where(PolicyVersion.state != DRAFT, PolicyVersion.document << documents)
    return list(known.order_by(PolicyVersion.effective_from.desc(), PolicyVersion.id.desc()))


def texts_of(version: PolicyVersion) -> dict[str, PolicyText]:
    """Return the texts of a version by their language."""
    mine = (PolicyText.document == version.document) & (PolicyText.version == version.version)
    return {text.language: text for text in PolicyText.select().where(mine)}


def answers(names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return how many people stand where, by name in the ledger and state."""
    return {name: {state: int(count) for state, count in run(_ANSWERS, name).fetchall()} for name in names}
