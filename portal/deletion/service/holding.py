"""What a legal hold does to a deletion: its records are kept, said so, and erased when the hold ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from portal import config
from portal.deletion.service import ledger, persons
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim
from portal.sources import registry
from portal.sources.base import Person, Source
from portal.subjects import holds
from portal.subjects.models import LegalHold

if TYPE_CHECKING:
    from portal.deletion.service.plan import Planned, System
    from portal.deletion.service.scope import Scope


def respected(system: System, held: list[LegalHold]) -> System:
    """Return what a system would do once its held tables stay: they count as kept, with the hold's reason and day.

    What would stop or warn there has nothing to say any more, for those rows do not go.
    """
    if not held:
        return system
    source = registry.active().get(system.id)
    stay = holds.staying(source, {hold.table for hold in held})
    lines = tuple(_kept(line, source, held) if line.table in stay else line for line in system.lines)
    blockers = tuple(found for found in system.blockers if found.table not in stay)
    return replace(system, lines=lines, blockers=blockers)


def going(source: Source, held: list[LegalHold], tables: Collection[str] | None) -> list[str] | None:
    """Return the tables that go although some are held; `tables` unchanged where none is."""
    if not held:
        return None if tables is None else list(tables)
    stay = holds.staying(source, {hold.table for hold in held})
    return [name for name in (source.manifest.tables if tables is None else tables) if name not in stay]


def waiting(subject_id: int, scope: Scope) -> list[tuple[LegalHold, Source]]:
    """Return the holds that keep something of what is to go, each with its system, the one that ends first on top.

    Of a part it says nothing while its system does not answer: then it is not known what goes with it.
    """
    sources = {source.id: source for source in scope.sources()}
    held = [(hold, sources[hold.source]) for hold in holds.of_subject(subject_id) if hold.source in sources]
    try:
        tables = scope.tables()
        return [pair for pair in held if tables is None or holds.staying(pair[1], {pair[0].table}) & set(tables)]
    except SourceUnavailable:
        return []


def keep(reference: str, held: Mapping[str, list[LegalHold]], people: Mapping[str, Person]) -> None:
    """Note with each hold, in the transaction that begins an erasure, what leads to its rows afterwards."""
    for source, ones in held.items():
        if source in people:
            facts = {"person": persons.written(people[source]), "erased_for": reference}
            LegalHold.update(facts).where(LegalHold.id << [one.id for one in ones]).execute()


def know(reference: str, source: str, person: Person) -> None:
    """Note in the present transaction what somebody was known by there: what is held loses it when its hold ends."""
    held = LegalHold.update(person=persons.written(person)).where(LegalHold.person.is_null(False))
    held.where(LegalHold.erased_for == reference, LegalHold.source == source).execute()


def of(reference: str) -> list[LegalHold]:
    """Return the holds that keep rows of an erasure."""
    return list(LegalHold.select().where(LegalHold.erased_for == reference, LegalHold.person.is_null(False)))


def released(reference: str) -> list[LegalHold]:
    """Return the holds of an erasure that are over, with all that nothing but they kept."""
    over = LegalHold.person.is_null() & LegalHold.ended_at.is_null(False)
    return list(LegalHold.select().where(LegalHold.erased_for == reference, over).order_by(LegalHold.id))


def release(claim: Claim[LegalHold]) -> None:
    """End a hold whose day is over, and erase what nothing but it kept; raises SourceUnavailable to be asked again."""
    hold = claim.row
    if hold.person is not None:
        source, person = registry.active().get(hold.source), persons.read(hold.person)
        others = LegalHold.select().where(
            LegalHold.erased_for == hold.erased_for, LegalHold.source == hold.source, LegalHold.id != hold.id
        )
        still = holds.staying(source, {other.table for other in others.where(LegalHold.person.is_null(False))})
        free = holds.staying(source, {hold.table}) - still
        tables = sorted(free) if source.divisible else None
        if free and not source.erase(person, f"hold:{hold.id}:{hold.erased_for}", tables).done:
            raise source.unavailable("it is not done yet")
        if free and source.remaining(person, tables):
            raise source.unavailable("what a hold kept is not gone yet")
        ledger.let_go(hold.erased_for, hold.source, free)
    with claim.step(person=None, due_at=None, ended_at=hold.ended_at or claim.row.due_at):
        pass


def _kept(line: Planned, source: Source, held: list[LegalHold]) -> Planned:
    """Return a line as kept, with the reason of the hold that is for it, or of the last one to end."""
    own = [hold for hold in held if line.table in holds.staying(source, {hold.table})]
    longest = max(own, key=lambda hold: hold.until)
    until = max(filter(None, (_day(line.until), longest.until)))
    reason = dict.fromkeys(config.site().languages, longest.reason)
    return replace(line, action="keep", reason=line.reason or reason, until=until.isoformat(), years=0)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
