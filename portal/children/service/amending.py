"""What staff change in the ages of countries: dated, never taken back, never backdated; and what an admin signs off."""

from __future__ import annotations

from datetime import date

from portal.kernel import ages, audit, clock
from portal.kernel.ages import Row, edits
from portal.kernel.ages.edits import AgeEdit, AgeSignOff
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem

LOWEST, HIGHEST, LONGEST_REASON = 0, 21, 2000

audit.declare("children.age_amended", "country", "age", "effective_from")
audit.declare("children.age_signed_off", "country", "age")


class BadAge(Problem):
    """An age that no country has; facts: `highest`."""

    status, code = 422, "bad-age"
    say = N_("An age is a number from 0 to %(highest)s.")
    then = N_("Nothing was changed.")


class AgeBackdated(Problem):
    """A change that would hold before tomorrow."""

    status, code = 422, "age-backdated"
    say = N_("A change holds from tomorrow on at the earliest, so that nothing that was decided rests on it.")
    then = N_("Choose tomorrow or a later day. Nothing was changed.")


class AgeUnexplained(Problem):
    """A change without its source."""

    status, code = 422, "age-unexplained"
    say = N_("A change needs its source: which law, and where it is published.")
    then = N_("Write it in at most 2,000 characters. Nothing was changed.")


def amend(country: str, age: int, effective_from: date, reason: str, by: int) -> AgeEdit:
    """Change the age of a country from a day on; `by` is a number of the staff, `reason` the source.

    Reports and decisions made before keep the age that counted for them. Raises NotFound for what is no code of a
    country, BadAge, AgeBackdated and AgeUnexplained.
    """
    country, reason = country.strip().upper(), reason.strip()
    if not 2 <= len(country) <= 8 or not country.replace("-", "").isalnum():
        raise NotFound
    if not LOWEST <= age <= HIGHEST:
        raise BadAge(highest=HIGHEST)
    if effective_from <= clock.today():
        raise AgeBackdated
    if not reason or len(reason) > LONGEST_REASON:
        raise AgeUnexplained
    with atomic():
        known = {"country": country, "age": age, "effective_from": effective_from}
        made: AgeEdit = AgeEdit.create(**known, reason=reason, by_staff=by)
        keys = {**known, "effective_from": effective_from.isoformat()}
        audit.record_each("children.age_amended", [keys], actor=f"staff:{by}")
    return made


def sign_off(country: str, by: int) -> None:
    """Note that an admin has read the source of the row that counts today, so that automatic steps may rest on it.

    Harmless twice. NotFound where no row is known of the country. Whether somebody is an admin, the desk asks.
    """
    row = current(country)
    with atomic():
        known = {"country": country, "age": row.age, "since": row.since, "by_staff": by}
        if AgeSignOff.insert(**known).on_conflict_ignore().as_rowcount().execute() == 1:
            audit.record_each("children.age_signed_off", [{"country": country, "age": row.age}], actor=f"staff:{by}")


def present() -> list[tuple[str, Row, bool]]:
    """Return, by code, the row that counts today and whether an admin has signed it off; with two queries."""
    changes, day = edits.made(), clock.today()
    codes = {*ages.rows(), *(change.country for change in changes)}
    known = {code: row for code in codes if (row := ages.row(code, day, changes))}
    signed = {(one.country, one.age, one.since) for one in AgeSignOff.select()}
    return [(code, row, (code, row.age, row.since) in signed) for code, row in known.items()]


def is_signed_off(country: str) -> bool:
    """Tell whether automatic steps may rest on the row that counts for a country today."""
    return edits.signed_off(country, clock.today())


def current(country: str) -> Row:
    """Return the row that counts for a country today, with its source; NotFound where none is known."""
    row = ages.row(country, clock.today(), edits.made())
    if row is None:
        raise NotFound
    return row


def history(country: str) -> list[AgeEdit]:
    """Return every change of a country, also those that hold later, the newest first."""
    return list(AgeEdit.select().where(AgeEdit.country == country).order_by(AgeEdit.id.desc()))
