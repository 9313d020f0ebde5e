"""Asking for a copy, and how far it is: one under way a person, and so many a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import peewee

from portal import config
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.cases.models import Case
from portal.download.choice import Choice
from portal.download.models import Download, Part
from portal.download.service import releasing
from portal.kernel import audit, clock, work
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import service as subjects

KIND = "download"
UNDER_WAY = ("waiting", "collecting")
_DAY = timedelta(days=1)
_EVERYTHING = Choice()

audit.declare("download.asked", "reference")


class TooManyCopies(Problem):
    """A person had as many copies made in a day as the site allows; facts: `copies`, that number."""

    status, code = 429, "too-many-copies"
    say = N_("You asked for %(copies)s copies within a day. More cannot be made on one day.")
    then = N_("Take one of the copies that you have, or ask again tomorrow.")


@dataclass(frozen=True)
class Progress:
    """How far a download is: its systems in their order, each with its part, and how many are done with."""

    systems: list[tuple[Source, Part]]

    @property
    def finished(self) -> int:
        """Return how many systems are read, or were asked in vain."""
        return sum(part.state in ("done", "failed") for _, part in self.systems)

    @property
    def percent(self) -> int:
        """Return that in a hundred, for the bar."""
        return 100 * self.finished // max(1, len(self.systems))

    @property
    def missing(self) -> list[Source]:
        """Return the systems that were asked in vain."""
        return [source for source, part in self.systems if part.state == "failed"]


def ask(subject_id: int, language: str, choice: Choice = _EVERYTHING) -> Download:
    """Return the download that a person has under way, or a new one; one that failed is begun again.

    However many ask at once, the database lets one person have one (`unfinished_of`). Raises TooManyCopies.
    """
    try:
        with atomic():
            found = Download.unfinished(subject_id)
            if found is not None:
                return _again(found, language, choice)
            if not may_ask(subject_id):
                raise TooManyCopies(copies=config.site().copies_a_day)
            return start(cases.open_case(KIND, subject_id), language, choice)
    except peewee.IntegrityError:  # another tab was quicker
        found = Download.unfinished(subject_id)
        if found is None:
            raise
        return found


def may_ask(subject_id: int) -> bool:
    """Tell whether a person may have one more copy made today: so many in 24 hours, whatever became of them."""
    lately = Download.of(subject_id).where(Case.received_at > clock.now() - _DAY)
    return bool(lately.count() < config.site().copies_a_day)


def start(case: Case, language: str, choice: Choice = _EVERYTHING) -> Download:
    """Begin to carry out an approved case, inside a transaction; IntegrityError if the person has one under way."""
    who = cases.asked_by(case)
    cases.move(case, "in_progress", "download started", who)
    audit.record("download.asked", subject=case.subject_id, actor=who, reference=case.reference)
    return Download.create(case=case, language=language, unfinished_of=case.subject_id, choice=choice.written())


def start_approved(case: Case) -> Download:
    """Begin a case that was approved elsewhere, in the language that the person reads.

    NotNow where the second look that it needs is missing (RULES S4).
    """
    account = subjects.account_of(case.subject_id)
    reader = accounts.recipient(account) if account else None
    withheld, records = releasing.withheld(case)
    choice = Choice(withheld=withheld, records=records)
    return start(case, reader.language if reader else config.site().languages[0], choice)


def _again(download: Download, language: str, choice: Choice) -> Download:
    """Begin a failed download again: the same request, so the same legal clock; every system is asked anew."""
    if download.state == "failed":
        Part.delete().where(Part.download == download).execute()
        anew = {"state": "waiting", "due_at": clock.now(), "attempts": 0}
        mine = Download.id == download.id
        Download.update(**anew, language=language, choice=choice.written()).where(mine).execute()
        download.state = "waiting"
        work.wake_table(Download)
    return download


def load(reference: str, subject_id: int) -> Download:
    """Return a person's own download; NotFound for anybody else's."""
    found = Download.by_reference(reference, subject_id)
    if found is None:
        raise NotFound
    return found


def recent(subject_id: int, limit: int = 5) -> list[Download]:
    """Return a person's last downloads, the newest first."""
    return list(Download.of(subject_id).limit(limit))


def under_way(subject_id: int) -> Download | None:
    """Return the download that is being made for a person, if any."""
    found = Download.unfinished(subject_id)
    return found if found and found.state in UNDER_WAY else None


def progress(download: Download) -> Progress:
    """Return how far a download is; a system that was not begun waits."""
    parts = {part.source: part for part in Part.select().where(Part.download == download)}
    choice = Choice.read(download.choice)
    asked = [source for source in registry.active().all() if choice.tables_of(source)]
    return Progress([(source, parts.get(source.id) or Part()) for source in asked])
