"""A portal as real processes: web servers and workers that a test may watch, leave alone or kill."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError
from urllib.request import urlopen

from portal.demo.world import World

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds; two cores share a browser, servers and workers
Found = TypeVar("Found")


def command(*words: str) -> list[str]:
    """Return the portal's command line with this Python."""
    return [sys.executable, "-m", "portal", *words]


def eventually(look: Callable[[], Found], why: str, patience: float = PATIENCE) -> Found:
    """Return what `look` finds, once it finds something."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"in {patience:.0f} seconds {why} did not happen")


@dataclass
class Live:
    """A running portal, the systems it is connected to and the mail it sent."""

    environ: dict[str, str]
    systems: World

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.environ["PORTAL_BASE_URL"]

    def mails(self) -> list[EmailMessage]:
        """Return what was sent, the oldest first."""
        folder = Path(self.environ["PORTAL_MAIL_URL"].removeprefix("file://"))
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default) for file in files]

    def texts(self) -> list[str]:
        """Return the texts of the mails, the oldest first."""
        bodies = [mail.get_body(("plain",)) for mail in self.mails()]
        return [str(body.get_content()) for body in bodies if body]

    def code(self, before: int) -> str:
        """Wait for the code in the mail that follows the first `before` mails."""
        codes = eventually(lambda: re.findall(r"\b\d{6}\b", "\n".join(self.texts()[before:])), "a mail with a code")
        return str(codes[-1])


@contextmanager
def running(environ: dict[str, str], systems: World, *, processes: int = 1, workers: int = 1) -> Iterator[Live]:
    """Start a migrated portal on the port of its base URL, and end it."""
    environ = {**os.environ, **environ}
    subprocess.run(command("migrate"), env=environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    port = environ["PORTAL_BASE_URL"].rsplit(":", 1)[1]
    app = ("--app", "portal.demo.views:create_app")
    commands = [command("serve", "--port", port, "--processes", str(processes), *app)]
    commands += [command("worker") for _ in range(workers)]
    started = [subprocess.Popen(words, env=environ, cwd=ROOT, stdin=subprocess.DEVNULL) for words in commands]
    try:
        eventually(lambda: _answers(f"http://127.0.0.1:{port}/healthz"), "the portal's start")
        yield Live(environ, systems)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
