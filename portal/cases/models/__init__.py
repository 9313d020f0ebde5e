"""Cases: what happened in them, what was said, how their people were proven, and what staff decided."""

from portal.cases.models.case import LONGEST, Case, CaseEvent, CaseMessage
from portal.cases.models.deciding import Decision, Evidence, Lifting, Routing
from portal.cases.models.desk import LegalEdit, Presence, ReplyText, SavedView
from portal.cases.models.proving import Attempt, Verification

__all__ = [
    "Attempt",
    "Case",
    "CaseEvent",
    "CaseMessage",
    "Decision",
    "Evidence",
    "LONGEST",
    "LegalEdit",
    "Lifting",
    "Presence",
    "ReplyText",
    "Routing",
    "SavedView",
    "Verification",
]
