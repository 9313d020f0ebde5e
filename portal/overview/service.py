"""Where a person's requests stand, in words that every kind of request has."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What a kind of request is called as it goes on, where its page is, and what comes next while it is open."""

    page: str
    under_way: str
    next: str
    over: Mapping[str, str]


KINDS = {
    "download": Kind(
        page="/download/{}",
        under_way=N_("Your data download is being prepared"),
        next=N_("We tell you when it is ready"),
        over={
            "fulfilled": N_("Your data download was prepared"),
            "denied": N_("Your data download was refused"),
            "revoked": N_("Your data download was cancelled"),
            "expired": N_("Your data download has expired"),
        },
    ),
    "inquiry": Kind(
        page=REQUEST,
        under_way=N_("Our staff are looking into something for you"),
        next=N_("We tell you what they found"),
        over={
            "fulfilled": N_("Your question to our staff was answered"),
            "denied": N_("Your question to our staff was refused"),
            "revoked": N_("Your question to our staff was taken back"),
            "expired": N_("Your question to our staff has expired"),
        },
    ),
    "partial_deletion": Kind(
        page="/deletion/{}",
        under_way=N_("Part of your data is going to be deleted"),
        next=N_("We tell you when it is done"),
        over={
            "fulfilled": N_("Part of your data was deleted"),
            "denied": N_("The deletion of part of your data was refused"),
            "revoked": N_("The deletion of part of your data was cancelled"),
            "expired": N_("The deletion of part of your data has expired"),
        },
    ),
    "deletion": Kind(
        page="/deletion/{}",
        under_way=N_("Your account is going to be deleted"),
        next=N_("We tell you when it is done"),
        over={
            "fulfilled": N_("Your account was deleted"),
            "denied": N_("The deletion of your account was refused"),
            "revoked": N_("The deletion of your account was cancelled"),
            "expired": N_("The deletion of your account has expired"),
        },
    ),
}


class Request(NamedTuple):
    """A request as the overview tells it; titles are msgids, `next` is "" once it is over."""

    reference: str
    page: str
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
    end = kind.over.get(case.state)
    page, dates = kind.page.format(case.reference), (case.received_at, case.complete_by, case.closed_at)
    return Request(case.reference, page, end or kind.under_way, "" if end else kind.next, *dates)


def _plain(case: Case) -> Kind:
    """Return the words of a request that staff answer, or that no room has begun to carry out."""
    title = kinds.kind(case.kind).title
    return Kind(page=REQUEST, under_way=title, next=N_("You have our answer"), over=dict.fromkeys(cases.FINAL, title))
