"""What people say to a new version: accepted, or declined. Reading it, or going on, is never taken for either."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from portal.consents import service as consents
from portal.consents.service import ACCEPTED, DECLINED, NONE, POLICY, REFUSAL, REFUSED, Choice
from portal.kernel import clock, db
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound, NotNow
from portal.policies.models import RETIRED, PolicyVersion, answers, published
from portal.policies.service.reading import DOCUMENTS

_FRESH = 30.0  # seconds after which a process looks again what people are asked; each page asks that


class Asked(NamedTuple):
    """The newest version of a document that people are asked to accept."""

    document: str
    version: str
    effective_from: date
    changes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the ledger calls the answer to it."""
        return f"{POLICY}{self.document}.{self.version}"

    @property
    def has_begun(self) -> bool:
        """Tell whether it is in force."""
        return self.effective_from <= clock.today()


class _Kept(NamedTuple):
    database: Any
    until: float
    asked: tuple[Asked, ...] = ()
    readable: frozenset[str] = frozenset()


_kept = _Kept(None, 0)


def asked() -> tuple[Asked, ...]:
    """Return what people are asked now, one version a document; read anew twice a minute and not at each page."""
    return _now().asked


def readable() -> frozenset[str]:
    """Return the documents that there is a version of to read; read anew as `asked` is."""
    return _now().readable


def _now() -> _Kept:
    global _kept
    if _kept.database is not db.database.obj or _kept.until < time.monotonic():
        known = published(*DOCUMENTS)
        there = frozenset(version.document for version in known if not version.is_withdrawn)
        _kept = _Kept(db.database.obj, time.monotonic() + _FRESH, tuple(_asking(known)), there)
    return _kept


def look_anew() -> None:
    """Let this process see what was published in the present transaction; others see it within half a minute."""

    def forget() -> None:
        global _kept
        _kept = _Kept(None, 0)

    db.after_commit(forget)


def open_question(choices: Mapping[str, Choice]) -> tuple[Asked, str] | None:
    """Return a version that somebody has something to decide about, and what they said: "" or declined.

    Whoever declined is not asked again until it begins.
    """
    for one in asked():
        said = choices[one.name].state if one.name in choices else ""
        if not said or (said == DECLINED and one.has_begun):
            return one, said
    return None


def name_of(document: str) -> Asked:
    """Return the version of a document that people are asked about; raises NotFound where there is none."""
    found = next((one for one in _read() if one.document == document), None)
    if found is None:
        raise NotFound
    return found


def withdrawn_of(document: str) -> str:
    """Return the newest version that people were to be asked about and that was withdrawn; NotFound for none."""
    found = next((one for one in published(document) if one.asks and one.is_withdrawn), None)
    if found is None:
        raise NotFound
    return str(found.version)


def accept(subject_id: int, document: str, version: str, wording: str, language: str) -> None:
    """Record that somebody accepts a version, and let go on what an earlier refusal had stopped.

    `wording` is the sentence that they agreed to. Raises NotNow when another version is asked about by now.
    """
    _say(subject_id, _still(document, version), ACCEPTED, wording, language)


def decline(subject_id: int, document: str, version: str, wording: str, language: str) -> None:
    """Record that somebody declines a version: what it changes stops for them once it begins; see `accept`."""
    _say(subject_id, _still(document, version), DECLINED, wording, language)


def heed_imported(subject_id: int) -> None:
    """Let go on what was stopped for somebody who turns out to have accepted, elsewhere, what is asked about now."""
    with atomic():
        choices = consents.locked(subject_id)
        for one in _read():
            said = choices.get(one.name)
            if said and said.state == ACCEPTED and (states := _lifted(choices, one)):
                terms = {"notice": one.document, "notice_version": one.version, "wording": "", "language": ""}
                consents.answer(subject_id, states, **terms, actor=consents.FILE)


def counts(versions: list[PolicyVersion]) -> dict[int, dict[str, int]]:
    """Return, by the number of a version, how many people accepted it and how many declined."""
    names = {one.id: f"{POLICY}{one.document}.{one.version}" for one in versions if one.asks}
    found = answers(names.values())
    return {number: found[name] for number, name in names.items()}


