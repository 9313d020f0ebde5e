"""Finding who may be meant by a report: a worker asks every system, and nothing of it is told to the reporter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.accounts.models import Identifier as Proven
from portal.cases.models import Case
from portal.cases.service.moving import note
from portal.children.models import Match, Report, ReportedAccount
from portal.children.naming import ADDRESSES
from portal.children.service import holding
from portal.children.service.reporting import KIND, PER_TARGET, named_in
from portal.children.service.states import LOOKED_INTO, PROVEN
from portal.kernel import ages, clock, crypto, limits
from portal.kernel.problems import TooManyTries
from portal.kernel.work import Claim
from portal.sources import registry
from portal.sources.base import Identifier, Key, Person, Source
from portal.sources.identifiers import normal
from portal.subjects import on_file
from portal.subjects import service as subjects

BORN = "birth date"  # the sign that a date of birth in a system gives


@dataclass
class Found:
    """Somebody whom one address led to: by which proven identifier we know them, and the signs of an adult."""

    known: Identifier
    signals: set[str] = field(default_factory=set)


def look_into(claim: Claim[Report]) -> None:
    """Find who may be meant, lead reports of one account together and place the first hold.

    Raises SourceUnavailable where a system has to be asked again. Whom an address leads to alone is held; of several
    who share it nobody is, and staff look. What happens is noted for staff alone.
    """
    report = claim.row
    if report.state != PROVEN:
        claim.done()
        return
    accounts = named_in(report)
    found = {row.kind: _found(Identifier(row.kind, row.value), report) for row in accounts if row.kind in ADDRESSES}
    with claim.step(state=LOOKED_INTO, looked_at=clock.now(), due_at=None):
        if report.case.state != "open":
            return
        certain = [number for kind, people in found.items() for number in _matched(report, kind, people)]
        _lead(report, accounts)
        if _flooded(accounts):
            note(report.case, "many reports", "worker", internal=True)
            return
        for number in dict.fromkeys(certain):
            holding.place(report, number)


def of_report(report: Report) -> list[Match]:
    """Return who may be meant by a report and those that it leads, for staff."""
    led = Report.select(Report.id).where((Report.id == report.id) | (Report.lead == report.case_id))
    return list(Match.select().where(Match.report << led, Match.subject.is_null(False)).order_by(Match.id))


def reports_on(subject_id: int) -> list[Report]:
    """Return every report that may be about a person, the oldest first, for staff."""
    about = Match.select(Match.report).where(Match.subject == subject_id)
    return list(Report.select().where(Report.id << about).order_by(Report.id))


def signals_of(subject_id: int, limit: int = 18) -> set[str]:
    """Return the signs of an adult that the systems show of a person now; raises SourceUnavailable."""
    found: set[str] = set()
    for source, keys in subjects.links(subject_id).items():
        for key in keys:
            found |= set(_signals(registry.active().get(source), key, limit))
    return found


def _matched(report: Report, kind: str, people: list[Found]) -> list[int]:
    """Write down whom an address led to; return the one whom it leads to alone."""
    numbers = []
    for one in people:
        subject, _ = subjects.verified(one.known)
        row = {"report": report, "subject": subject, "by": kind, "signals": sorted(one.signals)}
        Match.insert(**row, at=clock.now()).on_conflict_ignore().execute()
        numbers.append(subject)
    return numbers if len(set(numbers)) == 1 else []


def _found(asked: Identifier, report: Report) -> list[Found]:
    """Return whom an identifier leads to, each under the address by which they would sign in."""
    people: dict[Identifier, Found] = {}
    if (own := _of_portal(asked)) is not None:
        people[own] = Found(own)
    for source in registry.active().connected():
        for key in source.find(asked):
            known = _address(source, key) or (asked if asked.kind in ("email", "phone") else None)
            if known is not None:
                people.setdefault(known, Found(known)).signals.update(_signals(source, key, report.age_limit))
    return list(people.values())


def _of_portal(asked: Identifier) -> Identifier | None:
    hashes = crypto.keyed_hashes(asked.kind, asked.value)
    row = Proven.get_or_none(Proven.kind == asked.kind, Proven.hash << hashes)
    main = Proven.of(row.account_id, "email").first() if row else None
    return Identifier("email", main.value) if main else Identifier(row.kind, row.value) if row else None


def _address(source: Source, key: Key) -> Identifier | None:
    """Return the e-mail address on a row of a system: by it two systems are known to mean one person."""
    row = on_file.row_of(source, key)
    for match in source.manifest.subject.match:
        if match.kind == "email" and (found := normal(match, row.get(match.column))):
            return found
    return None


def _signals(source: Source, key: Key, limit: int) -> Iterator[str]:
    about = source.manifest.subject
    if not about.born and not about.adult:
        return
    with source.snapshot(Person((key,))) as snapshot:
        if about.born:
            row = next(iter(snapshot.rows(about.table)), {})
            if (born := _day(row.get(about.born))) and ages.age(born, clock.today()) >= limit:
                yield BORN
        for sign in about.adult:
            table, _, column = sign.partition(".")
            if not snapshot.counts.get(table):
                continue
            if not column or any(row.get(column) for row in snapshot.rows(table)):
                yield sign


def _day(value: Any) -> date | None:
    try:
        return value if type(value) is date else date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _lead(report: Report, accounts: list[ReportedAccount]) -> None:
    """Let the oldest open case about the same account lead this one, and flag wishes that do not go together."""
    first = _first(report, accounts)
    if first is None:
        return
    Report.update(lead=first.case_id).where(Report.id == report.id).execute()
    Case.update(duplicate_of=first.case_id).where(Case.id == report.case_id).execute()
    note(report.case, "linked", "worker", internal=True, to=first.case.reference)
    wishes = set(report.wishes) | set(first.wishes)
    if "delete" in wishes and {"keep", "see"} & wishes and set(report.wishes) != set(first.wishes):
        note(first.case, "wishes differ", "worker", internal=True, other=report.case.reference)


def _first(report: Report, accounts: list[ReportedAccount]) -> Report | None:
    hashes = [row.hash for row in accounts if row.kind in ADDRESSES]
    alike = ReportedAccount.select(ReportedAccount.report).where(ReportedAccount.hash << hashes)
    mine = Match.select(Match.subject).where(Match.report == report.id, Match.subject.is_null(False))
    same = Match.select(Match.report).where(Match.subject << mine)
    older = (Report.id != report.id) & (Report.case < report.case_id) & Report.lead.is_null()
    found: Report | None = (
        Report.select()
        .join(Case)
        .where(older, (Report.id << alike) | (Report.id << same), Case.kind == KIND, Case.state == "open")
        .where(Report.state == LOOKED_INTO)
        .order_by(Report.id)
        .first()
    )
    return found


def _flooded(accounts: list[ReportedAccount]) -> bool:
    """Tell whether more reports on one account came today than a family makes."""
    try:
        for row in accounts:
            if row.kind in ADDRESSES:
                limits.hit(PER_TARGET, "child reports by target", row.hash)
    except TooManyTries:
        return True
    return False
