"""Collecting what an archive holds: every system is read in turn, and one that does not answer is asked again later."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

from portal import config
from portal.download import names, reading
from portal.download.choice import Choice
from portal.download.models import Download, Part
from portal.download.pace import at_most_often
from portal.download.reading import Collected
from portal.kernel import clock, failpoints, work
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim
from portal.sources import registry
from portal.subjects import service as subjects
from portal.web import words

WAITS = (10, 60)  # seconds until a system that did not answer is asked for the second and the third time


def begin(claim: Claim[Download]) -> list[Part]:
    """Return the part of every system that is asked for, begun anew but for those that were given up."""
    choice = Choice.read(claim.row.choice)
    sources = [source for source in registry.active().all() if choice.tables_of(source)]
    with claim.step(state="collecting"):
        for source in sources:
            Part.insert(download=claim.row, source=source.id).on_conflict_ignore().execute()
        mine = Part.download == claim.row
        Part.delete().where(mine, Part.source.not_in([source.id for source in sources])).execute()
        Part.update(state="waiting", rows=0, as_of=None).where(mine, Part.state != "failed").execute()
    found = {part.source: part for part in Part.select().where(mine)}
    return [found[source.id] for source in sources]


def read_all(claim: Claim[Download], parts: list[Part], keep: ExitStack) -> list[Collected] | None:
    """Read every system in turn; None when one did not answer and all is to be tried again later."""
    stems = names.plain([part.source for part in parts], taken=["index"])
    systems = []
    for part in parts:
        try:
            if part.state != "failed":
                systems.append(_read(claim, part, stems[part.source], keep))
        except SourceUnavailable as problem:
            if not _note_silence(claim, part, problem.permanent):
                return None
    return systems


def _read(claim: Claim[Download], part: Part, stem: str, keep: ExitStack) -> Collected:
    source, subject_id = registry.active().get(part.source), claim.row.case.subject_id
    if source.id in subjects.waiting(subject_id):
        raise source.unavailable("it has not yet been asked about this person")
    _note(claim, part, state="reading")
    site = config.site()
    spoken = words.of(claim.row.language, site.timezone)
    person = subjects.person(subject_id, source.id)
    failpoints.point("download: before read")
    noted = at_most_often(lambda rows: _note(claim, part, rows=rows))
    read = reading.read(source, person, stem, site, spoken, keep, noted, Choice.read(claim.row.choice))
    failpoints.point("download: after read")
    _note(claim, part, state="done", rows=read.rows, as_of=read.as_of)
    return read


def _note(claim: Claim[Download], part: Part, **facts: object) -> None:
    with claim.step():
        Part.update(**facts).where(Part.id == part.id).execute()
    for name, value in facts.items():
        setattr(part, name, value)


def _note_silence(claim: Claim[Download], part: Part, permanent: bool) -> bool:
    """Record that a system did not answer; True when it is given up, so that the others go on without it."""
    tries = part.tries + 1
    if permanent or tries > len(WAITS):
        _note(claim, part, state="failed", tries=tries, rows=0)
        return True
    wait = WAITS[tries - 1]
    with atomic():
        _note(claim, part, state="waiting", tries=tries, rows=0)
        claim.done(due_at=clock.now() + timedelta(seconds=wait))
        work.wake_table(Download, wait)
    return False
