"""What is remembered of connected systems."""

from __future__ import annotations

import peewee

from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField


class KnownSchema(Model):
    """The schema of a system when it was last checked: `shape` says by table and name what each part of it was."""

    source = peewee.CharField(64, unique=True)
    seen_at = MomentField(default=clock.now)
    shape = JsonField()

    class Meta:
        table_name = "known_schemas"
        whose = None
        erasure = None
