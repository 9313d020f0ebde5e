"""All that staff see of a report beside its case, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from portal.accounts.masks import mask
from portal.cases.models import Case
from portal.children import bands
from portal.children.models import Appeal, ChildHold, HolderAnswer, Match, ParenthoodCheck, Report, Ruling
from portal.children.service import answering, appeals, holding, matching, parenthood, patterns, rulings, triage
from portal.children.service.patterns import Pattern
from portal.kernel import ages, clock
from portal.sources import registry
from portal.subjects import service as subjects


class Reading(NamedTuple):
    """One reading of a month of birth: the age that somebody has by it today, and the stage that makes."""

    age: int
    stage: str


class Person(NamedTuple):
    """Somebody who may be meant: masked, with what led to them and what else is known."""

    match: Match
    shown: str
    systems: tuple[str, ...]
    hold: ChildHold | None
    reports: int


class Reporter(NamedTuple):
    """One report about the account, as it is compared with the others."""

    report: Report
    case: Case
    verified: bool
    checks: list[ParenthoodCheck]


@dataclass(frozen=True)
class Desk:
    """A report in full; `conflict`: several reporters want what does not go together. `lead` is the case to work in."""

    report: Report
    lead: Case | None
    readings: tuple[Reading, ...]
    say: bands.Say | None
    people: list[Person]
    holds: list[ChildHold]
    answers: dict[int, list[HolderAnswer]]
    reporters: list[Reporter]
    conflict: bool
    pattern: Pattern
    proposed: list[Ruling]
    decided: list[Ruling]
    appeals: list[Appeal]
    suggestion: str
    by_itself: bool

    @property
    def told(self) -> list[Case]:
        """Return the cases of those who reported; what the portal found by itself was promised to nobody."""
        return [one.case for one in self.reporters if one.report.relation != "found"]

    @property
    def verified(self) -> bool:
        """Tell whether anybody who reported has shown that they are the parent."""
        return any(one.verified for one in self.reporters)


def of(case: Case, language: str) -> Desk:
    """Return what is known of the report of a case; NotFound for a case of another kind."""
    report = rulings.report_of(case)
    found, held = matching.of_report(report), triage.holds(case)
    reporters = [_reporter(one) for one in triage.group(case)]
    wishes = {wish for one in reporters for wish in one.report.wishes}
    stages, (suggestion, by_itself) = rulings.stages(report), rulings.suggested(report, found, wishes)
    return Desk(
        report,
        Case.get_by_id(report.lead) if report.lead else None,
        _readings(report),
        bands.say(stages) if stages else None,
        [_person(one, language) for one in {row.subject_id: row for row in reversed(found)}.values()][::-1],
        held,
        {hold.id: answering.answers(hold) for hold in held},
        reporters,
        conflict(reporters),
        patterns.of(report),
        rulings.proposed(case),
        rulings.decided(case),
        appeals.of_case(case),
        suggestion,
        by_itself,
    )


def conflict(reporters: list[Reporter]) -> bool:
    """Tell whether one wants deleted what another one wants kept, seen or only stopped."""
    wishes = [set(one.report.wishes) - {"know"} for one in reporters if one.report.relation != "found"]
    wishes = [one for one in wishes if one]
    deleting = ["delete" in one for one in wishes]
    return len(wishes) > 1 and any(deleting) and (not all(deleting) or any({"keep", "see"} & one for one in wishes))


def _reporter(report: Report) -> Reporter:
    return Reporter(report, report.case, parenthood.is_verified(report), parenthood.of_report(report))


def _person(match: Match, language: str) -> Person:
    known = next(iter(subjects.proofs(match.subject_id)), None)
    titles = {source.id: source.title.in_(language) for source in registry.active().connected()}
    where = dict.fromkeys(titles.get(row.source, row.source) for row in subjects.rows(match.subject_id))
    others = len({one.id for one in matching.reports_on(match.subject_id)})
    shown = mask(known.kind, known.value) if known else ""
    return Person(match, shown, tuple(where), holding.of(match.subject_id), others)


def _readings(report: Report) -> tuple[Reading, ...]:
    """Return both readings of a month: born on its last day, and on its first."""
    if report.birth_year is None or report.birth_month is None:
        return ()
    on, told = clock.today(), clock.day_of(report.case.received_at)
    made = []
    for age_on in (ages.youngest, ages.oldest):
        age = age_on(report.birth_year, report.birth_month, on)
        before = age_on(report.birth_year, report.birth_month, told)
        made.append(Reading(max(age, 0), bands.band(age, report.age_limit, before)))
    return tuple(made)
