"""What staff change in the legal profiles: written above the data files, dated, never taken back, never backdated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from portal.cases import deadlines, legal
from portal.cases.legal import InForce, Value, calendars, profiles, spans
from portal.cases.models import LegalEdit
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem

LONGEST, LONGEST_REASON = 500, 2000
ALWAYS = "download.complete"  # what no law dates is completed like a copy, so this one is always dated

audit.declare("cases.law_amended", "profile", "path", "effective_from")


class Unreadable(Problem):
    """A value that the clock cannot read; facts: `value`."""

    status, code = 422, "legal-value-unreadable"
    say = N_("“%(value)s” does not fit here.")
    then = N_(
        "Write a time as “20 days”, “2 working days”, “1 month” or “none”, a holiday as “free” or “worked”, a web "
        "address with https. Nothing was changed."
    )


class Backdated(Problem):
    """A change that would hold before tomorrow, or for a holiday before that."""

    status, code = 422, "legal-change-backdated"
    say = N_("A change holds from tomorrow on at the earliest, so that no date that was promised moves.")
    then = N_("Choose tomorrow or a later day. Nothing was changed.")


class Unexplained(Problem):
    """A change without a reason, or with one that is too long."""

    status, code = 422, "legal-change-unexplained"
    say = N_("A change of the law needs its reason: which law or decision, and where it is published.")
    then = N_("Write it in at most 2,000 characters. Nothing was changed.")


def amend(profile: str, path: str, value: str, effective_from: date, reason: str, by: int) -> LegalEdit:
    """Change a value of a profile for what is received on a day or later; `by` is a number of the staff.

    `path` is one that `current` shows, or "holidays.<date>" for a day that is "free" or "worked" from now on; "none"
    takes a time away. Requests received before keep their dates. Raises NotFound for what no profile says, Unreadable,
    Backdated and Unexplained.
    """
    value, reason = value.strip(), reason.strip()
    if profile not in legal.NAMES:
        raise NotFound
    _check(deadlines.profile(profile), path, value, effective_from)
    if effective_from <= clock.today():
        raise Backdated
    if not reason or len(reason) > LONGEST_REASON:
        raise Unexplained
    with atomic():
        made: LegalEdit = LegalEdit.create(
            profile=profile, path=path, value=value, effective_from=effective_from, reason=reason, by_staff=by
        )
        keys = {"profile": profile, "path": path, "effective_from": effective_from.isoformat()}
        audit.record_each("cases.law_amended", [keys], actor=f"staff:{by}")
    return made


def current(profile: str, day: date | None = None) -> list[Value]:
    """Return what a profile says for a request received on a day (today by itself), each value with its source.

    Holidays are those of that year and the next. NotFound for a profile that is none.
    """
    if profile not in legal.NAMES:
        raise NotFound
    when = day or clock.today()
    law = legal.profile(profile).on(when, deadlines.law().edits)
    listed = {value.path: value for year in (when.year, when.year + 1) for value in _holidays(law, year)}
    return sorted({**listed, **law.values}.values(), key=lambda value: value.path)


def history(profile: str) -> list[LegalEdit]:
    """Return every change of a profile, also those that hold later or no more, the newest first."""
    return list(LegalEdit.select().where(LegalEdit.profile == profile).order_by(LegalEdit.id.desc()))


def _check(law: InForce, path: str, value: str, effective_from: date) -> None:
    section, _, rest = path.partition(".")
    if section == profiles.HOLIDAYS:
        _check_day(rest, value, effective_from)
    elif path not in law.values:
        raise NotFound
    elif not (_says_authority(path, value) if section.startswith(profiles.AUTHORITY) else _says_time(path, value)):
        raise Unreadable(value=value[:80])


def _check_day(rest: str, value: str, effective_from: date) -> None:
    try:
        day = date.fromisoformat(rest)
    except ValueError:
        raise NotFound from None
    if rest != day.isoformat():
        raise NotFound  # "20270210" is the same day by another path
    if value not in {profiles.FREE, profiles.WORKED}:
        raise Unreadable(value=value[:80])
    if day < effective_from:
        raise Backdated


def _says_authority(path: str, value: str) -> bool:
    shown = bool(value) and value.isprintable() and len(value) <= LONGEST
    return shown and (not path.endswith(".url") or value.startswith("https://"))


def _says_time(path: str, value: str) -> bool:
    try:
        span = None if value == profiles.SAME else spans.parse(value)
    except ValueError:
        return False
    if value == profiles.SAME:
        return path.endswith(".with_processor")
    return span is not None or path != ALWAYS


def _holidays(law: InForce, year: int) -> Iterator[Value]:
    since = law.version.effective_from
    for day, holiday in calendars.free_days(law.profile.holidays, year).items():
        path = f"{profiles.HOLIDAYS}.{day.isoformat()}"
        yield Value(path, holiday.title, holiday.source, holiday.confidence, since)
