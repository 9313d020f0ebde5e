"""What holds from the moment on which whoever asks is proven, before anybody decides (RULES X7, L3, M1, C1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal import config
from portal.cases.kinds import kind
from portal.cases.models import Case, CaseEvent, Verification
from portal.cases.service import identity
from portal.cases.service.effects.saying import KINDS, MARKETING, USE_GONE, absolute, say, switch_off
from portal.cases.service.moving import move, note
from portal.consents import service as consents
from portal.consents.service import CHECKING, LIFTING, OBJECTION, RESTRICTION, UPHELD, UnknownChoice
from portal.kernel import clock
from portal.kernel.db import ROWS, atomic

FILED = "filed"


def filed(case: Case) -> bool:
    """Let what was asked for hold from now on, before anybody decides; tell whether it does.

    Only for whoever is proven well enough for this kind of request, or a stranger could stop somebody's account.
    A restriction, or what an objection is about, stops while it is checked (RULES X7, L3); so does all use where a
    correction is asked for with that wish. An objection to marketing and a consent taken back need no check: they hold
    for good, and the request is approved (M1, C1). A use that the site has no more is left to the staff, and said.
    """
    if case.state != "open" or not case.subject_id or identity.proof(case) < kind(case.kind).needs:
        return False
    try:
        about = asked_about(case) if case.kind in KINDS else ()
    except UnknownChoice:
        note(case, USE_GONE, "worker")
        return False
    with atomic():
        if case.kind == "restriction" or (case.kind == "correction" and _with(case, "restrict")):
            _stop(case, {RESTRICTION: CHECKING})
        elif case.kind == "objection":
            _object(case, about)
        elif case.kind == "withdrawal":
            switch_off(case, about)
        note(case, FILED, "worker", internal=True)
        if _settled(case, about) and not _hidden(case):
            move(case, "approved", "needs no decision", "worker")
    return True


def file_ripe() -> None:
    """Let what rests on a proof that had to cool off hold once it counts, without waiting for the staff (RULES R2)."""
    for case in _ripe():
        filed(case)


def _ripe() -> list[Case]:
    now = clock.now()
    cooled = (Verification.method << sorted(identity.COOLS_OFF)) & (Verification.counts_from <= now)
    proven = Verification.select(Verification.case).where(cooled, Verification.proof > 0)
    done = CaseEvent.select(CaseEvent.case).where(CaseEvent.name << [FILED, USE_GONE])
    asked = Case.kind << [*sorted(KINDS), "correction"]
    which = (Case.state == "open") & asked & Case.subject.is_null(False) & (Case.id << proven) & Case.id.not_in(done)
    return list(Case.select().where(which).order_by(Case.id).limit(ROWS))


def asked_about(case: Case) -> tuple[str, ...]:
    """Return the purposes, parts of their names such as "marketing", or uses that a request is about.

    One that names none is about all that can be stopped. Raises UnknownChoice.
    """
    site, name = config.site(), _with(case, "purpose")
    if name and not consents.covered(name) and name not in site.uses:
        raise UnknownChoice(purpose=name)
    if case.kind == "withdrawal":
        known = consents.covered(name) if name else tuple(site.purposes)
        return tuple(one for one in known if site.purposes[one].legal_basis == "consent")
    if name:
        return (name,)
    others = [one for one in (*site.purposes, *site.uses) if not absolute(one) and consents.stoppable(one)]
    return (MARKETING, *others) if consents.covered(MARKETING) else tuple(others)


def _with(case: Case, name: str) -> str:
    return str((case.asked or {}).get(name, ""))


def _settled(case: Case, about: tuple[str, ...]) -> bool:
    return case.kind == "withdrawal" or (case.kind == "objection" and all(map(absolute, about)))


def _hidden(case: Case) -> bool:
    """Tell a proof that must not show on the page, or whoever names an address would learn who is known (RULES R3)."""
    return identity.missing(case)


def _object(case: Case, about: tuple[str, ...]) -> None:
    switch_off(case, filter(absolute, about))
    _stop(case, {OBJECTION + name: UPHELD if absolute(name) else CHECKING for name in about if _can_stop(name)})


def _can_stop(about: str) -> bool:
    return absolute(about) or consents.stoppable(about)


def _stop(case: Case, states: Mapping[str, str]) -> None:
    """Stop what is not stopped already: an older request that has stopped it keeps it, and decides when it ends."""
    before = consents.standing(case.subject_id)
    held = {name for name, _ in consents.stops(before) if before[name].state != LIFTING}
    new = {name: state for name, state in states.items() if name not in held}
    if new:
        say(case, new, "person")
        known: dict[str, Any] = {"names": sorted(new), "internal": _hidden(case)}
        note(case, "stopped", "worker", **known)
