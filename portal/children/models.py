"""What is known of a report about a child's account, beside its case: who it may be about, what is held, who decided.

The case of a report belongs to whoever reported: it never gets a subject, so the holder of the account finds neither
its thread nor who wrote it. What concerns the holder hangs on matches and holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import peewee

from portal.cases.models import Case
from portal.cases.models import Decision as CaseDecision
from portal.kernel import clock, tokens
from portal.kernel.crypto import EncryptedField
from portal.kernel.db import JsonField, Model, MomentField
from portal.kernel.problems import N_
from portal.kernel.work import Claimable
from portal.subjects.models import Subject


class Report(Claimable):
    """What a case of the kind "child" says beyond a case; its country and the reporter's address lie there.

    `state`: "unproven" until the reporter's address has answered, "proven" until a worker has looked into it, "looked
    into", "forgotten" once the reporter's own data has gone. A report that a sweep made has no reporter: `relation` is
    "found". `wishes` are words of service.reporting.WISHES. `age_limit` is what counted in the country on the day of
    the report, and no later edit changes it. `keep_until` ends what is kept safe for the police. `lead` is the number
    of the case that staff work in where several report one account, None for that case itself. `forget_on` is when
    what is the reporter's goes.
    """

    case = peewee.ForeignKeyField(Case, unique=True, backref="child_reports")
    reporter_hash = peewee.CharField(80, default="", index=True)
    relation = peewee.CharField(16)
    reach = peewee.CharField(16, default="email")
    phone = EncryptedField(null=True)
    wishes = JsonField(default=list)
    keep_until = peewee.DateField(null=True)
    birth_year = peewee.IntegerField(null=True)
    birth_month = peewee.IntegerField(null=True)
    age_limit = peewee.IntegerField()
    network_hash = peewee.CharField(80, default="", index=True)
    lead = peewee.IntegerField(null=True, index=True)
    state = peewee.CharField(16, default="unproven")
    proven_at = MomentField(null=True)
    looked_at = MomentField(null=True)
    forget_on = peewee.DateField(null=True, index=True)
    if TYPE_CHECKING:
        case_id: int

    class Meta:
        table_name = "child_reports"
        title = N_("Reports you made about a child's account")
        whose = "case.subject"
        by_address = "reporter_hash"
        erasure = "unlink"
        forget = ("reporter_hash", "phone", "birth_year", "birth_month", "network_hash")
        withheld = ("lead", "forget_on")


class ReportedAccount(Model):
    """One way in which a report names the account: "name", "email", "phone", "external_id" or "space".

    `value` goes with the reporter's data; the keyed hash stays for as long as the case, so that reports of one account
    are known as one. An address is hashed as identifiers are, so its holder's erasure finds it.
    """

    report = peewee.ForeignKeyField(Report, backref="accounts")
    kind = peewee.CharField(16)
    value = EncryptedField(null=True)
    hash = peewee.CharField(80, default="", index=True)

    class Meta:
        table_name = "child_reported_accounts"
        title = N_("Accounts named in reports about a child")
        whose = "report.case.subject"
        by_address = "hash"
        erasure = "delete"
        withheld = ("report",)


class Match(Model):
    """A person who may be meant by a report, found by one of its addresses or named by staff.

    `by` is the kind of what led there, or "staff:<number>". `signals` are the signs of an adult that the systems showed
    when they were looked at: words of the manifests. Nobody but staff ever reads a match.
    """

    report = peewee.ForeignKeyField(Report, backref="matches")
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="+")
    by = peewee.CharField(32)
    signals = JsonField(default=list)
    at = MomentField(default=clock.now)
    if TYPE_CHECKING:
        report_id: int
        subject_id: int

    class Meta:
        table_name = "child_matches"
        title = N_("Reports that may be about your account")
        whose = "subject"
        erasure = "unlink"
        withheld = ("report", "by")
        indexes = ((("report", "subject"), True),)


class ChildHold(Claimable):
    """What is held of an account because it may be a child's: one a person a year.

    `level` 1 stops marketing and sharing, at proof; 2 stops location and the rest, at triage. `state`: "held", then
    "lifted" (by the holder or staff), "lapsed" (nobody looked at it, and there are signs of an adult) or "over" (the
    decision). `reference` names it to the holder and in the ledger: it leads to no report. `seen_by` is who of the
    staff looked first, and `due_at` when a worker looks again.
    """

    reference = peewee.CharField(16, unique=True, default=lambda: tokens.new_reference("H"))
    subject = peewee.ForeignKeyField(Subject, null=True, on_delete="SET NULL", backref="child_holds")
    report = peewee.ForeignKeyField(Report, backref="holds")
    level = peewee.IntegerField(default=1)
    state = peewee.CharField(16, default="held", index=True)
    band = peewee.CharField(16, default="")
    language = peewee.CharField(8, default="")
    since = MomentField(default=clock.now)
    until = peewee.DateField()
    told_at = MomentField(null=True)
    seen_by = peewee.IntegerField(null=True)
    ended_at = MomentField(null=True)
    ended_by = peewee.CharField(32, default="")
    if TYPE_CHECKING:
        report_id: int
        subject_id: int

    class Meta:
        table_name = "child_holds"
        title = N_("When your account was held because it may be a child's")
        whose = "subject"
        erasure = "unlink"
        withheld = ("report", "seen_by")
        indexes = ((("subject", "state"), False),)


class HolderAnswer(Model):
    """What the holder of an account says to a hold: `kind` is "mine" (not a child's), "help" or "words"."""

    hold = peewee.ForeignKeyField(ChildHold, backref="answers")
    kind = peewee.CharField(16)
    body = EncryptedField(null=True)
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "child_holder_answers"
        title = N_("What you answered when your account was held")
        whose = "hold.subject"
        erasure = "delete"


class ParenthoodCheck(Claimable):
    """One way in which a reporter shows that they are the parent (RULES K2, K4): never a picture of an identity card.

    `method` is a word of service.parenthood; `state`: "offered", "asked", "shown", "verified", "failed" or "erased".
    `evidence` is what was shown, until `erase_on`, when `due_at` comes; `by_staff` looked at it, `at` is when.
    """

    report = peewee.ForeignKeyField(Report, backref="checks")
    reporter_hash = peewee.CharField(80, default="", index=True)
    method = peewee.CharField(24)
    state = peewee.CharField(16, default="asked")
    evidence = EncryptedField(null=True)
    by_staff = peewee.IntegerField(null=True)
    asked_at = MomentField(default=clock.now)
    at = MomentField(null=True)
    erase_on = peewee.DateField(null=True)
    erased_at = MomentField(null=True)

    class Meta:
        table_name = "child_parenthood_checks"
        title = N_("How it was checked that you are the parent")
        whose = "report.case.subject"
        by_address = "reporter_hash"
        erasure = "delete"


class Ruling(Claimable):
    """What two of the staff decided about an account: the case's decision with what it means for a matched person.

    `outcome`: "delete", "stop", "see", "keep" or "nothing". `deletion` is the reference of the case of the kind
    "deletion" that carries it out, of which the holder or a verified parent gets the certificate. `appeal_until` is the
    last day of the appeal. `terms` are what two agreed on beside it: until when data is kept safe, which categories a
    parent is shown, that the child agrees. `state` is a word of service.rulings. No row holds a person's words.
    """

    case = peewee.ForeignKeyField(Case, backref="child_rulings")
    decision: Any = peewee.ForeignKeyField(CaseDecision, null=True, on_delete="SET NULL", backref="+")
    subject: Any = peewee.IntegerField(null=True, index=True)
    outcome = peewee.CharField(16)
    terms: Any = JsonField(null=True, default=dict)
    deletion = peewee.CharField(16, default="")
    band = peewee.CharField(16, default="")
    age_limit = peewee.IntegerField()
    state = peewee.CharField(16, default="proposed")
    at = MomentField(default=clock.now)
    appeal_until = peewee.DateField()
    if TYPE_CHECKING:
        case_id: int
        decision_id: int

    class Meta:
        table_name = "child_rulings"
        title = N_("What was decided because your account may be a child's")
        whose = "subject"
        erasure = "keep"
        withheld = ("case", "decision", "age_limit", "terms")


class Appeal(Model):
    """That the holder or the reporter asked a third person to look at a ruling; `by` is "holder" or "reporter".

    `state`: "asked", "upheld" (the ruling stays) or "changed". `address_hash` is of whoever appealed.
    """

    ruling = peewee.ForeignKeyField(Ruling, backref="appeals")
    by = peewee.CharField(16)
    address_hash = peewee.CharField(80, default="", index=True)
    words = EncryptedField(null=True)
    at = MomentField(default=clock.now)
    state = peewee.CharField(16, default="asked")
    decided_by = peewee.IntegerField(null=True)
    decided_at = MomentField(null=True)
    if TYPE_CHECKING:
        ruling_id: int

    class Meta:
        table_name = "child_appeals"
        title = N_("Appeals about a child's account")
        whose = "ruling.subject"
        by_address = "address_hash"
        erasure = "delete"
