"""Policy texts, one row a version and language."""

from __future__ import annotations

from datetime import date

import peewee

from portal.kernel.db import Model, run


class PolicyText(Model):
    """The text of one version in one language; it never changes once it is in force (RULES C8)."""

    document = peewee.CharField(32)
    version = peewee.CharField(32)
    language = peewee.CharField(8)
    text = peewee.TextField()
    sha256 = peewee.CharField(64)
    effective_from = peewee.DateField()

    class Meta:
        table_name = "policy_texts"
        whose = None
        erasure = None
        indexes = ((("document", "version", "language"), True),)


# Written out, because every choice is waited for.
_IN_FORCE = """SELECT version FROM policy_texts WHERE document = ? AND language = ? AND effective_from <= ?
ORDER BY effective_from DESC, id DESC LIMIT 1"""


def number_in_force(document: str, language: str, day: date) -> str | None:
    """Return which version of a document is in force on a day, None when none is."""
    found = run(_IN_FORCE, document, language, day.isoformat()).fetchone()
    return found[0] if found else None


def texts(document: str, language: str, *, lists: bool = False) -> peewee.ModelSelect[PolicyText]:
    """Select a document's versions, the newest first; for `lists` without the text itself."""
    wanted = (PolicyText.version, PolicyText.effective_from) if lists else ()
    found = PolicyText.select(*wanted).where(PolicyText.document == document, PolicyText.language == language)
    return found.order_by(PolicyText.effective_from.desc(), PolicyText.id.desc())
