"""What staff write often, in every language: texts with places for the reference and for dates, and nothing else.

Some are shipped as data; what an admin writes stands above them.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from portal import config
from portal.cases.models import LONGEST, Case, ReplyText
from portal.cases.service import notifying
from portal.kernel import audit, clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, Problem
from portal.web import words

PLACES = frozenset({"reference", "received_on", "complete_by"})
MOST = 100  # texts that a site can have of its own

audit.declare("cases.reply_written", "reply", "language")


class BadText(Problem):
    """A text without title or words, too long, or with a place that is none; facts: `places`."""

    status, code = 422, "bad-text"
    say = N_("A text needs a title, some words, and no other places than %(places)s.")
    then = N_("Write what else is needed when you send it. What you wrote is still there.")


@dataclass(frozen=True)
class Reply:
    """One text by language, with its title; its places are among PLACES. `own`: the languages that an admin wrote."""

    id: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    own: frozenset[str] = frozenset()

    def title_in(self, language: str) -> str:
        """Return its title."""
        return self.title.get(language) or next(iter(self.title.values()))


@cache
def _shipped() -> dict[str, Reply]:
    raw = tomllib.loads((resources.files("portal.cases") / "data" / "replies.toml").read_text(encoding="utf-8"))
    return {name: Reply(name, **told) for name, told in raw.items()}


def replies() -> dict[str, Reply]:
    """Return every text there is: what is shipped in the order of its file, then what this site has added."""
    found = dict(_shipped())
    for row in ReplyText.select().order_by(ReplyText.id):
        before = found.get(row.name, Reply(row.name, {}, {}))
        titles, texts = {**before.title, row.language: row.title}, {**before.text, row.language: row.text}
        found[row.name] = Reply(row.name, titles, texts, before.own | {row.language})
    return found


def write(name: str, language: str, title: str, text: str, staff: int) -> None:
    """Keep a text in one language above the one that was there; BadText, NotFound for a language of no site."""
    if language not in config.site().languages:
        raise NotFound
    known = replies()
    if not title.strip() or not text.strip() or len(text) > LONGEST or _places(text) - PLACES or len(title) > 80:
        raise BadText(places=", ".join(sorted(f"{{{place}}}" for place in PLACES)))
    if name not in known and len(known) >= MOST:
        raise NotFound
    kept = {"title": title.strip(), "text": text.strip() + "\n", "staff": staff, "at": clock.now()}
    with atomic():
        ReplyText.insert(name=name, language=language, **kept).on_conflict(
            conflict_target=[ReplyText.name, ReplyText.language], update=kept
        ).execute()
        audit.record("cases.reply_written", actor=f"staff:{staff}", reply=name, language=language)


def take_back(name: str, language: str, staff: int) -> None:
    """Let the shipped text count again, or none; harmless where nothing was written."""
    mine = (ReplyText.name == name) & (ReplyText.language == language)
    with atomic():
        if ReplyText.delete().where(mine).execute():
            audit.record("cases.reply_written", actor=f"staff:{staff}", reply=name, language=language)


def language_of(case: Case) -> str:
    """Return the language in which whoever asked is written to."""
    to = notifying.recipient(case)
    return to.language if to else case.language or config.site().languages[0]


def filled(case: Case, name: str) -> str:
    """Return a text in the language of the person, with reference and dates put in; NotFound for one there is not."""
    reply, language = replies().get(name), language_of(case)
    if reply is None:
        raise NotFound
    spoken = words.of(language, config.site().timezone)
    return (reply.text.get(language) or next(iter(reply.text.values()))).format(
        reference=case.reference,
        received_on=spoken.day(case.received_at),
        complete_by=spoken.day(case.complete_by),
    )


def _places(text: str) -> set[str]:
    """Return the places of a text; whatever the writing of places does not allow is a place that is none."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return {"{"}
    return {
        name if not spec and not conversion else f"{name}!{conversion}:{spec}"
        for _, name, spec, conversion in parts
        if name is not None
    }
