"""What a verification says."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime

from portal.kernel.audit.seals import Head

MOST = 100  # findings that are kept; all are counted
SAID = {
    "changed": "event {event} ({at}, {name}) was changed; seal {seal} has another",
    "missing": "event {event} is missing; seal {seal} has it",
    "inserted": "event {event} ({at}, {name}) was inserted; seal {seal} has none such",
    "seal changed": "seal {seal} ({at}) was changed; its events cannot be told apart",
    "seal unlinked": "seal {seal} ({at}) does not follow from the one before: one of the two was written anew",
    "seals missing": "seals before seal {seal} ({at}) are missing",
    "seal inserted": "seal {seal} ({at}) was inserted",
    "head": "the head of seal {seal} ({at}) is not on the chain: the log was cut off or written anew",
}


@dataclass(frozen=True)
class Finding:
    """What happened to an event or a seal: `what` is a key of SAID. Of an event that is gone, only the id is known."""

    what: str
    seal: int
    event: int | None = None
    at: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        return SAID[self.what].format(**asdict(self))


@dataclass
class Report:
    """What a verification found; `waiting` events are not yet sealed, the oldest since `oldest`."""

    seals: int = 0
    rows: int = 0
    head: Head | None = None
    waiting: int = 0
    oldest: datetime | None = None
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether everything that is sealed is as it was."""
        return not self.found

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it if it is one of the first."""
        self.found += 1
        if len(self.findings) < MOST:
            self.findings.append(finding)
