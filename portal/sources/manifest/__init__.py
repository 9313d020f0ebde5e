"""The manifest of a connected system: what it holds of a person, how a row is found, and what becomes of it."""

from portal.sources.manifest.model import (
    Action,
    Affects,
    Blocks,
    Column,
    Fact,
    IdentifierKind,
    Keep,
    Link,
    Location,
    Manifest,
    Match,
    Place,
    Preference,
    Rule,
    Subject,
    Table,
    Text,
    Until,
)
from portal.sources.manifest.parse import parse, read, require_paths
from portal.sources.manifest.reader import ManifestProblem

__all__ = [
    "Action", "Affects", "Blocks", "Column", "Fact", "IdentifierKind", "Keep", "Link", "Location", "Manifest",
    "ManifestProblem", "Match", "Place", "Preference", "Rule", "Subject", "Table", "Text", "Until", "parse", "read",
    "require_paths",
]  # fmt: skip
