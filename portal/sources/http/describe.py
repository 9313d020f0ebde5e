"""The manifest of an HTTP system against the system's own description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portal.sources.base import Finding, Shape
from portal.sources.manifest import Manifest, Table

PROTOCOL = 1


def compare(manifest: Manifest, described: Mapping[str, Any]) -> list[Finding]:
    """Return where the two differ; an error is what an export or erasure would stumble over."""
    return [
        *_abilities(manifest, described),
        *_tables(manifest, described["tables"]),
        *_location(manifest, described["tables"]),
    ]


def shape(described: Mapping[str, Any]) -> Shape:
    """Return what the system says of itself by table: each column, what an erasure does, until when rows are kept."""
    return {str(name): dict(_shape(told)) for name, told in sorted(described["tables"].items())}


def _shape(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((str(column), "column") for column in told["columns"])
    yield "erasure", str(told["erase"])
    if keep := told.get("keep"):
        yield "kept", f"{keep['years']} years by {keep['column']}"


def _abilities(manifest: Manifest, described: Mapping[str, Any]) -> Iterator[Finding]:
    if described["protocol"] != PROTOCOL:
        yield Finding("error", "", "", f"It speaks version {described['protocol']} of the protocol, not {PROTOCOL}.")
    for kind in sorted({match.kind for match in manifest.subject.match} - set(described["identifiers"])):
        yield Finding("error", manifest.subject.table, "", f"It cannot find anybody by {kind}. Take it out of match.")
    yield from _afterwards(manifest, described)
    if manifest.location and not described.get("location"):
        yield Finding(
            "error", manifest.location.points, "", "It has no location history to ask for. Take out [location]."
        )
    if described.get("location") and not manifest.location:
        yield Finding("warning", "", "", "It has a location history that nobody sees here. Write a [location].")
    for name in sorted(manifest.preferences.keys() - set(described["preferences"])):
        yield Finding("error", "", name, "It does not know this preference. Take it out of [preferences].")


def _afterwards(manifest: Manifest, described: Mapping[str, Any]) -> Iterator[Finding]:
    """Say where the two differ in what the system can do after an erasure."""
    if manifest.sweep and not described.get("sweep"):
        yield Finding("error", "", "", "It cannot look through its texts. Take out sweep.")
    if described.get("sweep") and not manifest.sweep:
        yield Finding("warning", "", "", "It can look through its texts after an erasure. Write sweep = true.")
    if manifest.retention and not described.get("retention"):
        yield Finding("error", "", "", "It cannot say what has come to its date. Take out retention.")
    if described.get("retention") and not manifest.retention:
        say = "It can delete what has come to its date when it is asked. Write retention = true."
        yield Finding("warning", "", "", say)


def _tables(manifest: Manifest, described: Mapping[str, Any]) -> Iterator[Finding]:
    for name in sorted(described.keys() - manifest.tables.keys()):
        yield Finding("error", name, "", "It holds this table and the manifest does not cover it.")
    for name in sorted(manifest.tables.keys() - described.keys()):
        yield Finding("error", name, "", "It does not know this table. Mend the name, or take the table out.")
    for name, told in described.items():
        if table := manifest.tables.get(name):
            yield from _table(table, told)
            yield from _keep(manifest, table, told.get("keep"))


def _keep(manifest: Manifest, table: Table, told: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Say where the two keep rows by another date; of a system that is not asked, that it must do it alone."""
    until = table.keep.until if table.keep else None
    if until and not manifest.retention:
        yield Finding("warning", table.name, "", "It deletes what has come to its date by itself; nobody sees it here.")
    elif until and told != {"column": until.column, "years": until.years}:
        say = f"It does not keep rows by {until.column} for {until.years} years. Mend until, or the system."
        yield Finding("error", table.name, "", say)


def _location(manifest: Manifest, described: Mapping[str, Any]) -> Iterator[Finding]:
    """Say which columns of the points do not exist; a table that does not is said already."""
    if (place := manifest.location) and place.points in described:
        there = set(described[place.points]["columns"])
        for column in (place.time, place.latitude, place.longitude):
            if column not in there:
                yield Finding("error", place.points, column, "It has no such column. Mend [location].")


def _table(table: Table, told: Mapping[str, Any]) -> Iterator[Finding]:
    if told["erase"] != table.erase:
        say = f'It does "{told["erase"]}" where the manifest promises "{table.erase}".'
        yield Finding("error", table.name, "", say)
    for one in table.correctable:
        if one.name not in told.get("corrects", ()):
            yield Finding("error", table.name, one.name, "It cannot correct this. Take correct out.")
    for column in sorted(table.columns.keys() - set(told["columns"])):
        yield Finding("warning", table.name, column, "It has no such column.")
