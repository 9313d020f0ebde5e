"""A new address in every system: proven before it counts, and the old ones are warned (RULES A3).

The account keeps both until each system has confirmed the new one, for some know the person by the old one alone. Who
says from an old one that it was not them gets everything back as it was.
"""

from __future__ import annotations

from portal.accounts import alarms, identifiers, proving
from portal.accounts.models import Account, Alarm, Identifier, Subject
from portal.cases.models import Case
from portal.cases.service import reopening
from portal.details.models import Correction
from portal.details.service.asking import ASKED, PER_PERSON, WRITING, NeedsReview, open_row, wanted
from portal.details.service.reading import PROOF, Detail
from portal.details.service.undoing import take_back, was_not_them
from portal.details.service.values import DONE
from portal.kernel import limits
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound

MOST = 50  # addresses that one transaction takes back


def proven(account_id: int, detail: Detail) -> list[str]:
    """Return the addresses of an account that could take the place of what the systems have."""
    there = {place.held.value for place in detail.places}
    own = [str(row.value) for row in Identifier.of(account_id, detail.kind)]
    return [value for value in own if there - {value, None, ""}]


def ask(account_id: int, detail: Detail, typed: str, language: str) -> int | None:
    """Send a code to a new address and return the number of the proof; None for one that the account has proven.

    Raises WrongFormat, SameAlready, NeedsReview, NoTexts, TooManyTries.
    """
    _must_be_proven(detail)
    new = wanted(detail, typed)
    if identifiers.by_value(account_id, detail.kind, new):
        return None
    return identifiers.ask(account_id, detail.kind, new, language)


def prove(account_id: int, subject_id: int, detail: Detail, proof_id: int, code: str, language: str) -> Correction:
    """Write an address into every system with the code that was sent to it; raises WrongCode, ProvenElsewhere."""
    _must_be_proven(detail)
    if proving.pending(account_id, proof_id).kind != detail.kind:
        raise NotFound
    limits.hit(PER_PERSON, "correction", str(subject_id))
    proof = proving.spend(account_id, proof_id, code)
    with atomic():
        new = identifiers.take(proof)
        return write_proven(subject_id, detail, new, language, is_new=True)


def use_proven(account_id: int, subject_id: int, detail: Detail, typed: str, language: str) -> Correction:
    """Write an address that the account has proven before into every system; NotFound for any other."""
    _must_be_proven(detail)
    new = identifiers.by_value(account_id, detail.kind, wanted(detail, typed))
    if new is None:
        raise NotFound
    limits.hit(PER_PERSON, "correction", str(subject_id))
    with atomic():
        return write_proven(subject_id, detail, new, language, is_new=False)


def take_back_all() -> None:
    """Undo what its person said since was not them: addresses that were written, and what staff still look at."""
    done = Correction.select().join(Alarm, on=(Alarm.id == Correction.alarm))
    with atomic():  # all of one person at once, for what stood before the first comes back
        for row in done.where(Alarm.undone_at.is_null(False), Correction.state << [WRITING, DONE]).limit(MOST):
            take_back(row)
    for row in _waiting():
        if row.case is not None and was_not_them(row):
            reopening.cancel(row.case, "worker")


def _waiting() -> list[Correction]:
    """Return what staff look at of persons who said that it was not them."""
    of_case = Correction.select(Correction, Case).join(Case).switch(Correction).join(Subject).join(Account)
    which = (Correction.state == ASKED) & (Case.state == "open") & (Correction.asked_at < Account.distrusted_at)
    return list(of_case.where(which))


def write_proven(subject_id: int, detail: Detail, new: Identifier, language: str, *, is_new: bool) -> Correction:
    """Warn the other addresses and write this one into every system, inside a transaction."""
    alarm = alarms.tell_moving(new, is_new=is_new)
    identifiers.make_main(new.account_id, new.id)
    identifiers.keep_until_moved(new)
    return open_row(subject_id, detail, str(new.value), language, identifier=new.id, alarm=alarm)


def _must_be_proven(detail: Detail) -> None:
    if detail.way != PROOF:
        raise NeedsReview
