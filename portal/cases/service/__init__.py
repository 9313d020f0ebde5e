"""Cases: how one is opened, proven, talked about, decided and moved.

Rooms that carry a kind out claim its rows in the state `approved`.
"""

from portal.cases.service.amending import amend
from portal.cases.service.moving import move, note
from portal.cases.service.opening import (
    OPERATOR,
    acknowledge,
    asked_by,
    forget_grounds,
    open_by_operator,
    open_case,
    open_without_account,
)
from portal.cases.service.reading import by_reference, by_secret, load, of_subject, secret_url, timeline
from portal.cases.service.reopening import ask_review, cancel, may_reopen, reopen
from portal.cases.service.states import FINAL, MOVES

__all__ = [
    "FINAL", "MOVES", "OPERATOR", "acknowledge", "amend", "ask_review", "asked_by", "by_reference", "by_secret",
    "cancel", "forget_grounds", "load", "may_reopen", "move", "note", "of_subject", "open_by_operator",
    "open_case", "open_without_account", "reopen", "secret_url", "timeline",
]  # fmt: skip
