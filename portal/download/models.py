"""A download, its progress by system, the short-lived links to it, and who fetched it."""

from __future__ import annotations

import peewee

from portal.cases.models import Case
from portal.kernel import clock
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable


class Download(Claimable):
    """One archive; a ready one falls due when it expires, one that the person stopped until its files are gone.

    States: waiting, collecting, ready, expired, failed; cancelled by the person before it was ready, disabled after.
    `unfinished_of` is the subject's number until the archive is made: it is unique, so nobody has two under way.
    `choice` is what was asked for, as `Choice.written` writes it.
    """

    case = peewee.ForeignKeyField(Case, unique=True, backref="downloads")
    state = peewee.CharField(16, default="waiting")
    unfinished_of = peewee.IntegerField(null=True, unique=True)
    language = peewee.CharField(8)
    choice = JsonField(default=dict)
    file = peewee.CharField(120, null=True)
    size = peewee.BigIntegerField(null=True)
    sha256 = peewee.CharField(64, null=True)
    as_of = MomentField(null=True)
    expires_at = MomentField(null=True)
    fetched = peewee.IntegerField(default=0)

    class Meta:
        table_name = "downloads"
        title = N_("Your downloads")
        whose = "case.subject"
        erasure = "delete"

    @classmethod
    def of(cls, subject_id: int) -> peewee.ModelSelect[Download]:
        """Return the query for a person's downloads, the newest first, each with its case."""
        return cls.select(cls, Case).join(Case).where(Case.subject == subject_id).order_by(cls.id.desc())

    @classmethod
    def unfinished(cls, subject_id: int) -> Download | None:
        """Return the one download of a person that is not made yet."""
        found: Download | None = cls.of(subject_id).where(cls.unfinished_of == subject_id).first()
        return found

    @classmethod
    def by_reference(cls, reference: str, subject_id: int) -> Download | None:
        """Return a person's own download by the reference of its case."""
        found: Download | None = cls.of(subject_id).where(Case.reference == reference).first()
        return found


class Part(Model):
    """How far one system is in one download: waiting, reading, done, or failed after it was asked in vain.

    `file` is its page in the store, for whoever cannot open a ZIP file.
    """

    download = peewee.ForeignKeyField(Download, backref="parts")
    source = peewee.CharField(64)
    state = peewee.CharField(16, default="waiting")
    rows = peewee.BigIntegerField(default=0)
    tries = peewee.IntegerField(default=0)
    as_of = MomentField(null=True)
    file = peewee.CharField(160, null=True)
    size = peewee.BigIntegerField(null=True)
    sha256 = peewee.CharField(64, null=True)

    class Meta:
        table_name = "download_parts"
        title = N_("Systems in your downloads")
        whose = "download.case.subject"
        erasure = "delete"
        indexes = ((("download", "source"), True),)


class Ticket(Model):
    """An address that gives out one archive without cookies for ten minutes; only its digest is stored (RULES W3).

    `by_link`: it was shown as an address for another device, and not followed at once.
    """

    download = peewee.ForeignKeyField(Download, backref="tickets")
    digest = peewee.CharField(64, unique=True)
    by_link = peewee.BooleanField(default=False)
    created_at = MomentField(default=clock.now)
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "tickets"
        title = N_("Links to your downloads")
        whose = "download.case.subject"
        erasure = "delete"


class Fetch(Model):
    """Somebody began to fetch an archive, or the page of one system (`source`); `device` is a browser in words."""

    download = peewee.ForeignKeyField(Download, backref="fetches")
    at = MomentField(default=clock.now)
    by_link = peewee.BooleanField()
    device = peewee.CharField(64)
    source = peewee.CharField(64, null=True)

    class Meta:
        table_name = "download_fetches"
        title = N_("Who fetched your downloads")
        whose = "download.case.subject"
        erasure = "delete"


class Release(Model):
    """The second look at a copy that nobody asked for in a session of their own: without it none is made (RULES S4).

    `withheld` names tables by system that concern other people, `records` the marks (redaction.py) of single records;
    who prepared it never releases it.
    """

    case = peewee.ForeignKeyField(Case, unique=True, backref="+")
    withheld = JsonField(default=dict)
    records = JsonField(default=dict)
    prepared_by = peewee.IntegerField()
    prepared_at = MomentField(default=clock.now)
    released_by = peewee.IntegerField(null=True)
    released_at = MomentField(null=True)

    class Meta:
        table_name = "download_releases"
        title = N_("The second look at copies of your data")
        whose = "case.subject"
        erasure = "delete"
