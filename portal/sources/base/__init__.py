"""What every connected system can be asked, whatever it is made of, and what it answers."""

from portal.sources.base.correcting import DETAILS, Change, Held, Outcome
from portal.sources.base.erased import Erased, Mention, Proof, Rehearsed, Statement, Why
from portal.sources.base.findings import Finding, Level, Shape
from portal.sources.base.person import NAME, Identifier, Key, Person, Setting, Young
from portal.sources.base.preview import Affected, Blocker, Line, Preview
from portal.sources.base.snapshot import Batch, Page, Row, Snapshot, counted_out
from portal.sources.base.source import Source

__all__ = [
    "Affected", "Batch", "Blocker", "Change", "DETAILS", "Erased", "Finding", "Held", "Identifier", "Key", "Level",
    "Line", "Mention", "NAME", "Outcome", "Page", "Person", "Preview", "Proof", "Rehearsed", "Row", "Setting", "Shape",
    "Snapshot", "Source", "Statement", "Why", "Young", "counted_out",
]  # fmt: skip
