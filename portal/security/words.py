"""What each event of the log says to the person whom it is about."""

from __future__ import annotations

from collections.abc import Mapping

from portal.kernel.problems import N_

# Every event that may be about a person; a test of the house compares them with those that are declared.
SAID: Mapping[str, str] = {
    "accounts.code_asked": N_("A code to confirm that it is you was asked for"),
    "accounts.confirmed": N_("You confirmed with a code that it is you"),
    "accounts.identifier_added": N_("An address was added to your account"),
    "accounts.identifier_asked": N_("A code was sent to an address, to prove that it is yours"),
    "accounts.identifier_main": N_("An address was made the main one"),
    "accounts.identifier_removed": N_("An address was removed from your account"),
    "accounts.password_removed": N_("Your password was removed"),
    "accounts.password_set": N_("Your password was set or changed"),
    "accounts.sessions_ended": N_("You were signed out in other browsers: %(count)s"),
    "accounts.signed_in": N_("You signed in"),
    "accounts.signed_out": N_("You signed out"),
    "cases.decided": N_("Our staff decided about your request (%(reference)s)"),
    "cases.opened_by_operator": N_("Our staff opened a request for you (%(reference)s)"),
    "consents.chosen": N_("You made a choice about the use of your data"),
    "consents.passed_on": N_("Your choices were written to %(source)s"),
    "data.shown": N_("Masked values in %(source)s were shown to you in full"),
    "deletion.asked": N_("You asked us to delete your account (%(reference)s)"),
    "deletion.began": N_("The deletion of your account began (%(reference)s)"),
    "deletion.cancelled": N_("The deletion of your account was cancelled (%(reference)s)"),
    "deletion.finished": N_("Your account was deleted (%(reference)s)"),
    "deletion.freed": N_("Data that is held back in %(source)s was passed to our staff (%(reference)s)"),
    "deletion.hand_over_asked": N_("You asked our staff to hand something over (%(reference)s)"),
    "deletion.looked_at": N_("We looked whether anything came back in %(source)s (%(reference)s)"),
    "deletion.paused": N_("The deletion of your account was paused (%(reference)s)"),
    "deletion.proven": N_("Your data in %(source)s is deleted (%(reference)s)"),
    "deletion.reminded": N_("You were reminded that a deletion is near (%(reference)s)"),
    "download.asked": N_("You asked for a copy of your data (%(reference)s)"),
    "download.cancelled": N_("You stopped a copy of your data (%(reference)s)"),
    "download.disabled": N_("You took back a copy of your data (%(reference)s)"),
    "download.expired": N_("The copy of your data was erased (%(reference)s)"),
    "download.failed": N_("The copy of your data could not be made (%(reference)s)"),
    "download.fetched": N_("The copy of your data was downloaded (%(reference)s)"),
    "download.ready": N_("The copy of your data was ready (%(reference)s)"),
    "download.stopped": N_("The copy of your data was stopped, because it was not you who asked (%(reference)s)"),
    "location.aged_out": N_("Old places in %(source)s were deleted: %(places)s"),
    "location.removal_asked": N_("You asked us to delete places"),
    "location.removed": N_("Places in %(source)s were deleted: %(places)s"),
    "security.not_me": N_("You told us that it was not you: changes were undone and everybody was signed out"),
    "staff.looked": N_("Our staff (%(role)s) looked at your data: %(reason)s"),
    "subjects.claimed": N_("You proved that a record in %(source)s is yours"),
    "*": N_("Something was done with your account"),
}
# Events that are about no single person.
IMPERSONAL = frozenset({"cases.law_amended", "deletion.replayed"})
