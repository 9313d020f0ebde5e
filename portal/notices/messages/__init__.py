"""One verb a message. Each is called inside the transaction of its cause, and one cause gives one message.

Legal messages are sent at least once: a kill between sending and recording repeats one under the same Message-ID.
"""

from portal.notices.messages.children import child_decided, child_held, child_hold_waits
from portal.notices.messages.choices import opted_out
from portal.notices.messages.companies import controller_asked, controller_reminded, correction_told
from portal.notices.messages.copies import download_fetched, download_ready
from portal.notices.messages.declared import CHANGES, DECLARED, PASSWORD, STAFF_CHANGES
from portal.notices.messages.deletions import (
    deletion_cancelled,
    deletion_done,
    deletion_paused,
    deletion_reminder,
    deletion_scheduled,
)
from portal.notices.messages.policies import policy_changes, policy_noted
from portal.notices.messages.queueing import INBOX, Recipient, queued
from portal.notices.messages.requests import (
    agent_named,
    answer_late,
    asked_about_you,
    request_code,
    request_decided,
    request_links,
    request_news,
    request_received,
    use_resumes,
)
from portal.notices.messages.signing_in import (
    confirm_code,
    continue_here,
    proof_code,
    security_changed,
    sign_in_code,
    sign_up_closed,
    sign_up_code,
    sign_up_known,
)
from portal.notices.messages.staff import (
    drift_found,
    staff_changed,
    staff_code,
    staff_digest,
    staff_invited,
    webhook_stopped,
)

__all__ = [
    "CHANGES",
    "DECLARED",
    "INBOX",
    "PASSWORD",
    "Recipient",
    "STAFF_CHANGES",
    "agent_named",
    "answer_late",
    "asked_about_you",
    "child_decided",
    "child_held",
    "child_hold_waits",
    "confirm_code",
    "continue_here",
    "controller_asked",
    "controller_reminded",
    "correction_told",
    "deletion_cancelled",
    "deletion_done",
    "deletion_paused",
    "deletion_reminder",
    "deletion_scheduled",
    "download_fetched",
    "download_ready",
    "opted_out",
    "policy_changes",
    "policy_noted",
    "proof_code",
    "queued",
    "request_code",
    "request_decided",
    "request_links",
    "request_news",
    "request_received",
    "security_changed",
    "sign_in_code",
    "sign_up_closed",
    "sign_up_code",
    "sign_up_known",
    "staff_changed",
    "staff_code",
    "drift_found",
    "staff_digest",
    "staff_invited",
    "use_resumes",
    "webhook_stopped",
]
