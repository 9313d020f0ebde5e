"""Which columns look like choices of people, and what the portal may call them: suggestions, written as comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from portal.sources.sql.draft import guess
from portal.sources.sql.draft.entries import Entry
from portal.sources.sql.schema import LiveColumn, LiveTable

_CHANNELS = {
    "email": "email", "emails": "email", "mail": "email", "mails": "email", "sms": "sms", "push": "push",
    "phone": "phone", "telephone": "phone", "call": "phone", "calls": "phone", "post": "post", "postal": "post",
    "letter": "post", "letters": "post", "whatsapp": "whatsapp", "zalo": "zalo",
}  # fmt: skip
_ADVERTISING = {"advertising", "marketing", "newsletter", "newsletters", "promo", "promos", "promotional"}
_TOPICS = {
    "ads", "campaigns", "deals", "events", "news", "offers", "programmes", "programs", "promotions", "surveys", "tips",
}  # fmt: skip
_REFUSING = {"block", "blocked", "dont", "never", "optout", "stop", "unsubscribe", "unsubscribed"}
_SWITCHES = _REFUSING | {
    "accept", "accepts", "accepted", "agree", "agreed", "allow", "allows", "allowed", "consent", "enabled", "ok",
    "opt", "optin", "receive", "receives", "subscribed", "wants",
}  # fmt: skip
_OF_CHOICES = {"choice", "consent", "optin", "optout", "permission", "preference"}  # words of a table's name
_PLACES = {"geo", "geolocation", "gps", "location"}
_SHARING = _SWITCHES | {"level", "precision", "share", "sharing", "track", "tracking"}
_NO_CHOICE = {"at", "by", "count", "date", "id", "ip", "sent", "source", "time", "token", "total", "url", "version"}
_OFF, _ON = {"0", "f", "false", "n", "no", "none", "off"}, {"1", "j", "on", "t", "true", "y", "yes"}
_COARSE, _FINE = {"approximate", "city", "coarse"}, {"exact", "fine", "full", "gps", "precise"}
_WORD = re.compile(r"'((?:[^']|'')*)'")
Values = Mapping[str, bool | int | str]


@dataclass(frozen=True)
class Suggestion:
    """One line of [preferences] to be; `unsure` is the comment beside it."""

    name: str
    column: str
    values: Values
    unsure: str


def suggestions(entries: Iterable[Entry]) -> Iterator[Suggestion]:
    """Yield the columns that may hold choices, of the persons and of what refers to them directly; each name once."""
    start, *others = entries
    taken: set[str] = set()
    for entry in [start, *(one for one in others if one.parent in (start, None) and not one.only_cut)]:
        for column in entry.live.columns.values():
            if _could_hold(entry, column) and (name := _name(entry.live, column)):
                values, unsure = _values(entry.live, column, name)
                name = next(free for free in _names(name) if free not in taken)
                taken.add(name)
                yield Suggestion(name, f"{entry.name}.{column.name}", values, unsure)


def _could_hold(entry: Entry, column: LiveColumn) -> bool:
    """Tell whether a column can hold a choice at all: a yes or no, or a word of a list."""
    referring = {name for key in entry.live.references for name in key.columns}
    if column.generated or column.name in {*entry.live.key, *referring} or "." in column.name:
        return False
    if guess.is_secret(column) or guess.is_time(column) or _NO_CHOICE & set(guess.words(column.name)[-1:]):
        return False
    if column.kind in ("text", "other"):
        return not guess.is_email(entry.live, column) and not guess.is_phone(column) and guess.is_setting(column)
    return column.kind in ("boolean", "integer")


def _name(live: LiveTable, column: LiveColumn) -> str:
    """Return what the choice may be called, "" where a column does not look like one."""
    said = guess.words(column.name)
    if _PLACES & set(said):
        return "location.level" if _SHARING & set(said) and said[:1] != ["os"] else ""
    channel = next((_CHANNELS[word] for word in said if word in _CHANNELS), "")
    topic = next((word for word in said if word in _TOPICS or word in _ADVERTISING), "")
    if topic not in _ADVERTISING and not _is_asked(live, said, channel, topic):
        return ""
    return f"marketing.{topic if topic not in ('', 'marketing') else 'news'}.{channel or 'email'}"


def _is_asked(live: LiveTable, said: list[str], channel: str, topic: str) -> bool:
    """Tell whether two signs meet: of topic, channel, a word of yes or no, and a table of choices."""
    of_choices = any(guess.singular(word) in _OF_CHOICES for word in guess.words(live.name))
    signs = (bool(topic), bool(channel), bool(_SWITCHES & set(said)) or said[:1] == ["no"], of_choices)
    return (bool(topic) or bool(channel)) and sum(signs) > 1


def _names(name: str) -> Iterator[str]:
    first, topic, rest = (*name.split("."), "")[:3]
    yield name
    yield from (".".join(filter(None, (first, f"{topic}-{number}", rest))) for number in count(2))


def _values(live: LiveTable, column: LiveColumn, name: str) -> tuple[Values, str]:
    """Return what each state is in the column, none where it goes without saying, and what is unsure of it."""
    said = guess.words(column.name)
    refuses = bool(_REFUSING & set(said)) or said[:1] == ["no"] or {"opt", "out"} <= set(said)
    if column.kind in ("boolean", "integer"):
        yes, no = (True, False) if column.kind == "boolean" else (1, 0)
        narrow = "it holds two values: has location.level no more than off and on?" if name == "location.level" else ""
        return ({"off": yes, "on": no} if refuses else {}), narrow
    known = _listed(live, column)
    states = [_OFF, _COARSE, _FINE] if name == "location.level" else [_ON, _OFF] if refuses else [_OFF, _ON]
    found = [[word for word in known if word.casefold() in words] for words in states]
    names = ("off", "approximate", "precise") if name == "location.level" else ("off", "on")
    if sum(map(len, found)) == len(known) and all(len(words) == 1 for words in found):
        return {state: words[0] for state, words in zip(names, found, strict=True)}, ""
    guessed = names if name == "location.level" else ("yes", "no") if refuses else ("no", "yes")
    listed = f": {', '.join(known)}" if known else ""
    return dict(zip(names, guessed, strict=True)), f"which words does the column hold{listed}?"


def _listed(live: LiveTable, column: LiveColumn) -> list[str]:
    """Return the words that a column may hold, as its type or a CHECK lists them."""
    named = re.compile(rf"\b{re.escape(column.name)}\b", re.IGNORECASE)
    listing = column.type if column.type.casefold().startswith("enum") else ""
    found = _WORD.findall(" ".join([listing, *(check for check in live.checks if named.search(check))]))
    return [word.replace("''", "'") for word in dict.fromkeys(found)]
