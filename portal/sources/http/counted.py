"""What a system answers to `counts`, as a preview; KeyError, TypeError or ValueError where it is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from portal.sources.base import Affected, Blocker, Line, Preview
from portal.sources.http.stream import moment
from portal.sources.manifest import Manifest, Text
from portal.sources.manifest.model import BlockKind, Way


def preview(manifest: Manifest, answer: Mapping[str, Any]) -> Preview:
    """Return it with a line for each table, zero rows stated, in the order of the manifest."""
    told = [_line(manifest, line) for line in answer["lines"]]
    silent = manifest.tables.keys() - {line.table for line in told}
    told += [_line(manifest, {"table": name, "rows": 0}) for name in silent]
    places = list(manifest.tables)
    return Preview(
        tuple(sorted(told, key=lambda line: (places.index(line.table), line.controller))),
        tuple(_blocker(manifest, entry) for entry in answer["blockers"]),
        moment(answer["as_of"]),
        tuple(_affected(manifest, entry) for entry in answer.get("affected", ())),
    )


def _line(manifest: Manifest, told: Mapping[str, Any]) -> Line:
    table = manifest.tables[told["table"]]
    until = date.fromisoformat(told["until"]) if told.get("until") else None
    controller = str(told.get("controller") or manifest.controller)
    reason = table.keep.reason if table.keep else None
    return Line(table.name, table.title, int(told["rows"]), table.erase, controller, reason, until)


def _blocker(manifest: Manifest, told: Mapping[str, Any]) -> Blocker:
    kind: BlockKind = next(kind for kind in get_args(BlockKind) if kind == told["kind"])
    facts = {str(name): fact if isinstance(fact, int) else str(fact) for name, fact in told["facts"].items()}
    money = {str(name): str(currency) for name, currency in told.get("money", {}).items()}
    way_out = Text.of(told["way_out"]) if told.get("way_out") else None
    url = str(told.get("url", ""))
    if url and not url.startswith(("https://", "http://")):
        raise ValueError
    return Blocker(kind, manifest.tables[told["table"]].name, Text.of(told["say"]), facts, money, way_out, url)


def _affected(manifest: Manifest, told: Mapping[str, Any]) -> Affected:
    then: Way = next(way for way in get_args(Way) if way == told.get("then", "notice"))
    table = manifest.tables[told["table"]].name
    return Affected(table, Text.of(told["say"]), {"people": int(told["people"])}, then)
