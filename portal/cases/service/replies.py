"""What staff write often, in every language: data, with places for the reference and for dates and nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from portal import config
from portal.cases.models import Case
from portal.cases.service import notifying
from portal.kernel.problems import NotFound
from portal.web import words

PLACES = frozenset({"reference", "received_on", "complete_by"})


@dataclass(frozen=True)
class Reply:
    """One text by language, with its title; its places are among PLACES."""

    id: str
    title: Mapping[str, str]
    text: Mapping[str, str]

    def title_in(self, language: str) -> str:
        """Return its title."""
        return self.title.get(language) or next(iter(self.title.values()))


@cache
def replies() -> dict[str, Reply]:
    """Return every text there is, in the order of the file."""
    raw = tomllib.loads((resources.files("portal.cases") / "data" / "replies.toml").read_text(encoding="utf-8"))
    return {name: Reply(name, **told) for name, told in raw.items()}


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
