"""What a deletion is of: the account with all there is, one system, or one kind of data there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal import config
from portal.deletion.models import Deletion
from portal.kernel.problems import N_, NotFound
from portal.sources import registry
from portal.sources.base import Source
from portal.web import words

_PART, _SYSTEM = N_("%(data)s in %(system)s"), N_("Everything in %(system)s")


@dataclass(frozen=True)
class Scope:
    """The account where `system` is empty; the whole of a system where `category` (one of its tables) is."""

    system: str = ""
    category: str = ""

    @property
    def is_account(self) -> bool:
        """Tell the account from a part, with which the account and the sign-in stay."""
        return not self.system

    @property
    def grace(self) -> timedelta:
        """Return how long somebody can change their mind."""
        site = config.site()
        return timedelta(days=site.grace_days if self.is_account else site.part_grace_days)

    def title_in(self, language: str) -> str:
        """Return in words what goes, "" for the account."""
        if self.is_account:
            return ""
        manifest = registry.active().get(self.system).manifest
        say, system = words.of(language).say, manifest.title.in_(language)
        if not self.category:
            return say(_SYSTEM, system=system)
        return say(_PART, data=manifest.tables[self.category].title.in_(language), system=system)

    def sources(self) -> list[Source]:
        """Return the systems that a deletion of this speaks to, ours last."""
        return list(registry.active().all()) if self.is_account else [registry.active().get(self.system)]

    def with_it(self) -> tuple[str, ...]:
        """Return the tables that go because the category does; raises SourceUnavailable."""
        return registry.active().get(self.system).goes_with(self.category) if self.category else ()

    def tables(self) -> tuple[str, ...] | None:
        """Return the tables that go, None for all; raises SourceUnavailable, and NotFound where one cannot go alone."""
        if not self.category:
            return None
        with_it = self.with_it()
        if registry.active().get(self.system).manifest.subject.table in with_it:
            raise NotFound
        return self.category, *with_it


ACCOUNT = Scope()


def scope(system: str, category: str) -> Scope:
    """Return what somebody may have deleted; NotFound for anything else."""
    if not system and not category:
        return ACCOUNT
    source = registry.active().get(system)
    if source.id == registry.OWN or (category and not can_go(source, category)):
        raise NotFound
    return Scope(system, category)


def scope_of(deletion: Deletion) -> Scope:
    """Return what a deletion is of."""
    return Scope(deletion.system, deletion.category)


def can_go(source: Source, category: str) -> bool:
    """Tell whether a table can go alone: not that of the persons, none to be kept, none whose rows others refer to."""
    table = source.manifest.tables.get(category)
    is_part = table is not None and table.erase != "keep" and category != source.manifest.subject.table
    return is_part and source.divisible and not (table and table.link and table.link.while_used)
