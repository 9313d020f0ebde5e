"""What details does: it shows what systems hold, and has it corrected."""

from portal.details.service.asking import (
    NeedsReview,
    SameAlready,
    WrongStatement,
    add_statement,
    at_once,
    drop_statement,
    for_review,
    load,
    of_case,
    of_subject,
    parts,
    statements,
)
from portal.details.service.moving import ask, prove, proven, use_proven
from portal.details.service.reading import PROOF, REVIEW, SELF, Detail, Found, Place, everything, note_look, one

__all__ = [
    "PROOF", "REVIEW", "SELF", "Detail", "Found", "NeedsReview", "Place", "SameAlready", "WrongStatement",
    "add_statement", "ask", "at_once", "drop_statement", "everything", "for_review", "load", "note_look", "of_case",
    "of_subject", "one", "parts", "prove", "proven", "statements", "use_proven",
]  # fmt: skip
