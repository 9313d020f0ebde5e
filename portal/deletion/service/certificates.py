"""What was erased, where and when, and what is kept why: shown while it happens, proven when it is over.

It names nobody, so its address needs no session: it is the page that a person still has once the account is gone. A
seal, a keyed hash over all that it says, shows at that address that nothing was changed since, for ten years.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from portal import config
from portal.cases.models import Case, Routing
from portal.cases.service import routing
from portal.deletion.models import Certificate, Deletion, Target
from portal.deletion.service import certified, controllers
from portal.deletion.service.certified import Part
from portal.deletion.service.scope import scope_of
from portal.kernel import clock, crypto, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound
from portal.sources import registry

_SHOWN = ("erasing", "erased", "done")
YEARS = 10  # a certificate can be looked up


@dataclass(frozen=True)
class Company:
    """A company that was asked on the person's behalf: by when it has to answer, and whether it has."""

    title: str
    state: str
    asked_at: datetime
    answer_by: date


@dataclass(frozen=True)
class Progress:
    """How far a deletion is in every system; once `issued_at` is set, it is the certificate.

    `what` says what it is of, by language, {} for the account; `seal` is as its page and its print show it, "" where
    what is stored is not what was issued.
    """

    reference: str
    parts: tuple[Part, ...]
    issued_at: datetime | None = None
    looked_at: datetime | None = None
    complete_by: date | None = None
    what: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[Company, ...] = ()
    seal: str = ""

    def what_in(self, language: str) -> str:
        """Return what it is of, "" for the account."""
        return self.what.get(language) or next(iter(self.what.values()), "")

    @property
    def url(self) -> str:
        """Return the address at which anybody who has it can look this up."""
        return address_of(self.reference)

    def erased(self) -> list[str]:
        """Return the titles of the connected systems where it is done."""
        return [part.title for part in self.parts if part.is_erased and not part.is_own]

    def waiting(self) -> list[str]:
        """Return the titles of the connected systems that are still to come."""
        return [part.title for part in self.parts if not part.is_erased and not part.is_own]


def progress(deletion: Deletion) -> Progress:
    """Return how far a deletion is."""
    case = deletion.case
    certificate = Certificate.get_or_none(Certificate.reference == case.reference)
    if certificate is not None:
        return _issued(certificate)
    parts = tuple(certified.of(target) for target in _targets(deletion))
    asked = tuple(Company(row.title, row.state, row.asked_at, row.answer_by) for row in controllers.of(deletion))
    return Progress(case.reference, parts, complete_by=case.complete_by, what=_what(deletion), asked=asked)


def certificate(reference: str, secret: str) -> Progress:
    """Return what an address shows: progress, then the certificate. NotFound unless its secret is the right one."""
    if not tokens.same(secret, _secret(reference)):
        raise NotFound
    found = Certificate.get_or_none(Certificate.reference == reference)
    if found is not None:
        return _issued(found)
    shown = (Case.reference == reference) & (Deletion.state << _SHOWN)
    deletion = Deletion.select(Deletion, Case).join(Case).where(shown).first()
    if deletion is None:
        raise NotFound
    return progress(deletion)


def address_of(reference: str) -> str:
    """Return the address of a certificate; no table holds its secret."""
    return f"{config.site().base_url}/certificates/{reference}/{_secret(reference)}"


def issue(deletion: Deletion, came_back: Mapping[str, int] | None = None) -> None:
    """Write the certificate from what is recorded of every system, or date it anew after a look."""
    reference, now = deletion.case.reference, clock.now()
    before = Certificate.get_or_none(Certificate.reference == reference)
    again = {line["source"]: line["again"] for line in before.lines} if before else {}
    for source, rows in (came_back or {}).items():
        again[source] = [*again.get(source, []), [now.isoformat(), rows]]
    issued = before or Certificate(reference=reference, issued_at=now)
    issued.lines = [certified.line(target, again.get(target.source, [])) for target in _targets(deletion)]
    issued.looked_at = now if before else None
    issued.scope, issued.asked = _what(deletion), [_asked(row) for row in controllers.of(deletion)]
    issued.seal = crypto.keyed_hash("certificate", _said(issued))
    issued.save(force_insert=before is None)


def forget_past() -> None:
    """Remove certificates after ten years, with all that is noted of their deletions."""
    now = clock.now()
    past = now.replace(year=now.year - YEARS, day=min(now.day, 28))
    old = [row.reference for row in Certificate.select(Certificate.reference).where(Certificate.issued_at < past)]
    done = list(Deletion.select(Deletion.id, Deletion.case).join(Case).where(Case.reference << old))
    with atomic():
        Target.delete().where(Target.deletion << [row.id for row in done]).execute()
        routing.forget(row.case.id for row in done)
        Deletion.delete().where(Deletion.id << [row.id for row in done]).execute()
        Certificate.delete().where(Certificate.reference << old).execute()


def _targets(deletion: Deletion) -> list[Target]:
    """Return every system of a deletion, ours last."""
    return list(Target.select().where(Target.deletion == deletion).order_by(Target.source == registry.OWN, Target.id))


def _issued(found: Certificate) -> Progress:
    asked = tuple(
        Company(
            row["title"], row["state"], datetime.fromisoformat(row["asked_at"]), date.fromisoformat(row["answer_by"])
        )
        for row in found.asked or ()
    )
    return Progress(
        found.reference,
        tuple(map(certified.read, found.lines)),
        found.issued_at,
        found.looked_at,
        what=found.scope or {},
        asked=asked,
        seal=_shown(found),
    )


def _said(issued: Certificate) -> str:
    """Return all that a certificate says, the same from either engine, for its seal."""
    moments = [moment and moment.isoformat() for moment in (issued.issued_at, issued.looked_at)]
    return json.dumps([issued.reference, moments, issued.lines, issued.scope, issued.asked], sort_keys=True)


def _shown(found: Certificate) -> str:
    """Return the seal in groups that can be compared with a print; "" where it is not that of what is stored."""
    if found.seal not in crypto.keyed_hashes("certificate", _said(found)):
        return ""
    return certified.grouped(found.seal.partition(":")[2][:24].upper())


def _what(deletion: Deletion) -> dict[str, str]:
    """Return what a deletion is of in every language, {} for the account."""
    scope = scope_of(deletion)
    return {} if scope.is_account else {name: scope.title_in(name) for name in config.site().languages}


def _asked(row: Routing) -> dict[str, str]:
    dates = {"asked_at": row.asked_at.isoformat(), "answer_by": row.answer_by.isoformat()}
    return {"title": row.title, "state": row.state, **dates}


def _secret(reference: str) -> str:
    return tokens.derived("certificate", reference)
