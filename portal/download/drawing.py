"""How the pages of a copy are drawn, without a request: their templates, and a value as people read it."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader

from portal.kernel.problems import N_
from portal.sources import values
from portal.web import templates
from portal.web.shipped import shipped
from portal.web.words import Words

_LONGEST = 2000  # characters of a value on the page


@cache
def pages(words: Words) -> Environment:
    """Return the templates in a language, for work without a request."""
    return templates.environment(words, FileSystemLoader(shipped("templates")))


def shown(value: Any, words: Words) -> str:
    """Return a value as people read it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return words.say(N_("A file of %(size)s; it is in the JSON file."), size=words.size(len(value)))
    if isinstance(value, bool):
        return words.say(N_("Yes") if value else N_("No"))
    if isinstance(value, datetime) and value.tzinfo:
        return words.moment(value)
    if isinstance(value, datetime):  # in a zone that only the system knows
        return f"{words.day(value.date())}, {value:%H:%M}"
    if isinstance(value, date):
        return words.day(value)
    text = values.text(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
