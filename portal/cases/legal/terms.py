"""By when a request is acknowledged and completed: pure functions over what the law says (RULES §1, D1, D2, D4, D5).

A day counts where the site is: what arrives at 23:30 in London arrives the next day in Ho Chi Minh City. Nothing but
an extension moves a date: no function here can be told that an identity is still to be verified (RULES D5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.cases.legal import spans
from portal.cases.legal.profiles import NAMES, Authority, Edit, InForce, of_country, profile


@dataclass(frozen=True)
class Law:
    """Under which law a site is: the base that everybody has, the profiles that apply, and what staff changed."""

    base: str = "vn"
    profiles: tuple[str, ...] = NAMES
    edits: Sequence[Edit] = ()

    def applying(self, country: str, day: date) -> list[InForce]:
        """Return what holds for somebody in a country: the base first, then the profile of their own country."""
        own, base = of_country(country, self.profiles), profile(self.base)
        each = [base] if own in (None, base) else [base, own]
        return [one.on(day, self.edits) for one in each if one is not None]


@dataclass(frozen=True)
class Reminders:
    """When staff are reminded: half the time is over, a quarter of it is left, and it ends."""

    half: date
    quarter: date
    end: date


@dataclass(frozen=True)
class Terms:
    """The dates of one request.

    `complete_by` is the earliest over all laws that apply, and `profile` the one that gave it. `own_profile` is the one
    of the person's country, "" where no profile is known for it; `legal_maximum` is the last day that this law allows,
    rolled to a working day where it rolls. `extendable_to` is where one extension, made until `complete_by`, would
    bring that date; None where the law allows none, or none any more.
    """

    kind: str
    received_on: date
    acknowledge_by: date | None
    complete_by: date
    profile: str
    own_profile: str
    legal_maximum: date | None
    authority: Authority
    extendable_to: date | None = None
    extended: bool = False

    @property
    def days(self) -> int:
        """Return in how many days after it was received a request is completed at the latest."""
        return (self.complete_by - self.received_on).days

    @property
    def reminders(self) -> Reminders:
        """Return when staff are reminded of it."""
        return reminders(self.received_on, self.complete_by)


def terms(
    kind: str,
    received: datetime,
    country: str,
    zone: str,
    *,
    processor: bool = False,
    extension: bool = False,
    law: Law = Law(),
) -> Terms:
    """Return the dates of a request of a kind from somebody in a country (ISO 3166, "" where it is not known).

    `zone` is where the site is. `processor` says that others who process the data have to act too; `extension` that the
    request was extended. KeyError for an unknown kind.
    """
    day = received_on(received, zone)
    applying = law.applying(country, day)
    own = of_country(country, law.profiles)
    plain = dict(_ends(applying, kind, day, country, processor, extension=False))
    longer = dict(_ends(applying, kind, day, country, processor, extension=True))
    ends, first = (longer if extension else plain), min(plain.values())
    profile_id = min(ends, key=lambda name: ends[name])  # of equals the base
    gain = min(longer.values())
    return Terms(
        kind=kind,
        received_on=day,
        acknowledge_by=_acknowledged(applying, kind, day, country, first),
        complete_by=ends[profile_id],
        profile=profile_id,
        own_profile=own.id if own else "",
        legal_maximum=_maximum(applying[-1], kind, ends, country) if own else None,
        authority=applying[-1].authority(country),
        extendable_to=gain if not extension and gain > first else None,
        extended=extension,
    )


def reminders(start: date, end: date) -> Reminders:
    """Return the three days of a time; of a day or two, some fall together."""
    left = end - start
    return Reminders(end - left // 2, end - left // 4, end)


def received_on(received: datetime, zone: str) -> date:
    """Return the day on which a moment falls where the site is."""
    return received.astimezone(ZoneInfo(zone)).date()


def _ends(
    applying: Sequence[InForce], kind: str, day: date, country: str, processor: bool, extension: bool
) -> Iterator[tuple[str, date]]:
    """Yield when each law that sets a time wants a request completed, not rolled: the earlier day is the safe one.

    What no law dates is completed like a copy under the base.
    """
    part = "with_processor" if processor else "complete"
    undated = not any(law.span(kind, part) for law in applying)
    for law in applying[:1] if undated else applying:
        span = law.span("download" if undated else kind, part)
        more = law.span(kind, "extension") if extension else None
        if span and more:
            yield law.profile.id, spans.longer(span, more, day, law.calendar, country)
        elif span:
            yield law.profile.id, spans.after(day, span, law.calendar, country)


def _acknowledged(applying: Sequence[InForce], kind: str, day: date, country: str, completed: date) -> date | None:
    """Return the earliest acknowledgement, and never one that comes after the answer itself.

    Two working days around Tết can end after ten days.
    """
    each = ((law, law.span(kind, "acknowledge")) for law in applying)
    days = [spans.after(day, span, law.calendar, country) for law, span in each if span]
    return min(*days, completed) if days else None


def _maximum(own: InForce, kind: str, ends: dict[str, date], country: str) -> date | None:
    end, span = ends.get(own.profile.id), own.span(kind, "complete")
    if end is None or span is None:
        return None
    return own.calendar.rolled(end, country) if own.profile.rolls and span.in_months else end
