"""The one extension that a request may get: with a reason, before its time is over (RULES D4)."""

from __future__ import annotations

from datetime import datetime

from portal.cases.legal.terms import Law, Terms, received_on, terms
from portal.kernel.problems import N_, Problem


class AlreadyExtended(Problem):
    """A second extension."""

    status, code = 409, "already-extended"
    say = N_("The time of this request was extended before, and the law allows it once.")
    then = N_("Complete it by its date, or refuse it with a reason.")


class TooLate(Problem):
    """An extension after the time was over."""

    status, code = 409, "too-late-to-extend"
    say = N_("The time of this request is over, so it can no longer be extended.")
    then = N_("Complete it now, and tell the person why it took so long.")


class ReasonMissing(Problem):
    """An extension without a reason."""

    status, code = 422, "extension-reason-missing"
    say = N_("An extension needs a reason, which the person will read.")
    then = N_("Write why more time is needed. Nothing was extended.")


class NoExtension(Problem):
    """A kind of request to which the law gives no more time."""

    status, code = 409, "no-extension"
    say = N_("The law gives no more time for this kind of request.")
    then = N_("Complete it by its date, or refuse it with a reason.")


def extend(
    kind: str,
    received: datetime,
    country: str,
    zone: str,
    *,
    at: datetime,
    reason: str,
    extended: bool = False,
    processor: bool = False,
    law: Law = Law(),  # noqa: B008 - frozen
) -> Terms:
    """Return the dates of a request that is extended at a moment; `extended` says that it was before.

    The new date is the earliest again, each law extending by what it allows. Raises AlreadyExtended, ReasonMissing,
    TooLate (the day of `complete_by` itself is still in time) and NoExtension.
    """
    if extended:
        raise AlreadyExtended
    if not reason.strip():
        raise ReasonMissing
    before = terms(kind, received, country, zone, processor=processor, law=law)
    if received_on(at, zone) > before.complete_by:
        raise TooLate
    if before.extendable_to is None:
        raise NoExtension
    return terms(kind, received, country, zone, processor=processor, extension=True, law=law)
