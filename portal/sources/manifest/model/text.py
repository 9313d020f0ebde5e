"""Words to a person, in one or several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FACT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Text:
    """Words to a person in one or several languages; English is the fall-back."""

    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, said: str | Mapping[str, str]) -> Text:
        """Take plain English, or a table of languages."""
        return cls((("en", said),) if isinstance(said, str) else tuple(said.items()))

    def in_(self, language: str) -> str:
        """Return the words in a language, else in English, else in the first language there is."""
        words = dict(self.words)
        return words.get(language) or words.get("en") or next(iter(words.values()), "")

    def filled(self, language: str, facts: Mapping[str, str | int]) -> str:
        """Return the words with each {name} replaced by its fact; an unknown name stays as it is written."""
        return FACT.sub(lambda found: str(facts.get(found[1], found[0])), self.in_(language))

    def names(self) -> tuple[str, ...]:
        """Return the names of the facts that any of the languages asks for, in order, each once."""
        return tuple(dict.fromkeys(name for _, words in self.words for name in FACT.findall(words)))

    def __str__(self) -> str:
        return self.in_("en")


def humanised(name: str) -> str:
    """Make words of a column's or table's name: `billing_address` becomes `Billing address`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
