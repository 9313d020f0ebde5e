"""Children's accounts that we find ourselves: each night by the dates of birth that the systems hold.

An account is opened a case once, whatever is decided: only its keyed hash is compared. A few a night, so that staff can
look at each; the youngest first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import structlog

from portal import config
from portal.cases import service as cases
from portal.cases.service import identity
from portal.children import bands
from portal.children.models import Match, Report, ReportedAccount
from portal.children.service import holding
from portal.children.service.reporting import KIND
from portal.children.service.states import LOOKED_INTO
from portal.kernel import audit, clock, crypto
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry
from portal.sources.base import Source, Young
from portal.subjects import service as subjects

FOUND, CHANNEL = "found", "sweep"
BATCH, MOST_READ, MOST = 500, 20_000, 50  # rows of one statement, rows of one night, cases of one night

audit.declare("children.found", "reference", "source")

log = structlog.get_logger()


def nightly() -> int:
    """Open a case for each account that is a child's by its date of birth and has none yet; return how many.

    A system that does not answer is read the next night.
    """
    opened = 0
    for source in registry.active().connected():
        try:
            for young in _new(source):
                if opened >= MOST:
                    return opened
                opened += _open(source, young)
        except SourceUnavailable:
            log.warning("birth dates not read", source=source.id)
    return opened


def _new(source: Source) -> Iterator[Young]:
    """Yield whom a system knows to be under the limit and who has no case, the youngest first."""
    today, limit = clock.today(), bands.limit_of("", clock.today())
    since = _years_before(today, limit)
    for offset in range(0, MOST_READ, BATCH):
        found = source.young(since, BATCH, offset)
        hashes = {hashed: one for one in found for hashed in crypto.keyed_hashes(FOUND, _named(source, one))}
        known = ReportedAccount.select(ReportedAccount.hash).where(ReportedAccount.hash << list(hashes))
        seen = {hashes[row.hash].key for row in known} if hashes else set()
        yield from (one for one in found if one.key not in seen and one.born <= today)
        if len(found) < BATCH:
            return


def _open(source: Source, young: Young) -> int:
    """Open one case; who is reported already, or has no address with which they could sign in, is only noted."""
    known = next((one for one in young.identifiers if one.kind in ("email", "phone")), None)
    if known is None:
        return 0
    with atomic():
        subject, _ = subjects.verified(known)
        if Match.select().join(Report).where(Match.subject == subject).exists():
            _note(Match.select().where(Match.subject == subject).first().report, source, young)
            return 0
        report = _report(young)
        _note(report, source, young)
        Match.create(report=report, subject=subject, by=FOUND, signals=[])
        audit.record(
            "children.found", subject=subject, actor="worker", reference=report.case.reference, source=source.id
        )
        if bands.by_itself("", young.born.year, young.born.month, report.age_limit, clock.today()):
            holding.place(report, subject)
    return 1


def _report(young: Young) -> Report:
    case = cases.open_without_account(
        KIND, "", config.site().languages[0], channel=CHANNEL, actor="worker", acting="representative"
    )
    identity.prove(case, "operator", "worker")
    row: Report = Report.create(
        case=case,
        relation=FOUND,
        birth_year=young.born.year,
        birth_month=young.born.month,
        age_limit=bands.limit_of("", clock.today()),
        state=LOOKED_INTO,
        proven_at=clock.now(),
        looked_at=clock.now(),
        due_at=None,
    )
    return row


def _note(report: Report, source: Source, young: Young) -> None:
    ReportedAccount.create(report=report, kind=FOUND, hash=crypto.keyed_hash(FOUND, _named(source, young)))


def _named(source: Source, young: Young) -> str:
    return json.dumps([source.id, *young.key])


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
