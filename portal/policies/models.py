"""Policy texts, one row a version and language."""

from __future__ import annotations

import peewee

from portal.kernel.db import Model


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
