"""Stopping a copy that is being made, and taking back one that is ready.

The row decides: whoever stops it raises its fence, so the worker that makes it loses it at its next step and removes
what it wrote. The files go at once, and the row stays due until a worker has seen that none is left.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import structlog

from portal.cases import service as cases
from portal.cases.models import Case
from portal.download import files
from portal.download.models import Download, Part, Ticket
from portal.kernel import audit, clock, work
from portal.kernel.db import after_commit, atomic, clear, database
from portal.kernel.problems import NotNow

log = structlog.get_logger()
MOVES = {"cancelled": ("waiting", "collecting", "failed"), "disabled": ("ready",)}
_FORGET = timedelta(days=30)  # until then an address that is over says so

audit.declare("download.cancelled", "reference")
audit.declare("download.disabled", "reference")


def cancel(download: Download) -> None:
    """Stop making a copy; NotNow when it is made. Cancelling twice is harmless."""
    if download.state == "cancelled":
        return
    with atomic():
        _stop(download, "cancelled")
        cases.move(download.case, "revoked", "download cancelled")


def disable(download: Download) -> None:
    """Take a ready copy back: its links are over at once and its files go; NotNow if it is not ready."""
    if download.state == "disabled":
        return
    with atomic():
        _stop(download, "disabled")


def stop_all(subject_id: int) -> None:
    """Cancel the copies of a person that are asked for or being made, and erase every other one with its links.

    A worker that makes one loses it at its next step. Inside a transaction the files go after its commit; outside,
    an exception of the store is raised, so that whoever has to be sure tries again.
    """
    with atomic():
        downloads = list(Download.of(subject_id))
        for download in downloads:
            for stop in (cancel, disable):  # in this order: one may become ready meanwhile
                with suppress(NotNow):
                    stop(download)
        for case in cases.of_subject(subject_id):
            if case.kind == "download" and case.state == "approved":
                cases.move(case, "revoked", "download cancelled")
        Ticket.delete().where(Ticket.download << [download.id for download in downloads]).execute()
    if not database.in_transaction():
        for download in downloads:
            files.erase(download.case.reference)


def _stop(download: Download, to: str) -> None:
    """Bring a download to its end by compare-and-set; NotNow if a worker or another tab was quicker."""
    reference = download.case.reference
    over = {"state": to, "unfinished_of": None, "file": None, "due_at": clock.now(), "attempts": 0}
    meant = (Download.id == download.id) & (Download.state << MOVES[to])
    if not Download.update(fence=Download.fence + 1, claimed_until=None, **over).where(meant).execute():
        raise NotNow
    Part.update(file=None).where(Part.download == download).execute()
    audit.record(f"download.{to}", subject=download.case.subject_id, reference=reference)
    download.state = to
    work.wake_table(Download)
    _erase_soon(reference)


def _erase_soon(reference: str) -> None:
    after_commit(lambda: _erase(reference))


def _erase(reference: str) -> None:
    try:
        files.erase(reference)
    except Exception:  # the row is due, so a worker erases them; whoever asked must not see the store's failure
        log.warning("files not erased yet", reference=reference)


def erase_strays() -> None:
    """Erase files that belong to no download, what a kill left between a file and its row, and links long over."""
    for stored in files.all_names():
        reference = files.reference_of(stored)
        page = Part.select(Part.download).where(Part.file == stored)
        held = (Download.file == stored) | (Download.id << page) | Download.unfinished_of.is_null(False)
        if not Download.select().join(Case).where(Case.reference == reference, held).exists():
            files.remove(stored)
    clear(Ticket, Ticket.expires_at < clock.now() - _FORGET)
