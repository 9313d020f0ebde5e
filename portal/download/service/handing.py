"""Handing a copy out: addresses that work for ten minutes without cookies, and who used them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from portal import config
from portal.accounts import service as accounts
from portal.cases.models import Case
from portal.download import files
from portal.download.models import Download, Fetch, Part, Ticket
from portal.download.trust import is_distrusted
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import Gone, NotFound
from portal.notices import messages
from portal.subjects import service as subjects

TICKET_LIFE = timedelta(minutes=10)  # RULES W3

audit.declare("download.fetched", "reference")


@dataclass(frozen=True)
class Handed:
    """A file that an address gives out: the archive, or the page of one system (`source`)."""

    download: Download
    by_link: bool
    file: str
    size: int
    sha256: str
    source: str | None = None


def ticket(download: Download, *, by_link: bool = False) -> str:
    """Return the token of an address that gives the archive out without cookies for ten minutes (RULES W3).

    It may be used more than once in that time, so that a broken transfer goes on. Raises Gone.
    """
    _still_there(download)
    token, now = tokens.new_token(), clock.now()
    facts = {"digest": tokens.digest(token), "by_link": by_link, "created_at": now, "expires_at": now + TICKET_LIFE}
    with atomic():
        Ticket.create(download=download, **facts)
    return token


def opened(token: str, page: str = "") -> Handed:
    """Return what a token opens, the archive or one of its pages: NotFound for an unknown one, Gone when it is over."""
    found = Ticket.get_or_none(Ticket.digest == tokens.digest(token))
    if found is None:
        raise NotFound
    if found.expires_at <= clock.now() or is_distrusted(found.download, found.created_at):
        raise Gone
    download = _still_there(found.download)
    if not page:
        return archive(download, by_link=found.by_link)
    part = next((part for part in pages(download) if files.page_of(part.file or "") == page), None)
    if part is None:
        raise NotFound
    return Handed(download, found.by_link, part.file or "", part.size or 0, part.sha256 or "", part.source)


def archive(download: Download, *, by_link: bool = False) -> Handed:
    """Return the whole of a ready download."""
    return Handed(download, by_link, download.file or "", download.size or 0, download.sha256 or "")


def pages(download: Download) -> list[Part]:
    """Return the systems of a download that have a page of their own."""
    return list(Part.select().where(Part.download == download, Part.file.is_null(False)).order_by(Part.id))


def _still_there(download: Download) -> Download:
    if download.state != "ready" or download.expires_at is None or download.expires_at <= clock.now():
        raise Gone
    return download


def read(handed: Handed, start: int, stop: int | None) -> Iterator[bytes]:
    """Yield the bytes of a file from start to stop (exclusive); Gone when it is erased."""
    try:
        return files.store().read(handed.file, start, stop)
    except FileNotFoundError as error:
        raise Gone from error


def note_fetch(handed: Handed, device: str, actor: str = "person") -> None:
    """Note that somebody began to fetch a copy; the first time its owner is told, once (RULES X10)."""
    download, case = handed.download, handed.download.case
    mine = Download.id == download.id
    with atomic():
        first = Download.update(fetched=1).where(mine, Download.fetched == 0).execute()
        if not first:
            Download.update(fetched=Download.fetched + 1).where(mine).execute()
        Fetch.create(download=download, by_link=handed.by_link, device=device[:64], source=handed.source)
        audit.record("download.fetched", subject=case.subject_id, actor=actor, reference=case.reference)
        if first:
            _tell(case, device)


def _tell(case: Case, device: str) -> None:
    account = subjects.account_of(case.subject_id)
    if to := accounts.recipient(account) if account else None:
        url = f"{config.site().base_url}/download/{case.reference}"
        messages.download_fetched(to, f"download:{case.reference}:fetched", case.reference, clock.now(), device, url)


def fetches(download: Download) -> list[Fetch]:
    """Return who fetched a copy, the newest first."""
    return list(Fetch.select().where(Fetch.download == download).order_by(Fetch.id.desc()).limit(20))
