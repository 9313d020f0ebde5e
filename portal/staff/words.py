"""What happened in a case, in words for staff."""

from __future__ import annotations

from collections.abc import Mapping

from portal.kernel.problems import N_

EVENTS: Mapping[str, str] = {
    "received": N_("Received"),
    "acknowledged": N_("Acknowledged"),
    "address given": N_("Address written down"),
    "identity proven": N_("It was shown who asks"),
    "attested": N_("Recognised by the staff"),
    "proven": N_("Proven who asks"),
    "filed": N_("What asks for something to stop stops it from here on"),
    "proof stopped": N_("Somebody on file said: that was not me"),
    "matched": N_("Matched with a person"),
    "unmatched": N_("Match with a person taken back"),
    "assigned": N_("Given to somebody"),
    "waiting": N_("Waits for somebody else"),
    "snoozed": N_("Put off, or taken up again"),
    "marked as a test": N_("Marked as a test"),
    "not a test": N_("No longer marked as a test"),
    "kind changed": N_("Given its right kind"),
    "linked": N_("Linked as a duplicate"),
    "unlinked": N_("Link to another request taken back"),
    "closed as a duplicate": N_("Closed as a duplicate"),
    "extended": N_("Time extended"),
    "decision proposed": N_("Decision proposed"),
    "decision withdrawn": N_("Proposal taken back"),
    "approved": N_("Approved"),
    "refused": N_("Refused"),
    "answered": N_("Answered"),
    "cancelled": N_("Cancelled by the person"),
    "reopened": N_("Reopened by the person"),
    "review asked": N_("The person asked for somebody else to look at it"),
    "copy prepared": N_("Copy prepared for a second look"),
    "copy released": N_("Copy released after a second look"),
    "hold placed": N_("Legal hold placed"),
    "hold ended": N_("Legal hold ended"),
    "address found": N_("Found once more after a deletion: somebody has to look"),
    "find settled": N_("What was found after a deletion may stay"),
    "deletion scheduled": N_("Deletion scheduled"),
    "erasure began": N_("Deletion began"),
    "download started": N_("Copy begun"),
    "facts added": N_("More said of the account"),
    "held": N_("Account held"),
    "held before": N_("Not held: it was within a year"),
    "hold over": N_("Hold ended"),
    "hold untouched": N_("Nobody has looked at the hold: given to an admin"),
    "holder answered": N_("The holder answered"),
    "many reports": N_("Too many reports on one account: nothing more is held"),
    "nobody to tell": N_("Nobody could be told"),
    "wishes differ": N_("Reporters want what does not go together"),
    "parenthood asked": N_("The reporter chose how to show that they are the parent"),
    "parenthood checked": N_("Parenthood checked"),
    "evidence erased": N_("What showed parenthood was erased"),
    "decided": N_("Decided by two"),
    "being carried out": N_("Being carried out"),
    "decided for you": N_("Decision told to the verified parent"),
    "answered to reporter": N_("Answered"),
    "appealed": N_("Somebody appealed"),
    "appeal answered": N_("A third person answered an appeal"),
    "people returned": N_("People who had been erased are in a system again"),
    "appeal allowed": N_("Opened again after an appeal"),
}
METHODS: Mapping[str, str] = {
    "confirmed session": N_("Signed in and confirmed"),
    "code": N_("Code to the address"),
    "operator": N_("Verified by an operator"),
    "in person": N_("Met in person"),
    "lost mailbox": N_("Lost mailbox, recognised another way"),
    "person confirmed": N_("Confirmed by the person themselves"),
    "documents seen": N_("Documents seen"),
    "facts": N_("Two facts that the systems hold"),
}
ACTING: Mapping[str, str] = {
    "self": N_("For themselves"),
    "agent": N_("For somebody who has asked them to"),
    "representative": N_("As parent or legal representative"),
    "relative": N_("For somebody who has died"),
}
OUTCOMES: Mapping[str, str] = {
    "fulfil": N_("Fulfil"),
    "part": N_("Fulfil in part"),
    "refuse": N_("Refuse"),
}
LINKS: Mapping[str, str] = {
    "linked": N_("Found by a proven address"),
    "claimed": N_("Claimed with a proof of its own"),
    "unclaimed": N_("Shared address: not proven yet"),
}

# How well a value of a law was read (docs/legal-clock.md).
CONFIDENCE: Mapping[str, str] = {
    "primary": N_("read in the law, or told by its authority"),
    "secondary": N_("read of it elsewhere"),
    "computed": N_("reckoned"),
    "unverified": N_("not verified yet"),
}
