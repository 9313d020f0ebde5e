"""Downloads: asked for, handed out and taken back. What makes one is in making.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import peewee

from portal import config
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.cases.models import Case
from portal.download import files
from portal.download.models import Download, Part, Ticket
from portal.kernel import audit, clock, tokens, work
from portal.kernel.db import atomic
from portal.kernel.problems import Gone, NotFound
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import service as subjects

KIND = "download"
TICKET_LIFE = timedelta(minutes=10)  # RULES W3
UNDER_WAY = ("waiting", "collecting")

audit.declare("download.asked", "reference")
audit.declare("download.fetched", "reference")


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


def ask(subject_id: int, language: str) -> Download:
    """Return the download that a person has under way, or a new one; one that failed is begun again.

    However many ask at once, the database lets one person have one (`unfinished_of`).
    """
    try:
        with atomic():
            return _again(Download.unfinished(subject_id)) or start(cases.open_case(KIND, subject_id), language)
    except peewee.IntegrityError:  # another tab was quicker
        found = Download.unfinished(subject_id)
        if found is None:
            raise
        return found


def start(case: Case, language: str) -> Download:
    """Begin to carry out an approved case, inside a transaction; IntegrityError if the person has one under way."""
    who = cases.asked_by(case)
    cases.move(case, "in_progress", "download started", who)
    audit.record("download.asked", subject=case.subject_id, actor=who, reference=case.reference)
    return Download.create(case=case, language=language, unfinished_of=case.subject_id)


def start_approved(case: Case) -> Download:
    """Begin a case that was approved elsewhere, in the language that the person reads."""
    account = subjects.account_of(case.subject_id)
    reader = accounts.recipient(account) if account else None
    return start(case, reader.language if reader else config.site().languages[0])


def _again(download: Download | None) -> Download | None:
    """Begin a failed download again: the same request, so the same legal clock; every system is asked anew."""
    if download and download.state == "failed":
        Part.delete().where(Part.download == download).execute()
        Download.update(state="waiting", due_at=clock.now(), attempts=0).where(Download.id == download.id).execute()
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


def progress(download: Download) -> Progress:
    """Return how far a download is; a system that was not begun waits."""
    parts = {part.source: part for part in Part.select().where(Part.download == download)}
    return Progress([(source, parts.get(source.id) or Part()) for source in registry.active().all()])


def ticket(download: Download) -> str:
    """Return the token of an address that gives the archive out without cookies for ten minutes (RULES W3).

    It may be used more than once in that time, so that a broken transfer goes on. Raises Gone.
    """
    _still_there(download)
    token, now = tokens.new_token(), clock.now()
    with atomic():
        Ticket.create(download=download, digest=tokens.digest(token), created_at=now, expires_at=now + TICKET_LIFE)
    return token


def by_ticket(token: str) -> Download:
    """Return the archive that a token opens: NotFound for an unknown one, Gone when its time is over."""
    found = Ticket.get_or_none(Ticket.digest == tokens.digest(token))
    if found is None:
        raise NotFound
    if found.expires_at <= clock.now() or _distrusted_since(found.download, found.created_at):
        raise Gone
    return _still_there(found.download)


def is_distrusted(download: Download) -> bool:
    """Tell whether the person has said, since it was asked for, that it was not them who asked."""
    return _distrusted_since(download, download.case.received_at)


def _distrusted_since(download: Download, asked_at: datetime) -> bool:
    account = subjects.account_of(download.case.subject_id)
    since = accounts.distrusted(account) if account else None
    return since is not None and asked_at < since


def _still_there(download: Download) -> Download:
    if download.state != "ready" or download.expires_at is None or download.expires_at <= clock.now():
        raise Gone
    return download


def read(download: Download, start: int, stop: int | None) -> Iterator[bytes]:
    """Yield the bytes of the archive from start to stop (exclusive); Gone when its file is."""
    try:
        return files.store().read(download.file or "", start, stop)
    except FileNotFoundError as error:
        raise Gone from error


def note_fetch(download: Download, actor: str = "person") -> None:
    """Count that somebody began to fetch the archive, and log it (RULES X10)."""
    case = download.case
    with atomic():
        Download.update(fetched=Download.fetched + 1).where(Download.id == download.id).execute()
        audit.record("download.fetched", subject=case.subject_id, actor=actor, reference=case.reference)


def erase_files(subject_id: int) -> None:
    """Erase the archives of a person at once; a worker that still makes one loses its row and removes what it made."""
    for download in Download.of(subject_id):
        files.erase(download.case.reference)


def erase_strays() -> None:
    """Erase files that belong to no download: what a kill left between a file and its row."""
    for stored in files.all_names():
        reference = files.reference_of(stored)
        held = (Download.file == stored) | Download.unfinished_of.is_null(False)
        if not Download.select().join(Case).where(Case.reference == reference, held).exists():
            files.remove(stored)
