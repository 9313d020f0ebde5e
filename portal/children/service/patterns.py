"""Signs that reports are made in spite, for staff to see: who reports, from where, and whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import peewee

from portal.cases.models import Case
from portal.children.models import Report, ReportedAccount
from portal.kernel import clock

SINCE = timedelta(days=90)
MANY, MANY_TARGETS = 3, 3  # from here on it is a pattern


@dataclass(frozen=True)
class Pattern:
    """What the last 90 days show around one report, in counts; nobody is named.

    `reporter` and `network` are reports from the same address and the same network, `targets` the accounts that this
    address has reported, `target` the reports on this account, `withdrawn` those of this address taken back.
    """

    reporter: int
    network: int
    targets: int
    target: int
    withdrawn: int

    @property
    def signs(self) -> tuple[str, ...]:
        """Return what stands out, as words: "reporter", "network", "targets", "target", "withdrawn"."""
        found = {
            "reporter": self.reporter >= MANY,
            "network": self.network >= MANY,
            "targets": self.targets >= MANY_TARGETS,
            "target": self.target >= MANY,
            "withdrawn": self.withdrawn >= 2,
        }
        return tuple(name for name, stands_out in found.items() if stands_out)


def of(report: Report) -> Pattern:
    """Count what stands around a report, with five statements."""
    by_them = _recent() & (Report.reporter_hash == report.reporter_hash) & (Report.reporter_hash != "")
    near = _recent() & (Report.network_hash == report.network_hash) & (Report.network_hash != "")
    hashes = ReportedAccount.select(ReportedAccount.hash).where(ReportedAccount.report == report.id, _addresses())
    theirs = ReportedAccount.select(peewee.fn.COUNT(ReportedAccount.hash.distinct())).join(Report)
    alike = ReportedAccount.select(ReportedAccount.report).where(ReportedAccount.hash << hashes)
    back = Report.select().join(Case).where(by_them, Case.state == "revoked")
    return Pattern(
        reporter=Report.select().where(by_them).count(),
        network=Report.select().where(near).count(),
        targets=int(theirs.where(by_them, _addresses()).scalar() or 0),
        target=Report.select().where(_recent(), Report.id << alike).count(),
        withdrawn=back.count(),
    )


def _addresses() -> Any:
    return ReportedAccount.kind << ["email", "phone", "external_id"]


def _recent() -> Any:
    cases_since = clock.now() - SINCE
    return (Report.proven_at.is_null(False)) & (Report.proven_at > cases_since)
