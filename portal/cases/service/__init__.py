"""Cases: how one is opened, proven, talked about, decided and moved.

Rooms that carry a kind out claim its rows in the state `approved`.
"""

from portal.cases.service.amending import amend
from portal.cases.service.asking import RELATIVE, SELF, Wish, file_publicly, file_signed_in, normal_email
from portal.cases.service.moving import move, note
from portal.cases.service.opening import (
    OPERATOR,
    acknowledge,
    asked_by,
    days_for,
    forget_grounds,
    open_by_operator,
    open_case,
    open_without_account,
)
from portal.cases.service.reading import (
    all_of,
    begun,
    by_reference,
    by_secret,
    load,
    of_subject,
    own,
    page,
    secret_url,
    timeline,
)
from portal.cases.service.reopening import ask_review, cancel, may_reopen, reopen
from portal.cases.service.states import FINAL, MOVES

__all__ = [
    "FINAL", "MOVES", "OPERATOR", "RELATIVE", "SELF", "Wish", "acknowledge", "all_of", "amend", "ask_review",
    "asked_by", "begun", "by_reference", "by_secret", "cancel", "days_for", "file_publicly", "file_signed_in",
    "forget_grounds", "load", "may_reopen", "move", "normal_email", "note", "of_subject", "open_by_operator",
    "open_case", "open_without_account", "own", "page", "reopen", "secret_url", "timeline",
]  # fmt: skip
