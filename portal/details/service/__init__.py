"""What details does: it shows what systems hold, and has it corrected."""

from portal.details.service.asking import (
    NeedsReview,
    SameAlready,
    WrongStatement,
    add_statement,
    at_once,
    drop_statement,
    for_review,
    latest,
    load,
    of_case,
    of_subject,
    parts,
    statements,
)
from portal.details.service.mending import Version, differing, mend, versions
from portal.details.service.moving import ask, prove, proven, use_proven
from portal.details.service.reading import (
    PATIENCE,
    PROOF,
    REVIEW,
    SELF,
    SOON,
    Detail,
    Found,
    Place,
    everything,
    note_look,
    one,
)

__all__ = [
    "PATIENCE", "PROOF", "REVIEW", "SELF", "SOON", "Detail", "Found", "NeedsReview", "Place", "SameAlready", "Version",
    "WrongStatement", "add_statement", "ask", "at_once", "differing", "drop_statement", "everything", "for_review",
    "latest", "load", "mend", "note_look", "of_case", "of_subject", "one", "parts", "prove", "proven", "statements",
    "use_proven", "versions",
]  # fmt: skip
