"""The archive of a download, as CONTRACT.md lays it out, as a stream of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from portal.cases import deadlines
from portal.config import Site
from portal.consents.receipts import receipts
from portal.download import masks
from portal.download.about import about
from portal.download.choice import Choice
from portal.download.drawing import pages
from portal.download.pack import Pack
from portal.download.reading import Collected
from portal.kernel.problems import N_
from portal.sources.base import Source
from portal.sources.manifest import Table
from portal.subjects import service as subjects
from portal.web.words import Words

_RECEIPTS = ("portal", "consent_events")  # where the choices are that receipts are made of
_WITHHELD = N_("Two of our staff looked at it: it is about other people, whose rights it would harm. Ask %(support)s.")
FORMAT = 1  # of manifest.json and the data files; it rises when a reader would have to change


@dataclass(frozen=True)
class Contents:
    """What goes into one archive. `missing` are systems that were asked in vain, `left_out` those not asked for."""

    reference: str
    subject_id: int
    made_at: datetime
    systems: Sequence[Collected]
    missing: Sequence[Source]
    unclaimed: bool
    choice: Choice = Choice()
    left_out: Sequence[Source] = ()


def chunks(contents: Contents, site: Site, words: Words, beat: Callable[[], None]) -> Iterator[bytes]:
    """Yield the ZIP file; `beat` is called with every chunk."""
    with Pack(contents.made_at.astimezone(words.zone)) as pack:
        for chunk in _packed(pack, contents, site, words):
            beat()
            yield chunk
        yield from pack.finish()


def _packed(pack: Pack, contents: Contents, site: Site, words: Words) -> Iterator[bytes]:
    for system in contents.systems:
        yield from _system(pack, system)
    before = len(pack.entries)
    country = contents.choice.country or subjects.country(contents.subject_id)

    def authority(language: str) -> str:
        return deadlines.authority_in(language, country)

    for receipt in receipts(contents.subject_id, authority) if contents.choice.asks(*_RECEIPTS) else ():
        yield from pack.add(f"consents/{receipt['record_id']}.json", _json(receipt))
    count = len(pack.entries) - before
    head = {"reference": contents.reference, "made_at": contents.made_at.isoformat(), "language": words.language}
    scope = _scope(contents, site, words)
    answers = {**about(site, _all(contents), words, contents.choice, country), "this_copy": scope}
    yield from pack.add("about.json", _json({**head, **answers}))
    yield from pack.add("index.html", _index(contents, site, words, answers, count))
    listed = _listed(pack, contents, words)
    yield from pack.add("manifest.json", _json({"format": FORMAT, **head, "this_copy": scope, **listed}))


def _all(contents: Contents) -> list[Source]:
    return [*(system.source for system in contents.systems), *contents.missing, *contents.left_out]


def _scope(contents: Contents, site: Site, words: Words) -> dict[str, Any]:
    """Return what this copy was asked to hold, and what of that it could not do (RULES X4, X5)."""
    choice, sources = contents.choice, _all(contents)
    hidden = _hidden(contents, words) if choice.masks(site.profile) else []
    columns = list(dict.fromkeys(title for table in hidden for title in table["columns"].values()))
    note = words.say(masks.NOTE, columns=words.listed(columns), support=site.support_email) if hidden else ""
    return {
        "everything": choice.tables is None and not choice.is_dated and not choice.withheld and not choice.records,
        "since": choice.since and choice.since.isoformat(),
        "until": choice.until and choice.until.isoformat(),
        "not_asked_for": [_place(one, table, words) for one in sources for table in choice.left_out(one)],
        "withheld": [_place(one, table, words) for one in sources for table in choice.kept_back(one)],
        "withheld_records": [
            {**_place(system.source, system.source.manifest.tables[name], words), "records": count}
            for system in contents.systems
            for name, count in system.redacted.items()
        ],
        "withheld_note": words.say(_WITHHELD, support=site.support_email) if choice.withheld or choice.records else "",
        "whole_for_want_of_a_date": [
            _place(system.source, table, words) for system in contents.systems for table in system.whole
        ],
        "masked": hidden,
        "masked_note": note,
    }


def _hidden(contents: Contents, words: Words) -> list[dict[str, Any]]:
    """Return the tables with masked columns, each with the titles of these."""
    tables = (
        (system.source, table) for system in contents.systems for table in contents.choice.tables_of(system.source)
    )
    named = [
        (source, table, {name: table.column_title(name).in_(words.language) for name in masks.masked(table)})
        for source, table in tables
    ]
    return [{**_place(source, table, words), "columns": titles} for source, table, titles in named if titles]


def _place(source: Source, table: Table, words: Words) -> dict[str, Any]:
    language = words.language
    return {
        "source": source.id,
        "system": source.title.in_(language),
        "table": table.name,
        "category": table.title.in_(language),
    }


def _system(pack: Pack, system: Collected) -> Iterator[bytes]:
    for name, sheet in system.sheets.items():
        facts = {"source": system.source.id, "table": name, "rows": sheet.rows}
        yield from pack.add(f"{sheet.path}.json", *sheet.json(), **facts)
        yield from pack.add(f"{sheet.path}.csv", *sheet.csv(), **facts)
    yield from pack.add(f"data/{system.stem}.html", *system.page, source=system.source.id)


def _index(contents: Contents, site: Site, words: Words, answers: dict[str, Any], receipts: int) -> bytes:
    drawn = (
        pages(words)
        .get_template("download/archive/index.html")
        .render(
            site=site,
            language=words.language,
            reference=contents.reference,
            made_at=contents.made_at,
            systems=[_shown(system, words) for system in contents.systems],
            missing=[source.title.in_(words.language) for source in contents.missing],
            unclaimed=contents.unclaimed,
            receipts=receipts,
            about=answers,
            choice=contents.choice,
        )
    )
    return drawn.encode()


def _shown(system: Collected, words: Words) -> dict[str, Any]:
    """Return what the first page says of a system."""
    tables = system.source.manifest.tables
    lines = [
        {"title": tables[name].title.in_(words.language), "rows": sheet.rows, "path": sheet.path}
        for name, sheet in system.sheets.items()
    ]
    return {"title": system.source.title.in_(words.language), "stem": system.stem, "tables": lines}


def _listed(pack: Pack, contents: Contents, words: Words) -> dict[str, Any]:
    """Return the body of manifest.json: every system, also one that is missing, and every file but this one."""
    there = [
        {**_named(system.source, words), "state": "complete", "as_of": system.as_of.isoformat(), "rows": system.rows}
        for system in contents.systems
    ]
    missing = [{**_named(source, words), "state": "missing"} for source in contents.missing]
    left_out = [
        {**_named(source, words), "state": "withheld" if contents.choice.kept_back(source) else "not asked for"}
        for source in contents.left_out
    ]
    return {"sources": there + missing + left_out, "files": [entry.told() for entry in pack.entries]}


def _named(source: Source, words: Words) -> dict[str, Any]:
    return {"id": source.id, "title": source.title.in_(words.language)}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
