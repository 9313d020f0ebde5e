"""A small system that speaks HTTP: it verifies signatures and answers what the test laid out for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal.kernel import clock
from portal.sources import signing

SECRET = "a shared secret"


@dataclass
class Answer:
    """What the system answers once; `cut` breaks the connection after so many bytes of the body."""

    body: bytes = b"{}"
    status: int = 200
    cut: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


def json_of(answer: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(answer).encode(), status)


def lines_of(*lines: Any, cut: int | None = None) -> Answer:
    return Answer("".join(json.dumps(line) + "\n" for line in lines).encode(), cut=cut)


@dataclass
class Asked:
    """One call as it came."""

    path: str
    key: str
    body: dict[str, Any]


class System:
    """Answers by operation, in turn; the last one again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, list[Answer]] = {}
        self.url = ""

    def answer(self, operation: str, *answers: Answer) -> None:
        self.answers[operation] = list(answers)

    def next(self, operation: str) -> Answer:
        waiting = self.answers[operation]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def listening() -> Iterator[System]:
    """A system on a free port."""
    system = System()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stamp, signature = self.headers[signing.TIMESTAMP], self.headers[signing.SIGNATURE]
            if not signing.verify(SECRET, stamp, signature, body, clock.now()):
                return self.reply(Answer(status=401))
            asked = json.loads(body)
            system.asked.append(Asked(self.path, self.headers["Idempotency-Key"], asked))
            return self.reply(system.next(asked["operation"]))

        def reply(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}/portal"
    try:
        yield system
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
