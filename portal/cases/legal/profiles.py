"""Legal profiles: what each country's law asks, read from data files with source, version and date of effect.

A file may hold several versions; the one in force on the day a request is received counts for it. What staff have
changed since lies above the file, by day too: the newest that was in force on that day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from portal.cases.legal import calendars, spans
from portal.cases.legal.calendars import Calendar, Holiday
from portal.cases.legal.spans import Span

NAMES = ("vn", "eu", "gb", "us-ca")
KINDS = (
    "download", "copy_by_other_means", "deletion", "partial_deletion", "correction", "objection", "restriction",
    "withdrawal", "complaint", "inquiry", "representative", "deceased", "child", "opt_out",
)  # fmt: skip
PARTS = ("acknowledge", "complete", "with_processor", "extension")
SAME = "same"  # with a processor the time is that without
FREE, WORKED = "free", "worked"
HOLIDAYS, AUTHORITY = "holidays", "authority"


@dataclass(frozen=True)
class Value:
    """One thing that a profile says, in words: where it is from, how sure that is, and since when it holds.

    `edited_by` is the number of whoever of the staff changed it, None where it is the file's.
    """

    path: str  # "deletion.complete", "holidays.2027-02-10", "authority.name.vi"
    words: str
    source: str
    confidence: str
    since: date
    edited_by: int | None = None


@dataclass(frozen=True)
class Edit:
    """What staff changed in a profile: it counts for what is received on its day or later."""

    profile: str
    path: str
    value: str
    effective_from: date
    reason: str
    by: int


@dataclass(frozen=True)
class Authority:
    """Who a person may complain to, by language; `url` is where (RULES D6)."""

    name: Mapping[str, str]
    address: Mapping[str, str]
    url: str


@dataclass(frozen=True)
class Version:
    """The times of one profile from one day on; `stops_for_verification` is false in each, and nothing here asks it."""

    effective_from: date
    version: str
    law: str
    source: str
    stops_for_verification: bool
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Profile:
    """One country's law: in which countries it holds, whether the end of a month rolls, and its versions by day.

    `asked_first`: what begins with one of these names needs a yes beforehand, so it may not be opt-out.
    """

    id: str
    title: Mapping[str, str]
    countries: frozenset[str]
    rolls: bool
    versions: tuple[Version, ...]
    holidays: tuple[Holiday, ...]
    authority: tuple[Value, ...]
    asked_first: tuple[str, ...] = ()

    def on(self, day: date, edits: Sequence[Edit] = ()) -> InForce:
        """Return what holds for a request that is received on a day; before the first version, that one."""
        version = next((one for one in reversed(self.versions) if one.effective_from <= day), self.versions[0])
        values = {value.path: value for value in (*version.values.values(), *self.authority)}
        changed = dict[date, bool]()
        for edit in sorted(edits, key=lambda edit: edit.effective_from):
            if edit.profile != self.id or edit.effective_from > day:
                continue
            section, _, rest = edit.path.partition(".")
            if section == HOLIDAYS:
                changed[date.fromisoformat(rest)] = edit.value == FREE
            elif edit.effective_from < values[edit.path].since:
                continue  # a newer version of the file has overtaken it
            values[edit.path] = Value(edit.path, edit.value, edit.reason, "staff", edit.effective_from, edit.by)
        return InForce(self, version, values, Calendar(self.holidays, changed))


@dataclass(frozen=True)
class InForce:
    """A profile as it holds for what is received on one day."""

    profile: Profile
    version: Version
    values: Mapping[str, Value]
    calendar: Calendar

    def span(self, kind: str, part: str) -> Span | None:
        """Return one time of a kind of request, None where the law gives none; KeyError for an unknown kind."""
        words = self.values[f"{kind}.{part}"].words
        return spans.parse(self.values[f"{kind}.complete"].words if words == SAME else words)

    def authority(self, country: str = "") -> Authority:
        """Return who supervises: the authority of a country where the file names it, else that of the profile."""
        own = f"{AUTHORITY}-{country.partition('-')[0].upper()}"
        section = own if f"{own}.url" in self.values else AUTHORITY
        said = {path: value.words for path, value in self.values.items() if path.startswith(f"{section}.")}
        return _authority(section, said)


@cache
def profile(name: str) -> Profile:
    """Return a profile by its name, such as "vn"; FileNotFoundError where there is none."""
    raw = tomllib.loads((resources.files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8"))
    versions = sorted((_version(one) for one in raw["versions"]), key=lambda one: one.effective_from)
    since, calendar = versions[0].effective_from, raw["calendar"]
    return Profile(
        id=raw["id"],
        title=raw["title"],
        countries=frozenset(raw["countries"]),
        rolls=raw["rolls"],
        asked_first=tuple(raw.get("asked_first", ())),
        versions=tuple(versions),
        holidays=tuple(calendars.read(one, calendar["source"]) for one in calendar["holidays"]),
        authority=tuple(
            value
            for section, said in raw.items()
            if section.partition("-")[0] == AUTHORITY
            for value in _contact(section, said, since)
        ),
    )


def of_country(country: str, among: Sequence[str]) -> Profile | None:
    """Return the profile of a country (ISO 3166) or of one of its regions; None where none of these is."""
    code = country.upper()
    for wanted in (code, code.partition("-")[0]):
        found = next((one for one in map(profile, among) if wanted in one.countries), None)
        if found is not None:
            return found
    return None


def _version(raw: Mapping[str, Any]) -> Version:
    made = Version(
        effective_from=raw["effective_from"],
        version=raw["version"],
        law=raw["law"],
        source=raw["source"],
        stops_for_verification=raw["stops_for_verification"],
        values={},
    )
    return replace(made, values={value.path: value for value in _times(made, raw["kinds"])})


def _times(version: Version, kinds: Mapping[str, Mapping[str, str]]) -> Iterator[Value]:
    """Yield the four times of every kind; a kind without an acknowledgement or an extension says "none"."""
    usual = {"acknowledge": spans.NONE, "with_processor": SAME, "extension": spans.NONE}
    for kind, raw in kinds.items():
        said = {**usual, **raw}
        source, confidence = said.get("source", version.source), said["confidence"]
        for part in PARTS:
            yield Value(f"{kind}.{part}", said[part], source, confidence, version.effective_from)


def _contact(section: str, raw: Mapping[str, Any], since: date) -> Iterator[Value]:
    for part in ("name", "address"):
        for language, words in raw.get(part, {}).items():
            yield Value(f"{section}.{part}.{language}", words, raw["url"], raw["confidence"], since)
    yield Value(f"{section}.url", raw["url"], raw["url"], raw["confidence"], since)


def _authority(section: str, said: Mapping[str, str]) -> Authority:
    parts: dict[str, dict[str, str]] = {"name": {}, "address": {}}
    for path, words in said.items():
        part, _, language = path.removeprefix(f"{section}.").partition(".")
        if language:
            parts[part][language] = words
    return Authority(parts["name"], parts["address"], said[f"{section}.url"])
