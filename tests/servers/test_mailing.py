"""A notice to very many people survives kills of worker and mail server, as processes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.policies.models import PolicyVersion
from tests.conftest import Portal
from tests.live import ROOT, command
from tests.policies.conftest import readers, scheduled
from tests.servers.engines import free_port

MANY, KILLS = int(os.environ.get("PORTAL_MAILING", "100_000")), 10
pytestmark = [pytest.mark.soak, pytest.mark.servers, pytest.mark.timeout(3600)]


class Post:
    """The mail server, killed and started again at the same port, and what it took."""

    def __init__(self, folder: Path) -> None:
        self.port, self.file = free_port(), folder / "taken.txt"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-m", "tests.servers.mailhost", str(self.port), str(self.file)]
        return subprocess.Popen(arguments, cwd=ROOT)

    def kill(self) -> None:
        """Kill it and let it come again."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def taken(self) -> list[list[str]]:
        """Return recipient, Message-ID and moment of each mail."""
        return [line.split() for line in self.file.read_text().splitlines()] if self.file.exists() else []


@contextmanager
def worker(environ: dict[str, str], folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker; whoever kills it puts the next one into the list."""
    with (folder / "worker.log").open("ab") as said:
        running = [subprocess.Popen(command("worker"), env=environ, cwd=ROOT, stderr=said, stdout=said)]
        try:
            yield running
        finally:
            running[-1].kill()
            running[-1].wait()


@pytest.mark.parametrize("urls", ["one folder"], indirect=True)
def test_a_hundred_thousand_are_told_through_ten_kills(portal: Portal, environ: dict[str, str], tmp_path: Path) -> None:
    post = Post(tmp_path)
    settings = {**os.environ, **environ, "PORTAL_MAIL_URL": f"smtp://127.0.0.1:{post.port}"}
    addresses, chance = readers(MANY), random.Random(20261128)
    places = sorted(chance.sample(range(MANY // 50, MANY * 9 // 10), KILLS))
    scheduled()
    begun = time.monotonic()
    try:
        with worker(settings, tmp_path) as running:
            for turn, place in enumerate(places):
                wait_for(lambda place=place: len(post.taken()) >= place)
                if turn % 2:
                    post.kill()
                    continue
                running[-1].kill()
                running[-1].wait()
                running.append(subprocess.Popen(running[-1].args, env=settings, cwd=ROOT, stderr=subprocess.DEVNULL))
            wait_for(lambda: PolicyVersion.get(PolicyVersion.version == "3").told_at is not None)
    finally:
        post.process.kill()
        post.process.wait()
    # The worker's night goes on meanwhile; it writes to a child that it finds.
    taken = [mail for mail in post.taken() if mail[0].startswith("reader")]
    sent = Counter(address for address, _, _ in taken)
    rate = len(taken) / (time.monotonic() - begun)
    sys.stdout.write(
        json.dumps({"name": "mailing", "value": round(rate, 1), "unit": "mails/s", "n": len(taken)}) + "\n"
    )
    assert sent.keys() == set(addresses)
    assert sum(sent.values()) - MANY <= KILLS
    numbers = {(address, number) for address, number, _ in taken}
    assert len(numbers) == MANY, "a repeated mail has another Message-ID"


def wait_for(done: object) -> None:
    """Wait as long as a soak may."""
    assert callable(done)
    while not done():
        time.sleep(0.5)
