"""What a system says of a deletion, in the language of the page."""

from __future__ import annotations

import re
from datetime import date

from portal.sources.base import Affected, Blocker
from portal.web.words import here

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[ T])")


def sentence(found: Blocker | Affected) -> str:
    """Return a sentence with its dates, numbers and sums written as the language writes them."""
    facts = {name: _fact(fact, found.money.get(name, "")) for name, fact in found.facts.items()}
    return found.say.filled(here().language, facts)


def _fact(fact: str | int, currency: str) -> str:
    if currency:
        return here().sum_in_words(fact, currency)
    if isinstance(fact, int):
        return here().number(fact)
    return here().day(date.fromisoformat(fact[:10])) if _DAY.match(fact) else fact
