"""The worker is killed at each place that the code itself lists, and at random moments; each job ends complete.

A job is set up once and its state copied for each death. The places are those that a run without a death passes:
around every commit of ours and every call that leaves the process.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from portal.demo.canary import Canary, plant
from portal.demo.whitelabel import Server
from portal.demo.world import World
from tests import independent
from tests.conftest import SECRET, Portal
from tests.live import ROOT, command, eventually
from tests.servers import forked

WORD = "mauersegler-4k9w"
pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
SHARDS = 4  # the deaths of a job are shared out, so that several processes can carry them out
MOMENTS = 20
KILLED = -9
PAST = "2026-01-01T00:00:00.000000+00:00"
WHOLE = ("download", "deletion")


@dataclass(frozen=True)
class Job:
    """A job that is due, in a folder with all the state there is."""

    kind: str
    folder: Path
    environ: dict[str, str]
    canary: Canary

    @property
    def systems(self) -> World:
        return World(self.folder / "systems", {})

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "portal.db", timeout=20)) as db:
            return db.execute(statement).fetchall()

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Job]:
        """Copy all of it, with a Whitelabel App over the copy."""
        shutil.copytree(self.folder, folder)
        environ = {name: value.replace(str(self.folder), str(folder)) for name, value in self.environ.items()}
        with Server(0, folder / "systems" / "whitelabel.db", SECRET) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            environ["WHITELABEL_URL"] = f"http://127.0.0.1:{server.server_address[1]}"
            yield replace(self, folder=folder, environ=environ)
            server.shutdown()
            thread.join()
        shutil.rmtree(folder)

    @property
    def said(self) -> Path:
        """What its workers said."""
        return self.folder.with_suffix(".said")

    def work(self, patience: float = 120, **settings: str) -> int | None:
        """Let a worker do what is due; return how it ended, None where it was killed because it took longer."""
        process = forked.worker({**self.environ, **settings}, self.said)
        process.join(patience)
        code = process.exitcode
        process.kill()
        process.join()
        process.close()
        return code

    def finish(self) -> None:
        """Let workers come until the job is done, as a supervisor would start them again."""

        def done() -> bool:
            assert self.work() == 0, self.said.read_text()
            return self.is_done()

        eventually(done, f"the {self.kind}'s end")

    def is_done(self) -> bool:
        if self.kind == "download":
            return self.ask("SELECT 1 FROM downloads WHERE state = 'ready'") != [] and not self._mail_waits()
        return self.ask("SELECT 1 FROM cases WHERE state = 'fulfilled'") != [] and not self._mail_waits()

    def _mail_waits(self) -> bool:
        return self.ask("SELECT 1 FROM messages WHERE state = 'queued'") != []

    def check(self, held: dict[tuple[str, str], int]) -> None:
        """See that the job is complete, that no step was done twice, and that nothing lies about."""
        {"download": self._check_download, "deletion": self._check_deletion, "part": self._check_part}[self.kind](held)
        events = Counter(self.ask("SELECT case_id, name FROM case_events"))
        assert max(events.values()) == 1, f"the timeline says something twice: {events}"
        assert not list((self.folder / "archives").rglob("*.part")), "a half written file lies about"

    def _check_download(self, held: dict[tuple[str, str], int]) -> None:
        (archive,) = (self.folder / "archives").rglob("*.zip")
        pages = {path.relative_to(self.folder / "archives").as_posix() for path in archive.parent.glob("*.html")}
        named = {str(name) for (name,) in self.ask("SELECT file FROM download_parts")}
        assert pages == named, "pages without a row, or rows without a page"
        assert len(pages) == len(set(system for system, _ in held)) + 1
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            files = json.loads(opened.read("manifest.json"))["files"]
            for (system, table), rows in held.items():
                listed = json.loads(opened.read(f"data/{system}/{table}.json"))
                assert len(listed["rows"] if isinstance(listed, dict) else listed) == rows, (system, table)
        counted = {(file["source"], file["table"]): file["rows"] for file in files if file.get("table")}
        assert held.items() <= counted.items()
        assert self.ask("SELECT count(*) FROM messages WHERE kind = 'download_ready' AND state = 'sent'") == [(1,)]

    def _check_deletion(self, held: dict[tuple[str, str], int]) -> None:
        left = independent.counts(self.systems, self.canary.keys, self.canary.email)
        assert left["booking", "bookings"] == left["crm", "messages"] == left["whitelabel", "members"] == 0
        ((lines,),) = self.ask("SELECT lines FROM certificates")
        certified = _certified(json.loads(str(lines)))
        for place, rows in held.items():
            assert certified.get(place, 0) == rows, (
                f"the certificate says {certified.get(place)} of {place}, not {rows}"
            )
        assert self.ask("SELECT count(*) FROM erasure_records") == [(1,)]
        shutil.rmtree(self.folder / "mailbox")
        assert list(independent.sightings(self.folder, WORD)) == []
        for system in ("booking", "crm"):
            with closing(sqlite3.connect(self.systems.database(system))) as db:
                twice = db.execute("SELECT place, row, count(*) FROM touched GROUP BY place, row HAVING count(*) > 1")
                assert twice.fetchall() == [], f"{system}: a row was erased twice"

    def _check_part(self, held: dict[tuple[str, str], int]) -> None:
        """See that the bookings are gone with their guests, and that all else is there."""
        left = independent.counts(self.systems, self.canary.keys, self.canary.email)
        gone = {("booking", "bookings"), ("booking", "guests_on_my_bookings")}
        assert {place: rows for place, rows in left.items() if place not in gone} == {
            place: rows for place, rows in held.items() if place not in gone
        }
        assert not any(left.get(place) for place in gone)
        ((lines,),) = self.ask("SELECT lines FROM certificates")
        assert _certified(json.loads(str(lines))) == {place: held[place] for place in gone if held.get(place)}
        assert self.ask("SELECT count(*) FROM accounts") == [(1,)]


def _certified(targets: object) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    assert isinstance(targets, list)
    for target in targets:
        for line in target["tables"]:
            found[target["source"], line["table"]] += line["rows"]
    return dict(found)


@pytest.fixture(params=[*WHOLE, pytest.param("part", marks=pytest.mark.soak)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def urls(tmp_path: Path) -> dict[str, str]:
    """The embedded set-up: its whole state is files, so it can be copied."""
    folder = tmp_path / "state"
    folder.mkdir()
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{folder}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{folder}/archives",
    }


@pytest.fixture
def systems(small_world: World, tmp_path: Path, urls: dict[str, str]) -> World:
    folder = tmp_path / "state" / "systems"
    shutil.copytree(small_world.folder, folder)
    return World(folder, small_world.cast)


@pytest.fixture
def job(kind: str, environ: dict[str, str], portal: Portal, systems: World, tmp_path: Path) -> Job:
    """A download or deletion that is due now, for a person with a word of their own in every column."""
    from portal.kernel import db
    from tests.deletion.conftest import member

    canary = plant(systems, WORD)
    somebody = member(portal, canary.email)
    portal.drain()
    if kind == "download":
        from portal.download import service

        service.ask(somebody.subject, "en")
    else:
        from portal.deletion import service as deletion

        whole, bookings = deletion.ACCOUNT, deletion.Scope("booking", "bookings")
        deletion.schedule(somebody.subject, "en", bookings if kind == "part" else whole)
        portal.drain()
        db.database.execute_sql("UPDATE deletions SET due_at = ?, scheduled_for = ?", (PAST, PAST))
        for system in ("booking", "crm"):
            _watch(systems.database(system))
    db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.database.close()
    folder = tmp_path / "state"
    state = {name: value.replace(str(tmp_path / "mailbox"), str(folder / "mailbox")) for name, value in environ.items()}
    (folder / "mailbox").mkdir()
    return Job(kind, folder, {**state, "PORTAL_LEASE_SECONDS": "0.6"}, canary)


def _watch(database: Path) -> None:
    """Note each row of a system that is deleted or changed, in a table that no manifest knows."""
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("CREATE TABLE touched (place TEXT, row INTEGER)")
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            if any(column == "id" for _, column, *_ in db.execute(f"PRAGMA table_info({table})")):
                for event in ("UPDATE", "DELETE"):
                    note = f"INSERT INTO touched (place, row) VALUES ('{table} {event}', OLD.id)"
                    db.execute(f"CREATE TRIGGER touched_{table}_{event} AFTER {event} ON {table} BEGIN {note}; END")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_job_whose_worker_dies_at_any_listed_place_ends_complete(shard: int, job: Job, tmp_path: Path) -> None:
    held = independent.counts(job.systems, job.canary.keys, job.canary.email)
    passed = tmp_path / "passed"
    with job.copy(tmp_path / "whole") as whole:
        environ = {**os.environ, **whole.environ, "PORTAL_FAILPOINTS_LOG": str(passed)}
        subprocess.run(command("worker", "--drain"), env=environ, cwd=ROOT, timeout=120, check=True)
        whole.finish()
        whole.check(held)
    places = passed.read_text().splitlines()
    assert len(places) > 20
    for place in range(1 + shard, len(places) + 1, SHARDS):
        with job.copy(tmp_path / f"death-{place}") as copy:
            ended = copy.work(PORTAL_FAILPOINTS_KILL=str(place))
            assert ended == KILLED, f"place {place} ({places[place - 1]}) was not reached"
            copy.finish()
            copy.check(held)


@pytest.mark.parametrize("seed", [20261122, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(20))])
def test_a_job_whose_worker_dies_at_random_moments_ends_complete(seed: int, job: Job, tmp_path: Path) -> None:
    held = independent.counts(job.systems, job.canary.keys, job.canary.email)
    dice = random.Random(seed)
    with job.copy(tmp_path / "whole") as whole:
        begun = time.monotonic()
        whole.finish()
        span = time.monotonic() - begun
    for moment in range(MOMENTS // len(WHOLE)):
        with job.copy(tmp_path / f"death-{moment}") as copy:
            copy.work(patience=dice.uniform(0, 1) * span)
            copy.finish()
            copy.check(held)
