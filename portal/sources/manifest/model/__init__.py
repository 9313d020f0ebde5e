"""What a manifest says of one connected system, as frozen values. docs/manifest.md tells each key with an example."""

from portal.sources.manifest.model.blocks import Affects, BlockKind, Blocks, Way, is_currency
from portal.sources.manifest.model.columns import (
    Column,
    Correct,
    DetailKind,
    IdentifierKind,
    Match,
    Place,
    Rule,
    RuleKind,
)
from portal.sources.manifest.model.system import Fact, FactKind, Location, Manifest, Preference, Scalar, Subject
from portal.sources.manifest.model.tables import Action, Keep, Link, Origin, Table, Until, Whose
from portal.sources.manifest.model.text import Text, humanised

__all__ = [
    "Action", "Affects", "BlockKind", "Blocks", "Column", "Correct", "DetailKind", "Fact", "FactKind",
    "IdentifierKind", "Keep", "Link", "Location", "Manifest", "Match", "Origin", "Place", "Preference", "Rule",
    "RuleKind", "Scalar", "Subject", "Table", "Text", "Until", "Way", "Whose", "humanised", "is_currency",
]  # fmt: skip
