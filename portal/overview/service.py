"""Where a person's requests stand, in words that every kind of request has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from portal.cases import kinds
from portal.cases import service as cases
from portal.kernel.problems import N_

if TYPE_CHECKING:
    from portal.cases.models import Case

OVER_SHOWN = 5
AT_ONCE = ("portal", "operator")  # channels whose requests are carried out from the moment that they are opened
REQUEST = "/requests/{}"  # the page of what no other room carries out


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
        REQUEST,
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
    """Return a person's requests: all under way, then the last ones that are over."""
    found = cases.of_subject(subject_id)
    strange = [case for case in found if case.channel not in AT_ONCE and case.kind in KINDS]
    begun = cases.begun(strange) if strange else set()
    under_way: list[Request] = []
    over: list[Request] = []
    for case in found:
        own = KINDS.get(case.kind) if case not in strange or case.id in begun else None
        told = _told(case, own or _plain(case))
        (under_way if told.next else over).append(told)
    return under_way + over[:OVER_SHOWN]


def _told(case: Case, kind: Kind) -> Request:
    end = ENDS.get(case.state)
    page, dates = kind.page.format(case.reference), (case.received_at, case.complete_by, case.closed_at)
    said = (kind.name, end or kind.under_way, "" if end else kind.next)
    return Request(case.reference, page, *said, *dates)


def _plain(case: Case) -> Kind:
    """Return the words of a request that staff answer, or that no room has begun to carry out."""
    title = kinds.kind(case.kind).title
    return Kind(title, REQUEST, title, N_("You get our answer"))
