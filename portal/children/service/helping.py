"""Who helps at once in a country: numbers from a data file, each with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parents[1] / "data" / "help.toml"


@dataclass(frozen=True)
class Help:
    """The numbers of one country, as dialled there: in danger, for children, "" or for parents; and where from."""

    country: str
    emergency: str
    child: str
    source: str
    confidence: str
    parent: str = ""


def of(country: str) -> Help | None:
    """Return the numbers of a country (ISO 3166) or of that of a region; None where none are known."""
    return everywhere().get(country.partition("-")[0].upper())


@cache
def everywhere() -> dict[str, Help]:
    """Return the numbers of every country that has any."""
    data: dict[str, Any] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    known = {**dict.fromkeys(data["eu"], data["shared"]), **data["countries"]}
    return {
        country: Help(country, **{name: _unbroken(name, text) for name, text in row.items()})
        for country, row in known.items()
    }


def _unbroken(name: str, text: str) -> str:
    """Keep a number on one line."""
    return text if name in ("source", "confidence") else text.replace(" ", "\u00a0")
