"""What fits what is known of a child: the stages they may be in, whether they are asked, and a suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.children import bands
from portal.children.models import Match, Report
from portal.children.service import parenthood
from portal.children.service.rulings.outcomes import DELETE, KEEP, NOTHING, SEE, STOP
from portal.kernel import clock


def stages(report: Report) -> tuple[str, ...]:
    """Return the stages that the child of a report may be in today, both readings; () where no month is known."""
    if report.birth_year is None or report.birth_month is None:
        return ()
    on, told = clock.today(), clock.day_of(report.case.received_at)
    return bands.stages(report.birth_year, report.birth_month, report.age_limit, on, told)


def asks_child(report: Report) -> bool:
    """Tell whether a child has to agree before something of them is shown (RULES K6), also where no month is known."""
    found = stages(report)
    return not found or bands.CHILD in bands.say(found).consents


def suggested(report: Report, people: Iterable[Match], wishes: Iterable[str]) -> tuple[str, bool]:
    """Return what fits what is known, and whether it might happen by itself: that rests on what is so in any reading.

    It is a suggestion to two of the staff all the same; by itself only a hold is placed.
    """
    if any(one.signals for one in people) or not stages(report):
        return NOTHING, False
    born: tuple[Any, Any] = (report.birth_year, report.birth_month)
    sure = bands.by_itself(report.case.country, *born, report.age_limit, clock.today())
    wanted = next((wish for wish in (KEEP, DELETE, STOP, SEE) if wish in wishes), STOP)
    return (wanted if wanted != SEE or parenthood.is_verified(report) else STOP), sure
