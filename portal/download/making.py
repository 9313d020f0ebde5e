"""Making an archive: every system is read once, then all is packed and published, then the row says so.

A kill at any instant costs the work, never the result: the whole is made again under the next fence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta

from portal import config
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.download import archive, collecting, files
from portal.download.choice import Choice
from portal.download.models import Download, Part, Ticket
from portal.download.pace import at_most_often
from portal.download.pack import chunks
from portal.download.reading import Collected
from portal.download.trust import is_distrusted
from portal.kernel import audit, clock, failpoints
from portal.kernel.problems import LeaseLost, SourceUnavailable
from portal.kernel.work import Claim
from portal.notices import messages
from portal.sources import registry
from portal.sources.base import Source
from portal.subjects import service as subjects
from portal.web import words

MOST_FAILURES = 10  # of our own, about a quarter of an hour; then the page says that it failed

audit.declare("download.ready", "reference", "missing")
audit.declare("download.failed", "reference")
audit.declare("download.stopped", "reference")
audit.declare("download.expired", "reference")


class _Distrusted(Exception):
    """Meanwhile the person has said that it was not them."""


def carry_out(claim: Claim[Download]) -> None:
    """Do what is due: make the archive, give up on it, or erase it once its days are over or it was stopped."""
    if claim.row.state == "ready":
        _expire(claim)
    elif claim.row.state in ("cancelled", "disabled"):
        files.erase(claim.row.case.reference)
        claim.done()
    elif is_distrusted(claim.row):
        _stop(claim)
    elif claim.row.attempts >= MOST_FAILURES:
        _give_up(claim)
    else:
        _make(claim)


def _make(claim: Claim[Download]) -> None:
    download, reference = claim.row, claim.row.case.reference
    parts = collecting.begin(claim)
    files.erase(reference, before=download.fence)
    with suppress(SourceUnavailable):  # whoever does not answer now fails below, alone
        subjects.refresh(download.case.subject_id)
    claim.beat()
    with ExitStack() as keep:
        systems = collecting.read_all(claim, parts, keep)
        if systems is None:
            return
        _publish(claim, systems, [registry.active().get(part.source) for part in parts if part.state == "failed"])


def _hold(claim: Claim[Download]) -> None:
    """Renew the lease; raises LeaseLost."""
    with claim.step():
        pass


def _publish(claim: Claim[Download], systems: list[Collected], missing: list[Source]) -> None:
    """Write the archive and the pages under this worker's own name, then the row; without the row they go again."""
    download, site = claim.row, config.site()
    reference, contents = download.case.reference, _contents(download, systems, missing)
    spoken, tick = words.of(download.language, site.timezone), at_most_often(lambda _: _hold(claim))
    name = files.name(reference, download.fence)
    failpoints.point("download: before publish")
    try:
        pages = {system.source.id: _page(claim, system, tick) for system in systems}
        written = files.store().write(name, archive.chunks(contents, site, spoken, lambda: tick(0)))
        facts = {"file": name, "size": written.size, "sha256": written.sha256, "as_of": _as_of(systems)}
        _ready(claim, missing, pages, **facts)
    except _Distrusted:
        _stop(claim)
    except LeaseLost:
        files.erase_own(reference, download.fence)
        raise


def _contents(download: Download, systems: list[Collected], missing: list[Source]) -> archive.Contents:
    choice, subject = Choice.read(download.choice), download.case.subject_id
    return archive.Contents(
        reference=download.case.reference,
        subject_id=subject,
        made_at=clock.now(),
        systems=systems,
        missing=missing,
        unclaimed=bool(subjects.unclaimed(subject)),
        choice=choice,
        left_out=[source for source in registry.active().all() if not choice.tables_of(source)],
    )


def _page(claim: Claim[Download], system: Collected, tick: Callable[[int], None]) -> dict[str, object]:
    """Write the page of one system beside the archive, for phones that cannot open a ZIP file."""
    name = files.page_name(claim.row.case.reference, claim.row.fence, system.stem)
    written = files.store().write(name, _held(chunks(system.page), tick))
    return {"file": name, "size": written.size, "sha256": written.sha256}


def _held(pieces: Iterator[bytes], tick: Callable[[int], None]) -> Iterator[bytes]:
    for piece in pieces:
        tick(0)
        yield piece


def _as_of(systems: list[Collected]) -> object:
    return min((system.as_of for system in systems), default=clock.now())


def _ready(claim: Claim[Download], missing: list[Source], pages: dict[str, dict[str, object]], **facts: object) -> None:
    """Say that it is ready: state, pages, closed case, message and log in one transaction."""
    download, case = claim.row, claim.row.case
    expires = clock.now() + timedelta(days=config.site().archive_days)
    with claim.step(state="ready", unfinished_of=None, expires_at=expires, due_at=expires, attempts=0, **facts):
        if is_distrusted(download):  # told while it was made
            raise _Distrusted
        for source, page in pages.items():
            Part.update(**page).where(Part.download == download, Part.source == source).execute()
        absent = [source.id for source in missing]
        cases.move(case, "fulfilled", "download ready", "worker", missing=absent)
        audit.record(
            "download.ready", subject=case.subject_id, actor="worker", reference=case.reference, missing=absent
        )
        _tell(download)


def _stop(claim: Claim[Download]) -> None:
    """Publish nothing: the person has said that it was not them who asked."""
    case = claim.row.case
    files.erase(case.reference)
    with claim.step(state="expired", unfinished_of=None, file=None, due_at=None, attempts=0):
        cases.move(case, "revoked", "download stopped", "worker")
        audit.record("download.stopped", subject=case.subject_id, actor="worker", reference=case.reference)


def _tell(download: Download) -> None:
    case = download.case
    account = subjects.account_of(case.subject_id)
    to = accounts.recipient(account) if account else None
    if to:
        to, url = replace(to, language=download.language), f"{config.site().base_url}/download/{case.reference}"
        cause, size = f"download:{case.reference}", download.size or 0
        messages.download_ready(to, cause, case.reference, download.expires_at, url, size)


def _expire(claim: Claim[Download]) -> None:
    case = claim.row.case
    files.erase(case.reference)
    with claim.step(state="expired", file=None, due_at=None):
        Ticket.delete().where(Ticket.download == claim.row).execute()
        Part.update(file=None).where(Part.download == claim.row).execute()
        audit.record("download.expired", subject=case.subject_id, actor="worker", reference=case.reference)


def _give_up(claim: Claim[Download]) -> None:
    """Say that it failed. The request stays open, so its clock runs on; asking again begins it again."""
    case = claim.row.case
    files.erase(case.reference)
    with claim.step(state="failed", due_at=None, attempts=0):
        audit.record("download.failed", subject=case.subject_id, actor="worker", reference=case.reference)
