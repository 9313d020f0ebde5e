"""What workers do for the log."""

from __future__ import annotations

from datetime import timedelta

import structlog

from portal.kernel import audit, work

log = structlog.get_logger()


@work.every(timedelta(seconds=30))  # at each sweep, which comes every minute and sometimes a little early
def seal_log() -> None:
    """Seal what was recorded since the last time."""
    audit.seal()


@work.every(timedelta(days=1))
def verify_log() -> None:
    """Look whether the log was changed, and keep what was found."""
    if not (report := audit.check()).is_whole:
        log.error("audit log was changed", found=report.found, first=str(report.findings[0]))
