"""A system that speaks HTTP over any other one, so that the contract of the engines is tried over the protocol too."""

import json
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal.kernel import clock
from portal.sources import manifest, signing, values
from portal.sources.base import Blocker, Change, Identifier, Person, Source
from portal.sources.keeping import kept_until
from portal.sources.registry import connect
from tests.sources.systems import SECRET
from tests.sources.world import World


class Bridge(ThreadingHTTPServer):
    """Answers the portal's calls with what another source says; each idempotency key is done once."""

    daemon_threads = True

    def __init__(self, source: Source) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.source, self.done = source, dict[str, Any]()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class HttpWorld(World):
    """The world on SQLite behind a system that speaks HTTP."""

    def connected(self, toml: str) -> Source:
        bridge = Bridge(super().connected(toml))
        self.bridges = [*getattr(self, "bridges", []), bridge]
        over = toml.replace(
            'url = "env:BOOKING_URL"',
            'url = "env:OVER"\nsecret = "env:SECRET"\nparts = true\nsweep = true\nretention = true',
        )
        text = over.replace("{false}", "0")
        return connect(manifest.parse(tomllib.loads(text), "booking.toml"), {"OVER": bridge.url, "SECRET": SECRET})


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: Bridge

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        stamp, signature = self.headers[signing.TIMESTAMP], self.headers[signing.SIGNATURE]
        if not signing.verify(SECRET, stamp, signature, body, clock.now()):
            return self.reply(401, b"{}")
        asked = json.loads(body)
        if asked["operation"] in STREAMS:
            told = _page if "table" in asked else STREAMS[asked["operation"]]
            lines = [*told(self.server.source, asked), {"end": True}]
            return self.reply(200, "".join(json.dumps(line) + "\n" for line in lines).encode())
        key = self.headers["Idempotency-Key"]
        if key not in self.server.done:
            self.server.done[key] = OPERATIONS[asked["operation"]](self.server.source, asked)
        return self.reply(200, json.dumps(self.server.done[key]).encode())

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _person(asked: Mapping[str, Any]) -> Person:
    told = asked["person"]
    identifiers = (Identifier(one["kind"], one["value"]) for one in told["identifiers"])
    return Person(tuple(tuple(key) for key in told["keys"]), tuple(identifiers))


def _find(source: Source, asked: Mapping[str, Any]) -> Any:
    found = [key for one in asked["identifiers"] for key in source.find(Identifier(one["kind"], one["value"]))]
    return {"keys": list(dict.fromkeys(found))}


def _counts(source: Source, asked: Mapping[str, Any]) -> Any:
    preview, left = source.preview(_person(asked)), source.remaining(_person(asked))
    lines = [
        {
            "table": line.table,
            "controller": line.controller,
            "rows": line.rows,
            "remaining": left.pop(line.table, 0),
            "until": line.until and line.until.isoformat(),
        }
        for line in preview.lines
    ]
    blockers = [_blocker(one) for one in preview.blockers]
    return {"as_of": preview.as_of.isoformat(), "lines": lines, "blockers": blockers}


def _blocker(one: Blocker) -> dict[str, Any]:
    return {"kind": one.kind, "table": one.table, "say": dict(one.say.words), "facts": dict(one.facts), "url": one.url}


def _access(source: Source, asked: Mapping[str, Any]) -> Iterator[Any]:
    with source.snapshot(_person(asked)) as snapshot:
        yield {"as_of": snapshot.as_of.isoformat(), "counts": dict(snapshot.counts)}
        for table in snapshot.counts:
            for row in snapshot.rows(table):
                yield {"table": table, "row": values.encode(row)}


def _page(source: Source, asked: Mapping[str, Any]) -> Iterator[Any]:
    table = asked["table"]
    page = source.page(_person(asked), table, asked["after"], asked["limit"])
    yield {"as_of": clock.now().isoformat(), "counts": {table: len(page.rows)}, "next": page.after}
    for row in page.rows:
        yield {"table": table, "row": values.encode(row)}


def _keys(source: Source, asked: Mapping[str, Any]) -> Iterator[Any]:
    yield {"as_of": clock.now().isoformat()}
    for key, identifiers in source.keys():
        yield {"key": key, "identifiers": [asdict(one) for one in identifiers]}


def _settings(source: Source, asked: Mapping[str, Any]) -> Iterator[Any]:
    yield {"as_of": clock.now().isoformat()}
    for setting in source.settings():
        yield {"key": setting.who, "stored": dict(setting.stored)}


def _erase(source: Source, asked: Mapping[str, Any]) -> Any:
    erased = source.erase(_person(asked), asked["request_id"], asked.get("tables"))
    return {"done": erased.done, "rows": dict(erased.rows)}


def _prefer(source: Source, asked: Mapping[str, Any]) -> Any:
    if asked["choices"]:
        source.prefer(_person(asked), asked["choices"])
    return {"stored": source.stored(_person(asked))}


def _stored(source: Source, asked: Mapping[str, Any]) -> Any:
    people = dict(enumerate(_person({"person": person}) for person in asked["people"]))
    stored = source.stored_by(people)
    return {"people": [{"stored": stored[number]} for number in people]}


def _correct(source: Source, asked: Mapping[str, Any]) -> Any:
    change = {**asked["change"], "key": tuple(asked["change"]["key"])}
    return {"outcome": source.correct(_person(asked), Change(**change), asked["request_id"])}


def _young(source: Source, asked: Mapping[str, Any]) -> Any:
    found = source.young(date.fromisoformat(asked["born_after"]), asked["limit"], asked["offset"])
    told = [(one.key, one.born.isoformat(), [asdict(each) for each in one.identifiers]) for one in found]
    return {"young": [{"key": key, "born": born, "identifiers": known} for key, born, known in told]}


def _sweep(source: Source, asked: Mapping[str, Any]) -> Any:
    person, sought = _person(asked), tuple(Identifier(one["kind"], one["value"]) for one in asked["sought"])
    found = source.sweep(Person(person.keys, person.identifiers, sought), asked.get("tables"))
    return {"mentions": [asdict(one) for one in found]}


def _today(source: Source, asked: Mapping[str, Any]) -> date:
    """The day on which what is dated before `before` has been kept for long enough."""
    keep = source.manifest.tables[asked["table"]].keep
    assert keep
    assert keep.until
    today = kept_until(asked["before"], keep.until.years)
    assert today
    return today


def _overdue(source: Source, asked: Mapping[str, Any]) -> Any:
    """Whose rows are due, one a page, which is fewer than is asked for."""
    with closing(source.overdue(asked["table"], _today(source, asked))) as found:
        people, first = sorted(found, key=str), int(asked["after"] or 0)
    told = [
        {"key": [*person.keys][0] if person.keys else None, "identifiers": [asdict(one) for one in person.identifiers]}
        for person in people[first : first + 1]
    ]
    return {"people": told, "next": str(first + 1) if first + 1 < len(people) else None}


def _expire(source: Source, asked: Mapping[str, Any]) -> Any:
    people = [_person({"person": person}) for person in asked["people"]]
    return {"rows": source.expire(asked["table"], people, _today(source, asked))}


STREAMS = {"access": _access, "keys": _keys, "settings": _settings}
OPERATIONS = {
    "find": _find,
    "counts": _counts,
    "erasure": _erase,
    "preferences": _prefer,
    "stored": _stored,
    "correction": _correct,
    "young": _young,
    "sweep": _sweep,
    "overdue": _overdue,
    "expire": _expire,
}