def covering(version: PolicyVersion) -> list[str]:
    """Return what the ledger calls the answers that cover a version: a later one is accepted as a whole."""
    later = [one for one in published(version.document) if one.begins >= version.begins]
    return [_as_asked(one).name for one in later]


def stop(subject_id: int, version: PolicyVersion, covered: list[str], wording: str, language: str) -> bool:
    """Stop what a version that has begun changes, for who has not accepted it; tell whether there was anything.

    `covered` is what `covering` returns. An agreement from before does not cover what it means now (RULES C1, C8): of
    who said nothing all that rests on consent stops, of who declined all that it changes. What was chosen since then
    goes on: it was chosen under the new text. Harmless when repeated.
    """
    one = _as_asked(version)
    if not _unaccepted(consents.standing(subject_id), one, covered):
        return False
    with atomic():
        states = _unaccepted(consents.locked(subject_id), one, covered)
        if states:
            terms = {"notice": one.document, "notice_version": one.version, "wording": wording, "language": language}
            consents.answer(subject_id, states, **terms, actor="worker")
    return bool(states)


def _unaccepted(choices: Mapping[str, Choice], one: Asked, covered: list[str]) -> dict[str, str]:
    if any(name in choices and choices[name].state == ACCEPTED for name in covered):
        return {}
    return _stops(choices, one, one.name in choices, one.effective_from)


def _say(subject_id: int, one: Asked, state: str, wording: str, language: str) -> None:
    terms = {"notice": one.document, "notice_version": one.version, "wording": wording, "language": language}
    with atomic():
        choices = consents.locked(subject_id)
        begun = one.has_begun
        changed = _lifted(choices, one) if state == ACCEPTED else _stops(choices, one) if begun else {}
        consents.answer(subject_id, {one.name: state, **changed}, **terms)


def _stops(
    choices: Mapping[str, Choice], one: Asked, declined: bool = True, since: date | None = None
) -> dict[str, str]:
    """Return what has still to be stopped: nothing that is off or stopped, nor what was chosen since a day."""
    changed = dict.fromkeys(name for about in one.changes for name in consents.covered(about))
    return {
        REFUSAL + name: REFUSED
        for name in changed
        if not _stands(choices, REFUSAL + name)
        and (declined or consents.purpose(name).legal_basis == "consent")
        and not _needs_no_stop(choices, name, since)
    }


def _needs_no_stop(choices: Mapping[str, Choice], name: str, since: date | None) -> bool:
    choice = choices[name]
    off = choice.made and choice.state == consents.purpose(name).states[0]
    return off or bool(since and choice.at and clock.day_of(choice.at) >= since)


def _lifted(choices: Mapping[str, Choice], one: Asked) -> dict[str, str]:
    """Return what any version of the document has stopped: whoever accepts the newest accepts it as a whole."""
    mine = {about for version in published(one.document) for about in version.changes.split()}
    names = dict.fromkeys(name for about in sorted(mine) for name in consents.covered(about))
    return {REFUSAL + name: NONE for name in names if _stands(choices, REFUSAL + name)}


def _stands(choices: Mapping[str, Choice], name: str) -> bool:
    return name in choices and choices[name].state == REFUSED


def _still(document: str, version: str) -> Asked:
    one = name_of(document)
    if one.version != version:
        raise NotNow
    return one


def _read() -> list[Asked]:
    return _asking(published(*DOCUMENTS))


def _asking(known: list[PolicyVersion]) -> list[Asked]:
    """Return the newest version that asks of each document that there still is; what was withdrawn asks nobody."""
    there = {version.document for version in known if version.state != RETIRED}
    newest: dict[str, Asked] = {}
    for version in known:
        if version.asks and version.document in there and not version.is_withdrawn:
            newest.setdefault(version.document, _as_asked(version))
    return [newest[document] for document in DOCUMENTS if document in newest]


def _as_asked(version: PolicyVersion) -> Asked:
    return Asked(version.document, version.version, version.begins, tuple(version.changes.split()))
