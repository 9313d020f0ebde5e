"""Who must stay erased: written before the first destructive step, and replayed after a backup was restored.

Only keyed hashes are kept. A copy of each record lies beside the archives: a restored backup takes back the table too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal import config
from portal.deletion.models import ErasureRecord
from portal.kernel import audit, clock, crypto, storage
from portal.kernel.db import atomic
from portal.kernel.problems import SourceUnavailable
from portal.sources import registry
from portal.sources.base import Identifier, Key, Person, Source

FOLDER = "erasures/"

audit.declare("deletion.replayed", "source", "people")


@dataclass
class Replayed:
    """What a replay found, by system: people erased again, people to look at by hand, systems that did not answer."""

    records: int
    erased: dict[str, int] = field(default_factory=dict)
    doubtful: dict[str, int] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"erasures on record: {self.records}"]
        lines += [f"{source}: people who had come back and are erased again: {n}" for source, n in self.erased.items()]
        lines += [
            f"{source}: rows with the number of an erased person, but not their address: {n}. Look at them by hand"
            for source, n in self.doubtful.items()
        ]
        return "\n".join(lines + [f"{source}: did not answer; run this again" for source in self.silent])


def record(
    reference: str,
    people: Mapping[str, Person],
    tables: Sequence[str] | None = None,
    kept: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Write down who must stay erased, in the transaction that begins the erasure (RULES E4).

    `tables` are those of a deletion of one kind of data, None for everything; `kept` are tables by system that a legal
    hold keeps, which no replay erases.
    """
    keys = {source: [_key_hashes(source, key)[0] for key in person.keys] for source, person in people.items()}
    proofs = {identifier for person in people.values() for identifier in person.identifiers}
    hashes: dict[str, Any] = {"keys": keys, "identifiers": sorted(_identifier_hashes(proof)[0] for proof in proofs)}
    if tables is not None:
        hashes["tables"] = sorted(tables)
    if kept:
        hashes["kept"] = {source: sorted(names) for source, names in kept.items()}
    ErasureRecord.insert(reference=reference, hashes=hashes).on_conflict(
        conflict_target=[ErasureRecord.reference], update={"hashes": hashes}
    ).execute()  # a replay after a restored backup may have put it back already


def let_go(reference: str, source: str, tables: Iterable[str]) -> None:
    """Note that a hold has ended: these tables must stay erased like all others, here and beside the archives."""
    found = ErasureRecord.get_or_none(ErasureRecord.reference == reference)
    if found is None or source not in found.hashes.get("kept", {}):
        return
    left = sorted(set(found.hashes["kept"][source]) - set(tables))
    found.hashes["kept"][source] = left
    ErasureRecord.update(hashes=found.hashes).where(ErasureRecord.id == found.id).execute()
    write_beside(reference)


def write_beside(reference: str) -> None:
    """Put the record beside the archives, outside the database; the same file however often it is written."""
    found = ErasureRecord.get(ErasureRecord.reference == reference)
    text = json.dumps({"reference": reference, "at": found.at.isoformat(), "hashes": found.hashes}, sort_keys=True)
    _store().write(f"{FOLDER}{reference}.json", [text.encode()])


def replay() -> Replayed:
    """Erase again whoever a restored backup has brought back.

    A row counts as brought back when its key and one of its identifiers are those of the same erasure. The key alone is
    not enough, for systems give numbers anew; nor the identifier, for people return: those are counted, never erased.
    So are the rows of somebody who stayed and had one kind of data deleted: they may be newer than that.
    """
    _take_in_files()
    records = list(ErasureRecord.select())
    found = Replayed(len(records))
    for source in registry.active().all():
        try:
            _replay_whole(source, records, found)
            _replay_parts(source, [row for row in records if "tables" in row.hashes], found)
        except SourceUnavailable:
            found.silent.append(source.id)
    return found


def _replay_whole(source: Source, records: Sequence[ErasureRecord], found: Replayed) -> None:
    """Erase again whoever had everything deleted and is back, but for what a hold keeps of them."""
    keys = [(hashed, row.hashes) for row in records for hashed in row.hashes["keys"].get(source.id, [])]
    known = {hashed: set(told["identifiers"]) for hashed, told in keys if "tables" not in told}
    kept = {hashed: set(told["kept"][source.id]) for hashed, told in keys if source.id in told.get("kept", {})}
    came_back = list(_came_back(source, known))  # read to the end first: an open reading may hold up the erasure
    for person, is_certain in came_back:
        stays = {name for hashed in _key_hashes(source.id, person.keys[0]) for name in kept.get(hashed, ())}
        going = [name for name in source.manifest.tables if name not in stays] if stays else None
        if going == [] or not source.remaining(person, going):
            continue
        counts = found.erased if is_certain else found.doubtful
        counts[source.id] = counts.get(source.id, 0) + 1
        if is_certain:
            source.erase(person, f"replay:{clock.now():%Y%m%dT%H%M%S%f}", going)
    if source.id in found.erased:
        source.compact()
        with atomic():
            audit.record("deletion.replayed", actor="operator", source=source.id, people=found.erased[source.id])


def _replay_parts(source: Source, records: Sequence[ErasureRecord], found: Replayed) -> None:
    """Count the people who hold rows again of a kind that they had deleted."""
    tables = {hashed: row.hashes["tables"] for row in records for hashed in row.hashes["keys"].get(source.id, [])}
    for key, identifiers in list(source.keys()) if tables else []:
        for going in (tables[hashed] for hashed in _key_hashes(source.id, key) if hashed in tables):
            if source.remaining(Person((key,), tuple(identifiers)), going):
                found.doubtful[source.id] = found.doubtful.get(source.id, 0) + 1


def _came_back(source: Source, known: Mapping[str, set[str]]) -> Iterator[tuple[Person, bool]]:
    for key, identifiers in source.keys():
        for proofs in (known[hashed] for hashed in _key_hashes(source.id, key) if hashed in known):
            hashes = (hashed for identifier in identifiers for hashed in _identifier_hashes(identifier))
            yield Person((key,), tuple(identifiers)), any(hashed in proofs for hashed in hashes)


def _take_in_files() -> None:
    """Put records back that the restored database does not have."""
    store = _store()
    for name in store.names(FOLDER):
        raw: dict[str, Any] = json.loads(b"".join(store.read(name)))
        row = {"reference": raw["reference"], "at": datetime.fromisoformat(raw["at"]), "hashes": raw["hashes"]}
        ErasureRecord.insert(**row).on_conflict_ignore().execute()


def hashes_of(source: str, person: Person) -> Iterator[str]:
    """Yield the hashes of a person's keys and identifiers in a system, as records have them, under every hash key."""
    for key in person.keys:
        yield from _key_hashes(source, key)
    for identifier in person.identifiers:
        yield from _identifier_hashes(identifier)


def _key_hashes(source: str, key: Key) -> list[str]:
    return crypto.keyed_hashes(f"erased:{source}", json.dumps(key))


def _identifier_hashes(identifier: Identifier) -> list[str]:
    return crypto.keyed_hashes(f"erased:{identifier.kind}", identifier.value)


def _store() -> storage.Store:
    return storage.open_store(config.active().archives_url)
