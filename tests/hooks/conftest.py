"""Endpoints that listen, on each engine, beside the two small systems of the ledger's tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from portal import config
from portal.hooks import tasks  # noqa: F401 - declares what sends
from portal.hooks.models import HookEndpoint
from portal.hooks.service import endpoints
from tests.consents.conftest import anna, database_url, house, systems  # noqa: F401 - fixtures


@dataclass
class Got:
    """One message as it came."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.told["data"]
        return found


class Listener:
    """A receiver on a free port. `answer` is asked for status and headers of each message, 204 if it is left alone."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Callable[[Got], tuple[int, dict[str, str]]] = lambda got: (204, {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def states(self) -> list[tuple[Any, Any]]:
        """Return purpose and state of all that came, in its order."""
        return [(got.data.get("purpose"), got.data.get("state")) for got in self.got]

    def says(self, status: int, **headers: str) -> None:
        """Answer all that comes from now on like this."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda got: (status, named)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got = Got({name.lower(): value for name, value in self.headers.items()}, body, self.path)
                listener.got.append(got)
                status, headers = listener.answer(got)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody who listens, not yet known to the portal."""
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def inside(house: None) -> None:  # noqa: F811 - the fixture
    """Let webhooks go to this machine."""
    config.use(replace(config.active(), webhook_networks=("127.0.0.0/8",)))


@pytest.fixture
def app(inside: None, listener: Listener) -> HookEndpoint:
    """An endpoint of the system `app`."""
    return endpoints.add("App", listener.url, source="app")
