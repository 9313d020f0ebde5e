"""The receiver in docs/webhooks.md works as it stands there, and the API's description is true of what is sent."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.api.schema import faults
from portal.api.views.webhooks import body, webhooks
from portal.consents import service as consents
from portal.hooks import service
from portal.hooks.models import DELIVERED, HookEndpoint, HookMessage
from portal.hooks.service import endpoints, kinds, signing
from portal.kernel import clock, db, work
from portal.sources.base import Person
from tests.consents.conftest import TERMS
from tests.hooks.conftest import Listener

DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"
OLD, NEW = signing.new_secret(), signing.new_secret()


class Documented:
    """The receiver of the document, running."""

    def __init__(self, folder: Path) -> None:
        [code] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
        (folder / "receiver.py").write_text(code, encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self.out = folder / "out.txt"
        environ = {**os.environ, "WEBHOOK_SECRETS": f"{OLD} {NEW}"}
        with self.out.open("w") as out:
            command = [sys.executable, "-S", str(folder / "receiver.py"), str(port)]
            self.process = subprocess.Popen(command, env=environ, stdout=out)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("the receiver did not start")

    @property
    def said(self) -> list[str]:
        return self.out.read_text(encoding="utf-8").splitlines()

    def post(self, sent: bytes, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            asked = urllib.request.Request(self.url, sent, named)
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@pytest.fixture
def documented(tmp_path: Path) -> Iterator[Documented]:
    receiver = Documented(tmp_path)
    yield receiver
    receiver.process.terminate()
    receiver.process.wait()


def test_the_receiver_of_the_document_verifies_and_acts_once(anna: int, inside: None, documented: Documented) -> None:
    one = endpoints.add("Documented", documented.url, source="app", secret=OLD)
    consents.record(anna, "marketing.events.email", "off", **TERMS)
    work.drain()
    endpoints.rotate(one.id, NEW)
    endpoints.send_again(one.id, HookMessage.get().id, "staff:1")
    consents.record(anna, "location.level", "off", **TERMS)
    work.drain()
    assert {row.state for row in HookMessage.select()} == {DELIVERED}
    assert documented.said == [
        'choice.changed {"source": "app", "id": 1} marketing.events off',
        'choice.changed {"source": "app", "id": 1} location.level off',
    ]


def test_the_receiver_of_the_document_refuses_what_is_not_ours(documented: Documented) -> None:
    sent = b'{"type": "choice.changed", "data": {}}'
    now = int(time.time())
    good = {name.replace("-", "_"): value for name, value in signing.headers("msg_1", now, sent, [OLD]).items()}
    late = {name.replace("-", "_"): value for name, value in signing.headers("msg_1", now - 301, sent, [OLD]).items()}
    other = signing.headers("msg_1", now, sent, [signing.new_secret()])["webhook-signature"]
    assert documented.post(sent, **good) == 204
    assert documented.post(sent + b" ", **good) == 401
    assert documented.post(sent, **{**good, "webhook_id": "msg_2"}) == 401
    assert documented.post(sent, **{**good, "webhook_signature": other}) == 401
    assert documented.post(sent, **late) == 401
    assert documented.post(sent) == 401


def test_what_is_sent_has_the_shape_that_is_described(anna: int, app: HookEndpoint, listener: Listener) -> None:
    said = {"case": "R-1", "wording": "…", "language": "en", "actor": "staff", "channel": "portal"}
    consents.record(anna, "marketing.events.email", "off", **TERMS)
    stops = {"restriction": "restricted", "objection.marketing": "checking", "hold.location": "held"}
    consents.say_no(anna, stops, **said)
    terms = {"notice": "privacy", "notice_version": "2", "language": "en", "wording": "…"}
    consents.answer(anna, {"refusal.marketing.events.email": "refused"}, **terms)
    with db.atomic():
        service.erased({"app": Person(((1,),))}, anna)
        service.published(
            "privacy", "2", clock.now().date(), ["marketing"], "https://portal.example/privacy-policy/versions/2"
        )
    endpoints.test(app.id, "staff:1")
    work.drain()
    assert {got.told["type"] for got in listener.got} == kinds.KINDS.keys()
    for got in listener.got:
        assert list(faults(body(got.told["type"]), got.told, "")) == []
    assert webhooks().keys() == kinds.KINDS.keys()


def test_every_command_and_kind_in_the_document_exists() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    from portal.cli import _parser

    for command in re.findall(r"portal webhooks (\w+)", text):
        with pytest.raises(SystemExit) as ended:
            _parser().parse_args(["webhooks", command, "--help"])
        assert ended.value.code == 0
    assert set(re.findall(r"\b[a-z]+\.(?:changed|erased|published|test)\b", text)) <= kinds.KINDS.keys()
