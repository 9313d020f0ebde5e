"""A text message is handed to the operator's gateway, once a cause, and only over a line that keeps the token."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from portal import config
from portal.notices import messages
from portal.notices.models import Message
from portal.notices.sms import open_gateway
from portal.notices.smtp import Undeliverable
from tests.conftest import Portal

TO = messages.Recipient("+84900000008", "vi", channel="sms")


class Gateway(ThreadingHTTPServer):
    """A gateway that answers as it is told and remembers what it was given."""

    daemon_threads = True
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[str, str, dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://:the%20token@127.0.0.1:{self.server_address[1]}/messages"


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers["Authorization"], self.headers["Idempotency-Key"], body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep still."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def through(portal: Portal, gateway: Gateway) -> Gateway:
    """A portal that sends through the gateway."""
    config.use(replace(portal.config, sms_url=gateway.url))
    return gateway


def test_a_text_goes_out_with_the_token_and_is_forgotten(portal: Portal, through: Gateway) -> None:
    messages.proof_code(TO, "cause", "123456", 10)
    portal.drain()
    ((token, key, body),) = through.taken
    assert (token, key, body["to"]) == ("Bearer the token", "cause", TO.address)
    assert "123456" in body["text"]
    assert "\n" not in body["text"]
    assert (Message.get().state, Message.get().address) == ("sent", None)


@pytest.mark.parametrize("status", [302, 401, 429, 500, 503])
def test_what_may_pass_is_tried_again_under_the_same_key(portal: Portal, through: Gateway, status: int) -> None:
    through.status = status
    messages.proof_code(TO, "cause", "123456", 10)
    portal.drain()
    waiting = Message.get()
    assert (waiting.state, waiting.attempts, waiting.address) == ("queued", 1, TO.address)


def test_a_number_that_is_refused_for_good_is_not_tried_again(portal: Portal, through: Gateway) -> None:
    through.status = 422
    messages.proof_code(TO, "cause", "123456", 10)
    portal.drain()
    assert (Message.get().state, Message.get().address) == ("failed", None)


def test_a_gateway_that_is_down_is_an_error_that_passes(gateway: Gateway) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - any of them
        open_gateway("http://token@127.0.0.1:1/").send(TO.address, "text", "key")
    gateway.status = 400
    with pytest.raises(Undeliverable):
        open_gateway(gateway.url).send(TO.address, "text", "key")


@pytest.mark.parametrize("url", ["http://token@sms.example.com/", "ftp://127.0.0.1/", ""])
def test_the_token_never_leaves_this_machine_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="PORTAL_SMS_URL"):
        open_gateway(url)
