"""How a language speaks: its sentences, and how it writes dates, numbers and sizes.

The .po files are what is shipped: each is compiled in memory when its language is first wanted, so none can be stale.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale, dates, lists, numbers
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from portal.config import ConfigProblem
from portal.kernel import clock
from portal.kernel.counts import AtLeast
from portal.kernel.problems import N_
from portal.web.present import known
from portal.web.shipped import shipped

SOURCE = "en"  # the language that sentences are written in
_REGION = {"en": "en_GB"}  # 12 December 2026, as most of the world's English writes it
_DAYS = {"vi": "d 'tháng' M 'năm' y"}  # as it stands in a sentence; what Babel has is for forms: 12 tháng 12, 2026
_UNITS = ("B", "kB", "MB", "GB", "TB")
_MOMENT = N_("%(clock)s on %(day)s (%(zone)s)")


class _Nothing(NullTranslations):
    """A catalogue that says nothing, where others repeat what they do not know."""

    def gettext(self, message: str) -> str:
        return ""


class Words:
    """One language in one time zone."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self.zone = ZoneInfo(zone)
        self.catalogue = _catalogue(language)
        self.locale = str(Locale.parse(_REGION.get(language, language)))

    def say(self, text: str, /, **facts: object) -> str:
        """Return a sentence in this language, filled with facts; without facts a % stays a %."""
        said = self.catalogue.gettext(text) if text else ""
        return said % facts if facts else said

    def lacks(self, text: str) -> bool:
        """Tell whether a sentence is not there in this language; the one that all are written in lacks none."""
        if self.language == SOURCE:
            return False
        strict = copy(self.catalogue)
        strict.add_fallback(_Nothing())
        return not strict.gettext(text)

    def plural(self, one: str, many: str, count: int, /, **facts: object) -> str:
        """Return the sentence for a count, which it may show as %(num)s."""
        return self.catalogue.ngettext(one, many, count) % {"num": self.number(count), **facts}

    def day(self, when: date) -> str:
        """Spell a day: 12 December 2026."""
        return _spelled(self._local(when), self.locale)

    def today(self) -> date:
        """Return what day it is there."""
        return clock.now().astimezone(self.zone).date()

    def short_day(self, when: date) -> str:
        """Write a day without its year, for the axis of a plot: 12 Dec."""
        return str(dates.format_skeleton("MMMd", self._local(when), locale=self.locale))

    def month(self, year: int, month: int) -> str:
        """Spell a month: December 2026."""
        return str(dates.format_skeleton("yMMMM", date(year, month, 1), locale=self.locale))

    def clock(self, when: datetime) -> str:
        """Return hour and minute: 14:02."""
        local = when.astimezone(self.zone)
        return f"{local.hour:02}:{local.minute:02}"

    def moment(self, when: datetime) -> str:
        """Return day, hour and zone, for what expires: 14:02 on 12 December 2026 (UTC+7)."""
        local = when.astimezone(self.zone)
        day, zone = _spelled(local.date(), self.locale), _zone_name(local.utcoffset() or timedelta(0))
        return self.say(_MOMENT, clock=f"{local.hour:02}:{local.minute:02}", day=day, zone=zone)

    def number(self, number: float) -> str:
        """Return a number as this language groups it: 100,000; one that was not counted to the end as 10,000+."""
        return _grouped(number, self.locale) + "+" * isinstance(number, AtLeast)

    def exact(self, number: Decimal) -> str:
        """Return a number with every digit that it has."""
        return numbers.format_decimal(number, locale=self.locale, decimal_quantization=False)

    def money(self, sum_: Decimal, currency: str) -> str:
        """Return a sum as this language writes it, with every digit that it has: ₫150,000."""
        return numbers.format_currency(sum_, currency, locale=self.locale, decimal_quantization=False)

    def sum_in_words(self, amount: str | int, currency: str) -> str:
        """Return a sum in words: 1,500,000 Vietnamese dong; as it is where it is no number."""
        try:
            return numbers.format_currency(Decimal(amount), currency, locale=self.locale, format_type="name")
        except ArithmeticError:
            return f"{amount} {currency}"

    def size(self, size: float) -> str:
        """Return a count of bytes as people read it: 4.1 MB."""
        unit = 0
        while size >= 999.5 and unit < len(_UNITS) - 1:
            size, unit = size / 1000, unit + 1
        return f"{self.number(round(size, 0 if size >= 10 or not unit else 1))} {_UNITS[unit]}"

    def listed(self, things: Iterable[object]) -> str:
        """Join things as a sentence does: A, B and C."""
        return lists.format_list([str(thing) for thing in things], locale=self.locale)

    def _local(self, when: date) -> date:
        return when.astimezone(self.zone).date() if isinstance(when, datetime) else when


@cache
def of(language: str, zone: str = "UTC") -> Words:
    """Return the words of a language; without a request, for mails."""
    return Words(language, zone)


def here() -> Words:
    """Return the words of the person whose request this is."""
    words: Words = known().words
    return words


def _(text: str, /, **facts: object) -> str:
    """Say a sentence in the language of the request."""
    return here().say(text, **facts)


def check(languages: Iterable[str], rooms: Mapping[str, Iterable[str]]) -> None:
    """Refuse languages that no catalogue speaks, all rooms or one alone: ConfigProblem with those that there are."""
    folder = shipped("translations")
    wanted = [(language, "messages") for language in languages if language != SOURCE]
    wanted += [(language, room) for room, more in rooms.items() for language in more]
    for language, name in wanted:
        if not (folder / language / "LC_MESSAGES" / f"{name}.po").is_file():
            known = sorted({SOURCE, *(file.parts[-3] for file in folder.glob(f"*/LC_MESSAGES/{name}.po"))})
            key = "languages" if name == "messages" else f"room_languages.{name}"
            says = f"{key} names {language!r}, which there is no catalogue for; there are: {', '.join(known)}"
            raise ConfigProblem(f"site.toml: {says}")


@cache
def name_of(language: str) -> str:
    """Return how a language calls itself: Tiếng Việt."""
    name = str(Locale.parse(language).display_name)
    return name[0].upper() + name[1:]


def _catalogue(language: str) -> NullTranslations:
    """Read a language's sentences; the source language has no file and needs none.

    A language that some rooms alone are in has one file a room, such as children.po.
    """
    folder = shipped("translations") / language / "LC_MESSAGES"
    files = [folder / "messages.po"] if (folder / "messages.po").is_file() else sorted(folder.glob("*.po"))
    if not files:
        return NullTranslations()
    compiled = io.BytesIO()
    known = Catalog(locale=language)
    for source in files:
        with source.open("rb") as lines:
            for entry in pofile.read_po(lines, locale=language):
                known[entry.id] = entry
    mofile.write_mo(compiled, known)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _zone_name(offset: timedelta) -> str:
    """Return how far a zone is from UTC: UTC+7, UTC+5:30."""
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


@lru_cache(maxsize=4096)
def _grouped(number: float, locale: str) -> str:
    return numbers.format_decimal(number, locale=locale)


@lru_cache(maxsize=4096)
def _spelled(day: date, locale: str) -> str:
    return dates.format_date(day, _DAYS.get(locale, "long"), locale=locale)
