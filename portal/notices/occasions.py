"""On which occasion each message is sent: one line for whoever reads them all, and for a reader who wonders why."""

from __future__ import annotations

from portal.kernel.problems import N_

# What goes to members of the staff and to companies in their work: no message to a person, so in nobody's inbox.
ELSEWHERE = frozenset(
    {
        "child_hold_waits",
        "controller_asked",
        "controller_reminded",
        "correction_told",
        "drift_found",
        "staff_changed",
        "staff_code",
        "staff_digest",
        "staff_invited",
        "webhook_stopped",
    }
)

OCCASIONS = {
    "sign_in_code": N_("Somebody asked for a code to sign in"),
    "confirm_code": N_("A step that cannot be taken back was to be confirmed"),
    "continue_here": N_("Something begun in an app is to be continued in a browser"),
    "proof_code": N_("An address or a phone was to be proven"),
    "security_changed": N_("How the account is entered has changed"),
    "sign_up_code": N_("Somebody asked for an account with this address"),
    "sign_up_known": N_("Somebody wanted to sign up with an address that has an account"),
    "download_ready": N_("A copy of your data is ready"),
    "download_fetched": N_("A copy of your data was fetched for the first time"),
    "deletion_scheduled": N_("A deletion was asked for"),
    "deletion_reminder": N_("A deletion is about to begin"),
    "deletion_cancelled": N_("A deletion was cancelled"),
    "deletion_paused": N_("A deletion waits for something to be decided"),
    "deletion_done": N_("A deletion is done"),
    "controller_asked": N_("A company that decides for itself is asked to answer a request"),
    "controller_reminded": N_("A company has not answered yet"),
    "request_received": N_("A request has arrived"),
    "request_news": N_("There is something new in a request"),
    "use_resumes": N_("Data that a request has stopped is about to be used again"),
    "correction_told": N_("A company that received data is told that a part of it was corrected"),
    "request_decided": N_("A request was decided"),
    "staff_code": N_("A member of the staff signs in"),
    "staff_invited": N_("A member of the staff was added, or sets up a new second factor"),
    "staff_changed": N_("How a member of the staff signs in has changed, or what they may do"),
    "request_code": N_("Somebody who asks has to show who they are"),
    "request_links": N_("The addresses of requests were asked for again"),
    "agent_named": N_("Somebody wants to ask in your name"),
    "asked_about_you": N_("Somebody asks as you, from another address"),
    "staff_digest": N_("Requests come to the end of their time"),
    "child_held": N_("An account may be a child's, and some things are held"),
    "child_decided": N_("It was decided about an account that may be a child's"),
    "child_hold_waits": N_("A hold on a child's account waits for a second person"),
    "sign_up_closed": N_("Somebody wanted an account with an address that gets none now"),
    "opted_out": N_("Marketing was switched off"),
    "answer_late": N_("You answered by mail to a request that is closed"),
    "webhook_stopped": N_("A program that is told of events has not answered for a while"),
    "drift_found": N_("A system says yes where people said no"),
    "policy_changes": N_("A policy is going to change"),
    "news": N_("A browser was told that there is something new"),
}


def occasion(kind: str) -> str:
    """Return the occasion of a message as a msgid, "" for a kind that is sent no more."""
    return OCCASIONS.get(kind, "")
