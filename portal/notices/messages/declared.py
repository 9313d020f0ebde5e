"""Every message there is, with the facts that its templates may name, and how it is treated."""

from __future__ import annotations

# Every message and the facts that its templates may name.
DECLARED: dict[str, tuple[str, ...]] = {
    "sign_in_code": ("code", "minutes"),
    "confirm_code": ("code", "minutes"),
    "continue_here": ("url", "minutes"),
    "proof_code": ("code", "minutes"),
    "security_changed": ("what", "shown", "at", "url"),
    "sign_up_code": ("code", "minutes"),
    "sign_up_known": ("code", "minutes"),
    "download_ready": ("reference", "expires_at", "url", "size"),
    "download_fetched": ("reference", "on", "device", "url"),
    "deletion_scheduled": ("reference", "what", "on", "cancel_url", "url"),
    "deletion_reminder": ("reference", "what", "on", "cancel_url", "url"),
    "deletion_cancelled": ("reference", "what"),
    "deletion_paused": ("reference", "on", "url"),
    "deletion_done": ("reference", "what", "certificate_url"),
    "controller_asked": ("reference", "what", "person", "by", "url"),
    "controller_reminded": ("reference", "what", "by", "url"),
    "request_received": ("reference", "what", "by", "prove", "url"),
    "request_news": ("reference", "url"),
    "use_resumes": ("reference", "on", "url"),
    "correction_told": ("reference", "person", "what"),
    "request_decided": ("reference", "outcome", "authority", "url"),
    "staff_code": ("code", "minutes"),
    "staff_invited": ("url", "expires_at"),
    "staff_changed": ("what", "left", "at"),
    "request_code": ("reference", "code", "minutes"),
    "request_links": ("requests",),
    "agent_named": ("reference", "what", "agent", "url"),
    "asked_about_you": ("reference", "on", "url"),
    "staff_digest": ("lines", "count", "url"),
    "child_held": ("reference", "url"),
    "child_decided": ("outcome", "until", "url"),
    "child_hold_waits": ("reference", "url"),
    "sign_up_closed": ("url",),
    "opted_out": ("what", "at", "until", "url"),
    "answer_late": ("reference", "url"),
    "policy_changes": ("what", "begins", "url", "compare_url"),
    "webhook_stopped": ("name", "url"),
    "drift_found": ("system", "count", "url"),
}

# What `security_changed` has a sentence for, in its three templates.
PASSWORD = ("password set", "password changed", "password removed")
CHANGES = frozenset({"added", "moved", "removed", "signed in", "ended", *PASSWORD})
# And what `staff_changed` has one for.
STAFF_CHANGES = frozenset(
    {"factor set", "factor reset", "recovery used", "recovery renewed", "role", "disabled", "enabled"}
)

# Codes, security and what somebody waits for at the page: at any hour. All else waits for the morning (see quiet.py).
AT_NIGHT = frozenset(DECLARED) - {
    "controller_asked",
    "controller_reminded",
    "correction_told",
    "deletion_reminder",
    "policy_changes",
    "request_decided",
    "request_news",
    "staff_digest",
    "use_resumes",
}
# What is good to know and stands on a page as well: it leads to the choice of what one is sent, and does not go to an
# address that mail came back from. No right hangs on any of them (RULES M10).
OPTIONAL = frozenset({"opted_out"})
SPARED = OPTIONAL | {"policy_changes", "staff_digest"}
# Answers to these go into the thread of the request that `reference` names, for they go to whoever asked.
ANSWERED = frozenset(
    {
        "deletion_cancelled",
        "deletion_paused",
        "deletion_reminder",
        "deletion_scheduled",
        "download_ready",
        "request_decided",
        "request_news",
        "request_received",
        "use_resumes",
    }
)
