"""One system of a deletion: as it is now, as a certificate says it, and as it is read from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.deletion.models import Target
from portal.deletion.service import held, proving
from portal.deletion.service.plan import Planned
from portal.sources import checklists, evidence, registry


@dataclass(frozen=True)
class Part:
    """One system: how far it is, what is erased and what is kept there. `again`: when how many rows had come back.

    `troubled`: it could not be erased yet, and is tried again. `proof`: how far the proof goes (`Source.proof`), ""
    where nobody wrote that down. `evidence`: SHA-256, in groups, of the files that show what was done by hand.
    """

    source: str
    title: str
    state: str
    lines: tuple[Planned, ...]
    erased_at: datetime | None = None
    looked_at: datetime | None = None
    again: tuple[tuple[datetime, int], ...] = ()
    stops: tuple[held.Stop, ...] = ()
    inquiry: str = ""
    freed_at: datetime | None = None
    troubled: bool = False
    proof: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Tell our own tables from a connected system."""
        return self.source == registry.OWN

    @property
    def kept_rows(self) -> int:
        """Return how many records are kept."""
        return sum(line.rows for line in self.lines if line.action == "keep")

    @property
    def gone_rows(self) -> int:
        """Return how many records were deleted or lost their person."""
        return sum(line.rows for line in self.lines if line.action != "keep")

    @property
    def is_erased(self) -> bool:
        """Tell whether the system has done what was asked of it."""
        return self.state in ("erased", "read", "proven")


def of(target: Target) -> Part:
    """Return one system of a deletion as it is now."""
    lines = tuple(Planned(**line) for line in target.lines)
    return Part(
        target.source,
        target.title,
        target.state,
        lines,
        target.erased_at,
        target.looked_at,
        stops=tuple(held.read(target)),
        inquiry=target.inquiry or "",
        freed_at=target.freed_at,
        troubled=target.trouble is not None,
        proof=proving.proof(target),
    )


def line(target: Target, again: list[Any]) -> dict[str, Any]:
    """Return what a certificate says of one system."""
    moments = {"erased_at": target.erased_at, "looked_at": target.looked_at}
    tables = [{**line, "controllers": []} for line in target.lines]  # for whom rows were held could say who it was
    written = {name: moment and moment.isoformat() for name, moment in moments.items()}
    proven = {"proof": proof, "evidence": _evidence(target)} if (proof := proving.proof(target)) else {}
    return {"source": target.source, "title": target.title, "tables": tables, "again": again, **written, **proven}


def read(line: dict[str, Any]) -> Part:
    """Return one system as a certificate has it."""
    moments: dict[str, Any] = {
        name: line[name] and datetime.fromisoformat(line[name]) for name in ("erased_at", "looked_at")
    }
    again = tuple((datetime.fromisoformat(at), rows) for at, rows in line["again"])
    lines = tuple(Planned(**table) for table in line["tables"])
    return Part(
        line["source"],
        line["title"],
        "proven",
        lines,
        again=again,
        proof=line.get("proof", ""),
        evidence=tuple(map(grouped, line.get("evidence", ()))),
        **moments,
    )


def grouped(digits: str) -> str:
    """Return digits in groups that can be compared with a print."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _evidence(target: Target) -> list[str]:
    """Return the hashes of the files that staff kept of what they did by hand."""
    if proving.proof(target) != "hand":
        return []
    items = checklists.done_for(target.source, target.deletion.case.reference)
    return [file.sha256 for file in evidence.of(items)]
