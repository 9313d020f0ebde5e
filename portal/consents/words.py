"""How choices, and their way into the systems, are told: the same words in every room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from portal.config import Words as Texts
from portal.consents.models import ConsentEvent
from portal.consents.receipts import titled_origin
from portal.consents.service import OBJECTION, RESTRICTION, Choice, Passed, stop_of
from portal.consents.service.names import takers
from portal.consents.service.remembering import HERE
from portal.kernel.problems import N_
from portal.sources import registry
from portal.subjects.models.session import STANDS
from portal.web.site import site
from portal.web.words import Words, _, here

_RESTRICTED = N_("It does not count since %(day)s, because your account is restricted. Your request is %(reference)s.")
_OBJECTED = N_("It does not count since %(day)s, because you objected to it. Your request is %(reference)s.")
_HELD = N_("It does not count since %(day)s, while we check a request. Its reference is %(reference)s.")
# States in a word; one that is a number counts months, and any other is a word of the site's own file.
STATES = {
    "on": N_("On"),
    "off": N_("Off"),
    "approximate": N_("Approximate"),
    "precise": N_("Precise"),
    "keep": N_("Until I delete them"),
}


class Line(NamedTuple):
    """One system as a person reads it: its name, what happened at length and in short, and a word with its tone."""

    title: str
    hint: str
    short: str
    word: str
    tone: str = ""


def lines(systems: Iterable[Passed]) -> list[Line]:
    """Return where a choice stands in each system, never more than has happened."""
    words = here()
    today = words.today()
    return [_line(words, today, system) for system in systems]


def told(systems: Sequence[Line]) -> str:
    """Return one sentence on all systems: Booking App confirmed at 14:02, CRM not yet."""
    return ", ".join(system.short for system in systems) + "." if systems else ""


def stopped(choices: Mapping[str, Choice], purpose_id: str) -> str:
    """Return why what was chosen does not count at the moment, "" where it does; for beside the control."""
    name = stop_of(choices, purpose_id)
    if name is None:
        return ""
    said = _RESTRICTED if name == RESTRICTION else _OBJECTED if name.startswith(OBJECTION) else _HELD
    stop = choices[name]
    return _(said, day=here().day(stop.at) if stop.at else "", reference=stop.case)


def local(texts: Texts) -> str:
    """Return words of the site's own file in the language of the request, else in the first there is."""
    return texts.get(here().language) or next(iter(texts.values()))


def state(chosen: str) -> str:
    """Return a state in a word."""
    if chosen.isdecimal():
        return here().plural("%(num)s month", "%(num)s months", int(chosen))
    return _(STATES[chosen]) if chosen in STATES else chosen


def titled(name: str) -> str:
    """Return what a name of the ledger is called, with the system for which alone it was chosen."""
    purpose_id, _at, source_id = name.partition("@")
    known = site().purposes.get(purpose_id)
    title = local(known.title) if known else purpose_id
    if not source_id:
        return title
    connected = {one.id: one.title.in_(here().language) for one in registry.active().connected()}
    return _("%(purpose)s in %(system)s", purpose=title, system=connected.get(source_id, source_id))


def recorded(event: ConsentEvent) -> str:
    """Return where and when a choice was recorded before it came here, "" for one that was made here."""
    if not event.origin:
        return ""
    day, origin = here().day(event.said_at or event.at), titled_origin(event.origin, here().language)
    if event.origin == HERE:
        return _("As you said here on %(day)s, before your earlier account was deleted", day=day)
    if event.said_at is None:
        return _("As %(system)s had it on %(day)s", system=origin, day=day)
    return _("As recorded in %(system)s on %(day)s", system=origin, day=day)


def found_at(choice: Choice, purpose_id: str) -> str:
    """Return where what holds was found, for a choice that was not made here, and that others may have another."""
    system = titled_origin(choice.origin, here().language)
    had = _("As %(system)s had it on %(day)s", system=system, day=here().day(choice.at) if choice.at else "")
    if len(takers(purpose_id)) == 1:
        return f"{had}."
    own = _("Until you choose, each system keeps its own setting.")
    return f"{had}. {own}"


def when(words: Words, moment: datetime) -> str:
    """Return the hour of what happened today, hour and day of what happened before."""
    return _spelled(words, words.today(), moment)


# The same moments are told on each page and in each of its lines; a day that begins has them told anew.
@lru_cache(maxsize=4 * STANDS)
def _spelled(words: Words, today: date, moment: datetime) -> str:
    at = moment.astimezone(words.zone)
    return f"{at.hour:02}:{at.minute:02}" if at.date() == today else words.moment(at)


@lru_cache(maxsize=2 * STANDS)
def _line(words: Words, today: date, system: Passed) -> Line:
    _, title = words.say, system.title.in_(words.language)
    if system.asked_at is None:
        return Line(title, _("Keeps its own setting until you choose here."), "", _("Not asked"))
    asked = _spelled(words, today, system.asked_at)
    if system.again_at:
        return _again(words, today, system, asked, _spelled(words, today, system.again_at))
    if system.confirmed_at:
        at = _spelled(words, today, system.confirmed_at)
        hint = _("Asked at %(asked)s, confirmed at %(at)s.", asked=asked, at=at)
        return Line(title, hint, _("%(system)s confirmed at %(at)s", system=title, at=at), _("Confirmed"), "on")
    if system.trying:
        hint = _("Asked at %(asked)s. It does not answer at the moment, and we keep trying.", asked=asked)
        return Line(title, hint, _("%(system)s does not answer yet", system=title), _("Not answering"), "wrong")
    hint = _("Asked at %(asked)s.", asked=asked)
    return Line(title, hint, _("%(system)s not yet", system=title), _("Not yet"), "soon")


def _again(words: Words, today: date, system: Passed, asked: str, again: str) -> Line:
    """Return where a choice stands that a system was asked for again, because it said otherwise."""
    _, title = words.say, system.title.in_(words.language)
    if system.confirmed_at:
        at = _spelled(words, today, system.confirmed_at)
        said = _(
            "Asked at %(asked)s. It said otherwise later, was asked again at %(again)s and confirmed at %(at)s.",
            asked=asked,
            again=again,
            at=at,
        )
        return Line(title, said, _("%(system)s confirmed at %(at)s", system=title, at=at), _("Confirmed"), "on")
    said = _("Asked at %(asked)s. It said otherwise later, and was asked again at %(again)s.", asked=asked, again=again)
    return Line(title, said, _("%(system)s was asked again", system=title), _("Asked again"), "soon")
