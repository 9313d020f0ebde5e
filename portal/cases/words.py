"""What a request says to whoever asked: one line of state with one date, and a sentence for each event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from portal.cases.models import Case
from portal.kernel import clock
from portal.kernel.problems import N_

# Every event that any room writes and a person may see; a test of the house compares them with the code.
EVENTS: Mapping[str, str] = {
    "account deleted": N_("It ended with the deletion of your account."),
    "acknowledged": N_("We told you that it has arrived."),
    "another deletion is under way": N_("It ended, because another deletion is already under way."),
    "answered": N_("Our staff answered."),
    "approved": N_("It was approved."),
    "asked whose record it is": N_("You asked whose record it is."),
    "attested": N_("Our staff recognised who asks."),
    "cancelled": N_("It was taken back."),
    "closed as a duplicate": N_("It is answered together with another request of yours."),
    "code sent": N_("A code was sent, to show that it is you."),
    "company answered": N_("A company answered for its own records."),
    "company silent": N_("A company has not answered in time."),
    "copy released": N_("Somebody looked at the copy a second time and let it go out."),
    "deletion cancelled": N_("The deletion was cancelled."),
    "deletion paused": N_("The deletion was paused: something has to be settled first."),
    "deletion scheduled": N_("The deletion was put on a day."),
    "deletion stopped": N_("Part of a deletion is held back until our staff have settled something."),
    "download cancelled": N_("The copy was stopped."),
    "download ready": N_("The copy is ready."),
    "download started": N_("We began to make the copy."),
    "download stopped": N_("The copy was stopped."),
    "erasure began": N_("We began to delete."),
    "everything erased": N_("Everything is deleted."),
    "answered to reporter": N_("We have looked into your report, and this is our answer."),
    "decided for you": N_("We have decided, and you can read it here."),
    "parenthood asked": N_("You chose how to show that you are the parent."),
    "facts added": N_("You told us more about the account."),
    "extended": N_("We need more time, and told you why."),
    "hand-over asked": N_("You asked us to hand something over to somebody else."),
    "end announced": N_("We told you from when your data is used again."),
    "files not taken": N_(
        "Files that came with a mail were not taken. Send them on the page of the request, if it asks for any."
    ),
    "granted": N_("We do what you asked for, and tell every system."),
    "identity proven": N_("It was shown who asks."),
    "kind changed": N_("Our staff gave it its right kind. It still counts from the day it arrived."),
    "in force everywhere": N_("Every system has confirmed it."),
    "lost mailbox": N_("You told us that you lost your mailbox. If we know the address, everybody on file was told."),
    "needs no decision": N_("It holds at once: nobody has to decide about it."),
    "never asked for": N_("Whoever it is about never asked for it. It ended, and what it had changed was put back."),
    "never proven": N_("It ended: nobody showed in 30 days who asked. What was written was erased."),
    "papers sent": N_("Papers were sent to show who may ask."),
    "part erased": N_("This part is deleted."),
    "person asked to confirm": N_("We asked the person for whom it is to confirm it."),
    "person refused": N_("The person for whom it was asked does not want it."),
    "received": N_("We received your request."),
    "refused": N_("Our staff refused it and gave the reason."),
    "reopened": N_("It was opened again."),
    "review asked": N_("Somebody else was asked to look at it."),
    "stopped": N_("We stopped using your data for this while we check."),
    "use is gone": N_("The use that it is about does not exist here any more. What was stopped stays stopped."),
    "used again": N_("Your data is used again."),
    "written everywhere": N_("The correction is in every system."),
    "written here": N_("We began to write the correction into every system."),
    "staff asked": N_("Our staff were asked to settle something first."),
}
# Written for staff alone.
INSIDE = frozenset(
    {
        "address found",
        "address given",
        "assigned",
        "copy prepared",
        "decision proposed",
        "decision withdrawn",
        "filed",
        "find settled",
        "appeal allowed",
        "appeal answered",
        "appealed",
        "being carried out",
        "decided",
        "evidence erased",
        "held",
        "held before",
        "hold ended",
        "hold over",
        "hold untouched",
        "hold placed",
        "holder answered",
        "linked",
        "many reports",
        "marked as a test",
        "matched",
        "not a test",
        "people returned",
        "proof stopped",
        "snoozed",
        "unlinked",
        "unmatched",
        "waiting",
        "nobody to tell",
        "parenthood checked",
        "nothing to write",
        "not written everywhere",
        "wishes differ",
    }
)

_OVER = {
    "fulfilled": (N_("Done"), "on"),
    "denied": (N_("Refused"), "wrong"),
    "revoked": (N_("Taken back"), ""),
    "expired": (N_("Expired"), ""),
}
_WAITING = {
    "person": (N_("We wait for your answer"), "soon"),
    "customer": (N_("We wait for the company that decides about this data"), ""),
    "source": (N_("We wait for one of our systems"), ""),
}


class Standing(NamedTuple):
    """How a request stands: a sentence and its tone, a sentence around the one date that counts, and that date."""

    state: str
    tone: str
    when: str
    day: date


def event(name: str) -> str:
    """Return the sentence of an event, as a msgid."""
    return EVENTS[name.partition(":")[0]]


def standing(case: Case, *, unproven: bool) -> Standing:
    """Return one line of state and one date, as msgids; `unproven`: it still has to be shown who asks."""
    if case.state in _OVER:
        return Standing(*_OVER[case.state], N_("On %(day)s"), clock.day_of(case.closed_at or case.received_at))
    if case.state != "open":
        state = (N_("Approved, and being carried out"), "on")
    elif unproven and case.acting in ("agent", "representative"):
        state = (N_("The person has to confirm it"), "soon")
    elif unproven and case.acting == "relative":
        state = (N_("Show that you may ask"), "soon")
    elif unproven:
        state = (N_("Show that it is you"), "soon")
    else:
        state = _WAITING.get(case.waiting, (N_("Our staff look at it"), ""))
    return Standing(*state, N_("Answer by %(day)s at the latest"), case.complete_by)
