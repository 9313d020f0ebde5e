"""The archive of a download, as CONTRACT.md lays it out, as a stream of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from portal.config import Site
from portal.consents.receipts import receipts
from portal.download.about import about
from portal.download.pack import Pack
from portal.download.reading import Collected, pages
from portal.sources.base import Source
from portal.web.words import Words

FORMAT = 1  # of manifest.json and the data files; it rises when a reader would have to change


@dataclass(frozen=True)
class Contents:
    """What goes into one archive. `missing` are systems that were asked in vain; they are named in it."""

    reference: str
    subject_id: int
    made_at: datetime
    systems: Sequence[Collected]
    missing: Sequence[Source]
    unclaimed: bool


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
    for receipt in receipts(contents.subject_id):
        yield from pack.add(f"consents/{receipt['record_id']}.json", _json(receipt))
    count = len(pack.entries) - before
    head = {"reference": contents.reference, "made_at": contents.made_at.isoformat(), "language": words.language}
    sources = [system.source for system in contents.systems] + list(contents.missing)
    answers = about(site, sources, words)
    yield from pack.add("about.json", _json({**head, **answers}))
    yield from pack.add("index.html", _index(contents, site, words, answers, count))
    yield from pack.add("manifest.json", _json({"format": FORMAT, **head, **_listed(pack, contents, words)}))


def _system(pack: Pack, system: Collected) -> Iterator[bytes]:
    for name, sheet in system.sheets.items():
        facts = {"source": system.source.id, "table": name, "rows": sheet.rows}
        yield from pack.add(f"{sheet.path}.json", *sheet.json(), **facts)
        yield from pack.add(f"{sheet.path}.csv", *sheet.csv(), **facts)
    yield from pack.add(f"{system.stem}.html", system.page, source=system.source.id)


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
    return {"sources": there + missing, "files": [entry.told() for entry in pack.entries]}


def _named(source: Source, words: Words) -> dict[str, Any]:
    return {"id": source.id, "title": source.title.in_(words.language)}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
