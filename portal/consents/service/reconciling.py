"""Each night every system is compared with what people chose: what says yes after a no is asked again.

Settings are read to the end into an unnamed file before anything is written, for an open reading may hold up writers
over there; then some hundred people at a time are compared, with the same few statements whoever they are.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

from portal import config
from portal.consents.models import STAYS, Reconciliation
from portal.consents.service import drifting
from portal.consents.service.comparing import YES, Difference, differences
from portal.kernel import clock, failpoints, outbox
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim
from portal.sources import registry
from portal.sources.base import Identifier, Key, Setting, Source
from portal.subjects import naming
from portal.subjects.naming import Name

CHUNK = 250  # settings compared at once
NIGHT = 2  # the hour at which it begins, in the site's zone
SOON = timedelta(hours=1)  # after which what was asked again is looked at again, STAYS times; then each night


class Seen(NamedTuple):
    """A person's difference in one system."""

    subject: int
    difference: Difference


def reconcile(claim: Claim[Reconciliation]) -> None:
    """Compare one system, ask again where it says yes after a no, and note what is in order by now.

    May be killed anywhere: it begins anew, and asks nobody twice who is being asked. Raises SourceUnavailable.
    """
    source, begun = registry.active().get(claim.row.source), clock.now()
    with claim.step(begun_at=begun, rows=0, trouble=""):
        pass
    try:
        rows = _compare(claim, source, begun)
    except SourceUnavailable as problem:
        _say_why(claim, problem)
        return
    drifting.settle(source.id, begun)
    stays = drifting.open_with(source.id, YES)
    again = any(row.tries < STAYS for row in stays)
    with claim.step(ended_at=clock.now(), rows=rows):
        drifting.tell_admins(source, begun)
    claim.done(due_at=clock.now() + SOON if again else next_night())


def next_night() -> datetime:
    """Return when systems are compared next."""
    zone = ZoneInfo(config.site().timezone)
    now = clock.now().astimezone(zone)
    tonight = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


def keep_in_step() -> None:
    """Make a row for each connected system that takes a choice, and drop those of systems that are gone."""
    taking = [source.id for source in registry.active().connected() if source.manifest.preferences]
    with atomic():
        rows = [{"source": one, "due_at": next_night(), "fence": 0, "attempts": 0, "rows": 0} for one in taking]
        if rows:
            Reconciliation.insert_many(rows).on_conflict_ignore().execute()
        Reconciliation.delete().where(Reconciliation.source.not_in(taking)).execute()


def _say_why(claim: Claim[Reconciliation], problem: SourceUnavailable) -> None:
    detail = str(problem.facts.get("detail", ""))[:160]
    if problem.facts.get("permanent"):
        claim.done(due_at=next_night(), trouble=detail)
        return
    with claim.step(trouble=detail):
        pass
    raise problem


def _compare(claim: Claim[Reconciliation], source: Source, begun: datetime) -> int:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as laid:
        rows = _lay(source.settings(), laid)
        failpoints.point("consents: settings read")
        laid.seek(0)
        while some := list(islice(laid, CHUNK)):
            _compare_some(source, [_read(line) for line in some], begun)
            claim.beat()
    return rows


def _lay(settings: Iterable[Setting], laid: IO[str]) -> int:
    rows = 0
    for setting in settings:
        rows += 1
        who = [setting.who.kind, setting.who.value] if isinstance(setting.who, Identifier) else list(setting.who)
        laid.write(json.dumps([isinstance(setting.who, Identifier), who, dict(setting.stored)]) + "\n")
    return rows


def _read(line: str) -> Setting:
    by_address, who, stored = json.loads(line)
    return Setting(Identifier(*who) if by_address else tuple(who), stored)


def _compare_some(source: Source, settings: Sequence[Setting], begun: datetime) -> None:
    seen = list(_seen(source, settings))
    late = outbox.behind(source.id, [one.subject for one in seen]) if seen else set()
    settled = [one for one in seen if one.subject not in late]  # the others are on their way
    if settled:
        drifting.note(source, settled, begun)


def _seen(source: Source, settings: Sequence[Setting]) -> Iterator[Seen]:
    """Yield the differences of a few settings, with a statement for each kind of name."""
    said: dict[Name, list[Setting]] = {}
    for setting in settings:
        if (name := _name(source, setting.who)) is not None:
            said.setdefault(name, []).append(setting)
    for name, people in naming.found(said).items():
        for person in (one for one in people if one.subject):  # 0: a no that is remembered of nobody known
            for setting in said[name]:
                for difference in differences(person.choices, setting.stored, source):
                    yield Seen(person.subject, difference)


def _name(source: Source, who: Key | Identifier) -> Name | None:
    if not isinstance(who, Identifier):
        return naming.by_key(source.id, list(who))
    return Name(who.kind, who.value) if who.kind in ("email", "phone") else None
