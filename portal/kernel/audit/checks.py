"""Whether the log was changed, and which row of it. Reads seal by seal, so it needs no more memory for a longer log.

A seal that follows from the one before vouches for its list, and the list for each event. So an event that was changed,
taken out or put in is named whatever else was changed with it in its own row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from portal.kernel.audit import digests, rows
from portal.kernel.audit.digests import NEVER
from portal.kernel.audit.findings import MOST, Finding, Report
from portal.kernel.audit.rows import Link
from portal.kernel.audit.seals import Head
from portal.kernel.audit.tables import AuditCheck
from portal.kernel.db import atomic, moment, run

_STRAY = """seal IS NOT NULL AND (seal < 1 OR seal > ? OR seal <> CAST(seal AS INTEGER))
AND NOT EXISTS (SELECT 1 FROM audit_seals WHERE number = seal) ORDER BY id LIMIT ?"""


def verify(exported: Head | None = None) -> Report:
    """Read the whole log; `exported` is a head from elsewhere that must lie on the chain."""
    report, last, met = Report(), None, exported is None
    for link in _links():
        _check_link(report, link, last)
        if link.number > 0:
            last = link
            report.seals, report.rows = report.seals + 1, report.rows + len(link.rows) // digests.ENTRY.size
        met = met or (exported is not None and _is_at(exported, link))
    if exported and not met:
        report.add(Finding("head", exported.number, at=exported.at))
    for finding in _strays(last.number if last else 0):
        report.add(finding)
    report.head = last and Head(last.number, last.total, last.head, last.at)
    report.waiting = int(run("SELECT count(*) FROM audit_events WHERE seal IS NULL").fetchone()[0])
    report.oldest = _oldest()
    return report


def check() -> Report:
    """Verify the log and write down what was found."""
    report = verify()
    with atomic():
        AuditCheck.create(
            seals=report.seals,
            rows=report.rows,
            waiting=report.waiting,
            head=report.head.head if report.head else digests.FIRST,
            found=report.found,
            findings=[asdict(finding) for finding in report.findings],
        )
    return report


def last_check() -> AuditCheck | None:
    """Return what the newest verification found; None when there was none yet."""
    newest: AuditCheck | None = AuditCheck.select().order_by(AuditCheck.id.desc()).first()
    return newest


def _links() -> Iterator[Link]:
    found = rows.seal("1 = 1 ORDER BY number")
    while found:
        yield found
        found = rows.seal("number > ? ORDER BY number", found.number)


def _check_link(report: Report, link: Link, last: Link | None) -> None:
    """Check a seal against the one before, then its events against its list."""
    if link.number < 1:
        report.add(Finding("seal inserted", link.number, at=link.at))
        return
    if link.number > 1 + (last.number if last else 0):
        report.add(Finding("seals missing", link.number, at=link.at))
    elif link.previous not in ({last.head, _computed(last)} if last else {digests.FIRST}):
        report.add(Finding("seal unlinked", link.number, at=link.at))
    if _computed(link) != link.head:
        report.add(Finding("seal changed", link.number, at=link.at))
    elif not _is_as_listed(link):
        _compare(report, link, dict(digests.ENTRY.iter_unpack(link.rows)))


def _computed(link: Link) -> str:
    return digests.of_seal(link.number, link.total, link.at, link.previous, link.rows)


def _is_at(exported: Head, link: Link) -> bool:
    return (exported.number, exported.rows, exported.head) == (link.number, link.total, link.head)


def _is_as_listed(link: Link) -> bool:
    """Compare all events of a seal at once; one more than it may have is read, so that it shows."""
    most = len(link.rows) // digests.ENTRY.size + 1
    found = rows.events("seal = ? ORDER BY id LIMIT ?", link.number, most)
    return digests.list_of(found) == link.rows and NEVER not in link.rows


def _compare(report: Report, link: Link, listed: dict[int, bytes]) -> None:
    """Say which events of a seal were changed, taken out or put in."""
    ids = list(listed)
    there = {row[0]: row for row in rows.events(rows.among(ids), *ids)}
    under = {row[0] for row in rows.events(f"seal = ? AND {rows.among(ids)}", link.number, *ids)}
    for number, hash_ in listed.items():
        if number not in there:
            report.add(Finding("missing", link.number, number))
        elif number not in under or hash_ == NEVER or digests.of_event(there[number]) != hash_:
            report.add(_event("changed", link.number, there[number]))
    for row in rows.events(f"seal = ? AND NOT {rows.among(ids)} ORDER BY id LIMIT ?", link.number, *ids, MOST):
        report.add(_event("inserted", link.number, row))


def _event(what: str, seal: int, row: digests.Row) -> Finding:
    return Finding(what, seal, row[0], *(None if text is None else str(text) for text in row[1:3]))


def _strays(last: int) -> list[Finding]:
    """Return events under a seal that is not there."""
    found = rows.events(_STRAY, last, MOST)
    if not found:
        return []
    ids = [row[0] for row in found]
    cast = f"SELECT id, CAST(seal AS INTEGER) FROM audit_events WHERE {rows.among(ids)}"
    under = dict(run(cast, *ids).fetchall())
    return [_event("inserted", under[row[0]], row) for row in found]


def _oldest() -> datetime | None:
    """Return the moment of the oldest event that is not yet sealed, if it is one."""
    try:
        found = run("SELECT min(at) FROM audit_events WHERE seal IS NULL").fetchone()[0]
        return moment(found) if isinstance(found, str | datetime) else None
    except (sqlite3.OperationalError, ValueError):
        return None
