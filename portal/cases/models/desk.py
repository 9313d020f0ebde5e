"""What staff keep beside the cases: their views of the queue, who is writing, texts, changes of the law."""

from __future__ import annotations

import peewee

from portal.cases.models.case import Case
from portal.kernel import clock
from portal.kernel.db import Model, MomentField
from portal.kernel.problems import N_


class SavedView(Model):
    """A way of looking at the queue that a member of the staff keeps: a name, and the filters as they stand there."""

    staff = peewee.IntegerField(index=True)
    name = peewee.CharField(60)
    query = peewee.CharField(300)

    class Meta:
        table_name = "saved_views"
        whose = None
        erasure = None


class Presence(Model):
    """That somebody of the staff is writing in a case; it counts for a minute after `seen_at`."""

    case = peewee.ForeignKeyField(Case, backref="+")
    staff = peewee.IntegerField()
    seen_at = MomentField(default=clock.now, index=True)

    class Meta:
        table_name = "case_presence"
        title = N_("Who of our staff was writing in your requests")
        whose = "case.subject"
        erasure = "delete"
        indexes = ((("case", "staff"), True),)


class ReplyText(Model):
    """A text for staff to send, in one language, as an admin wrote it; it stands above the one that is shipped."""

    name = peewee.CharField(32)
    language = peewee.CharField(8)
    title = peewee.CharField(80)
    text = peewee.TextField()
    staff = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "reply_texts"
        whose = None
        erasure = None
        indexes = ((("name", "language"), True),)


class LegalEdit(Model):
    """What staff changed in a legal profile: it counts for what is received on its day or later, and is never changed.

    `path` names the value, such as "deletion.complete" or "holidays.2027-02-10"; `by_staff` is a number of the staff.
    """

    profile = peewee.CharField(16, index=True)
    path = peewee.CharField(64)
    value = peewee.CharField(500)
    effective_from = peewee.DateField()
    reason = peewee.CharField(2000)
    by_staff = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "legal_edits"
        whose = None
        erasure = None
