"""Having a system look through its own texts for somebody who was erased there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any, get_args

from portal.sources.base import Identifier, Mention, Person, Row, Why
from portal.sources.identifiers import normal
from portal.sources.manifest import Manifest

_SOUGHT = ("email", "phone")


def on_row(manifest: Manifest, rows: Collection[Row]) -> Iterator[Identifier]:
    """Yield the addresses and numbers on somebody's own rows there, by the columns that the manifest finds them by."""
    for match in manifest.subject.match:
        for row in rows:
            if found := normal(match, row.get(match.column)):
                yield found


def sought(person: Person) -> list[dict[str, str]]:
    """Return what is looked for, as the protocol writes it: addresses and numbers, never names."""
    known = {one for one in (*person.identifiers, *person.traces) if one.kind in _SOUGHT}
    return [asdict(one) for one in sorted(known, key=lambda one: (one.kind, one.value))]


def mention(manifest: Manifest, told: Mapping[str, Any]) -> Mention:
    """Return what a system says of one column; KeyError or ValueError for what the manifest does not have."""
    [why] = [why for why in get_args(Why) if why == told["why"]]
    rows = int(told["rows"])
    if rows < 1:
        raise ValueError
    return Mention(manifest.tables[told["table"]].name, str(told["column"]), rows, why)
