"""Where a person's requests stand, in words that every kind of request has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from portal.cases import service as cases
from portal.kernel.problems import N_

OVER_SHOWN = 5


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
        page="/activity",
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
    """Return a person's requests of the kinds that have a page: all under way, then the last ones that are over."""
    under_way: list[Request] = []
    over: list[Request] = []
    for case in cases.of_subject(subject_id):
        if kind := KINDS.get(case.kind):
            end = kind.over.get(case.state)
            page, dates = kind.page.format(case.reference), (case.received_at, case.complete_by, case.closed_at)
            told = Request(case.reference, page, end or kind.under_way, "" if end else kind.next, *dates)
            (over if end else under_way).append(told)
    return under_way + over[:OVER_SHOWN]
