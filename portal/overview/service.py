"""Where a person's requests stand, in words that every kind of request has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from portal.cases import service as cases
from portal.kernel.problems import N_

OVER_SHOWN = 5


@dataclass(frozen=True)
class Kind:
    """What a kind of request is called, where its page is, what it is while it is open, and what comes next."""

    name: str
    page: str
    under_way: str
    next: str = N_("We tell you when it is done")


KINDS = {
    "download": Kind(
        N_("Download of your data"),
        "/download/{}",
        N_("Your data download is being prepared"),
        N_("We tell you when it is ready"),
    ),
    "inquiry": Kind(
        N_("Question to our staff"),
        "/activity",
        N_("Our staff are looking into something for you"),
        N_("We tell you what they found"),
    ),
    "partial_deletion": Kind(
        N_("Deletion of part of your data"), "/deletion/{}", N_("Part of your data is going to be deleted")
    ),
    "deletion": Kind(N_("Deletion of your account"), "/deletion/{}", N_("Your account is going to be deleted")),
}
ENDS = {
    "fulfilled": N_("%(request)s: done"),
    "denied": N_("%(request)s: refused"),
    "revoked": N_("%(request)s: cancelled"),
    "expired": N_("%(request)s: expired"),
}


class Request(NamedTuple):
    """A request as the overview tells it, in msgids: `title` may ask for its `name`; `next` is "" once it is over."""

    reference: str
    page: str
    name: str
    title: str
    next: str
    received_at: datetime
    complete_by: date
    closed_at: datetime | None


def requests(subject_id: int) -> list[Request]:
    """Return a person's requests of the kinds that have a page: all under way, then the last ones that are over."""
    under_way: list[Request] = []
    over: list[Request] = []
    for case in cases.of_subject(subject_id):
        if kind := KINDS.get(case.kind):
            end = ENDS.get(case.state)
            page, dates = kind.page.format(case.reference), (case.received_at, case.complete_by, case.closed_at)
            said = (kind.name, end or kind.under_way, "" if end else kind.next)
            told = Request(case.reference, page, *said, *dates)
            (over if end else under_way).append(told)
    return under_way + over[:OVER_SHOWN]
