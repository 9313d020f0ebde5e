"""What a deletion does to anybody's data, as the manifests say it: for the page that needs no account (RULES E1)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.cases import deadlines
from portal.sources import registry
from portal.sources.base import Source
from portal.sources.manifest import Table


@dataclass(frozen=True)
class Kept:
    """A kind of data that outlives the account: why, and for how many years (0 where no date is set)."""

    title: str
    reason: str
    years: int


@dataclass(frozen=True)
class Promise:
    """One system in one language: what is deleted, what loses its person, what is kept."""

    system: str
    deleted: list[str]
    nameless: list[str]
    kept: list[Kept]


def promises(language: str) -> list[Promise]:
    """Return the promise of every connected system."""
    return [_promise(source, language) for source in registry.active().connected()]


def most_days() -> int:
    """Return in how many days after it was asked a deletion is over at the latest, by the site's law."""
    return deadlines.days("deletion")


def _promise(source: Source, language: str) -> Promise:
    tables = list(source.manifest.tables.values())
    titles = {
        action: [table.title.in_(language) for table in tables if table.erase == action]
        for action in ("delete", "anonymise")
    }
    kept = [_kept(table, language) for table in tables if table.erase == "keep"]
    return Promise(source.title.in_(language), titles["delete"], titles["anonymise"], kept)


def _kept(table: Table, language: str) -> Kept:
    reason = table.keep.reason.in_(language) if table.keep else ""
    years = table.keep.until.years if table.keep and table.keep.until else 0
    return Kept(table.title.in_(language), reason, years)
