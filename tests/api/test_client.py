"""The client that back ends copy: it obeys at once, denies on doubt, and says nothing else while the portal is down."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from portal import client
from portal.api.service import keys
from portal.client import Answer, Client, Question, email, phone, row
from portal.kernel import db
from portal.policies import service as policies
from tests.conftest import Portal
from tests.people import Member, member
from tests.servers.engines import free_port

EVENTS, CHANNEL = "marketing.events", "email"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Door:
    """The portal's application on a port of its own, opened and closed by a test."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.port, self.calls = portal, free_port(), list[str]()

    @contextmanager
    def open(self) -> Iterator[None]:
        def counted(environ: dict[str, Any], start: Any) -> Any:
            self.calls.append(environ["PATH_INFO"])
            environ["HTTP_HOST"] = "localhost:8000"
            return self.portal.app(environ, start)

        server = make_server("127.0.0.1", self.port, counted, handler_class=Quiet)

        def serve() -> None:
            server.serve_forever(0.02)
            db.database.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def door(portal: Portal) -> Door:
    return Door(portal)


@pytest.fixture
def mai(portal: Portal) -> Member:
    somebody = member(portal, "everyday")
    policies.choose(somebody.subject, f"{EVENTS}.{CHANNEL}", "on", "en")
    return somebody


def made(door: Door, clock: Clock, *scopes: str, **options: Any) -> Client:
    key = keys.add("Booking App", scopes or ("may:read", "suppressions:read"))
    return Client(f"http://127.0.0.1:{door.port}", key, clock=clock, **options)


def test_it_needs_nothing_but_the_standard_library_and_its_one_file(tmp_path: Path) -> None:
    source = Path(client.__file__).read_text(encoding="utf-8")
    names = {alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
    (tmp_path / "vendored.py").write_text(source, encoding="utf-8")
    alone = "import vendored; print(vendored.Client('http://127.0.0.1:9', 'k').may(vendored.email('a@b.example'), 'x'))"
    told = subprocess.run([sys.executable, "-S", "-c", alone], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_a_choice_is_obeyed_after_the_next_look_and_answers_are_kept_until_then(door: Door, mai: Member) -> None:
    clock = Clock()
    asking = made(door, clock)
    names = [email(mai.email), email(mai.email.upper())]
    with door.open():
        assert all(asking.may(name, EVENTS, CHANNEL) for name in names)
        before = len(door.calls)
        assert all(asking.may(name, EVENTS, CHANNEL) for name in names * 50)
        assert len(door.calls) == before, "a kept answer must ask nobody"
        policies.choose(mai.subject, f"{EVENTS}.{CHANNEL}", "off", "en")
        clock.now += 1.01
        for name in names:
            assert asking.ask(name, EVENTS, CHANNEL).reason == "not-chosen"
        policies.choose(mai.subject, f"{EVENTS}.{CHANNEL}", "on", "en")
        clock.now += 1.01
        assert asking.may(names[0], EVENTS, CHANNEL)


def test_with_no_freshness_to_spare_every_call_looks(door: Door, mai: Member) -> None:
    asking = made(door, Clock(), fresh=0)
    with door.open():
        for state in ("on", "off", "on", "off"):
            policies.choose(mai.subject, f"{EVENTS}.{CHANNEL}", state, "en")
            assert asking.may(email(mai.email), EVENTS, CHANNEL) is (state == "on")


def test_while_the_portal_is_down_it_denies_what_is_new_and_soon_everything(door: Door, mai: Member) -> None:
    clock = Clock()
    asking = made(door, clock, patience=10)
    with door.open():
        assert asking.may(email(mai.email), EVENTS, CHANNEL)
        assert not asking.may(email(mai.email), EVENTS, "sms")
    clock.now += 2
    assert asking.ask(email("new@example.com"), EVENTS, CHANNEL) == Answer(False, "unreachable")
    assert "does not answer" in asking.trouble
    assert mai.email not in asking.trouble
    assert asking.may(email(mai.email), EVENTS, CHANNEL), "within its patience"
    assert asking.ask(email(mai.email), EVENTS, "sms").allowed is False
    clock.now += 8.5
    assert asking.ask(email(mai.email), EVENTS, CHANNEL) == Answer(False, "unreachable")
    policies.choose(mai.subject, f"{EVENTS}.{CHANNEL}", "off", "en")
    clock.now += 5
    with door.open():
        assert asking.ask(email(mai.email), EVENTS, CHANNEL).reason == "not-chosen"
        assert asking.trouble == ""


def test_without_patience_nothing_is_allowed_by_a_portal_that_is_down(door: Door, mai: Member) -> None:
    clock = Clock()
    asking = made(door, clock, patience=0)
    with door.open():
        assert asking.may(email(mai.email), EVENTS, CHANNEL)
    clock.now += 2
    assert not asking.may(email(mai.email), EVENTS, CHANNEL)
    assert not asking.may(email(mai.email), EVENTS, CHANNEL)


def test_it_does_not_hammer_a_portal_that_is_down(door: Door, mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, tries = Clock(), list[int]()
    asking = made(door, clock)
    send = client._Line._send
    monkeypatch.setattr(client._Line, "_send", lambda *given: tries.append(1) or send(*given))  # type: ignore[func-returns-value]
    for _ in range(500):
        assert not asking.may(email(mai.email), EVENTS, CHANNEL)
    assert len(tries) == 1
    clock.now += 1.1
    asking.may(email(mai.email), EVENTS, CHANNEL)
    assert len(tries) == 2


def test_what_is_no_choice_is_noticed_after_a_while(door: Door, mai: Member) -> None:
    from portal.accounts.models import Identifier

    clock = Clock()
    asking = made(door, clock, max_age=60)
    with door.open():
        assert asking.may(email(mai.email), EVENTS, CHANNEL)
        Identifier.update(hash="another").where(Identifier.account == mai.account).execute()
        clock.now += 61
        assert asking.ask(email(mai.email), EVENTS, CHANNEL).reason == "unknown-person"


def test_a_key_that_may_not_see_changes_keeps_nothing(door: Door, mai: Member) -> None:
    asking = made(door, Clock(), "may:read")
    with door.open():
        assert asking.may(email(mai.email), EVENTS, CHANNEL)
        policies.choose(mai.subject, f"{EVENTS}.{CHANNEL}", "off", "en")
        assert not asking.may(email(mai.email), EVENTS, CHANNEL)


def test_a_disabled_key_and_a_wrong_scope_deny(door: Door, mai: Member) -> None:
    clock = Clock()
    asking = made(door, clock, "ages:read")
    with door.open():
        assert not asking.may(email(mai.email), EVENTS, CHANNEL)
        assert "wrong-scope" in asking.trouble
        keys.disable("Booking App")
        clock.now += 2
        assert asking.ask(email(mai.email), EVENTS, CHANNEL).reason == "unreachable"
        assert "no-key" in asking.trouble


def test_many_questions_come_back_in_their_order(door: Door, mai: Member) -> None:
    asking = made(door, Clock())
    mix = [Question(email(f"nr{n}@example.com"), EVENTS, CHANNEL) for n in range(client.MOST + 5)]
    mix[7] = mix[client.MOST + 1] = Question(email(mai.email), EVENTS, CHANNEL)
    mix[9] = Question(row("booking", 1), "no-such-purpose")
    with door.open():
        told = asking.ask_many(mix)
        assert [place for place, answer in enumerate(told) if answer.allowed] == [7, client.MOST + 1]
        assert told[9].reason == "unknown-purpose"
        assert door.calls.count("/api/v1/may") == 2


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"answers": [1]}', b'{"answers": [{"allowed": 1, "reason": "x"}]}']
)
def test_an_answer_that_is_none_denies(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr(client._Line, "_send", lambda *given: (200, body, 0.0))
    asking = Client("http://127.0.0.1:9", "k")
    assert asking.may(email("mai@example.com"), EVENTS, CHANNEL) is False
    assert asking.admit(email("mai@example.com"), "booking", ["2026-11-22T10:00:00+00:00"]) == ["off"]


def test_an_id_of_any_kind_raises_nothing_and_is_asked_as_text(door: Door, mai: Member) -> None:
    """The promise of `may`: whatever a back end hands over, it is an answer that comes back."""
    asking, number = made(door, Clock()), UUID(int=7)
    with door.open():
        assert asking.ask(row("booking", number), EVENTS, CHANNEL).reason == "unknown-person"
        assert asking.ask(row("booking", [number, "x"]), EVENTS, CHANNEL).reason == "unknown-person"
    sent = Question(row("booking", number), EVENTS).key()
    assert sent == Question(row("booking", str(number)), EVENTS).key()
    assert not asking.may(email(None), EVENTS, CHANNEL)  # type: ignore[arg-type]


def test_a_question_that_the_portal_refuses_is_denied_and_the_next_one_is_asked(door: Door, mai: Member) -> None:
    asking = made(door, Clock())
    with door.open():
        assert asking.ask(email(mai.email), "x" * 500) == Answer(False, "unreachable")
        assert asking.may(email(mai.email), EVENTS, CHANNEL)


def test_in_quiet_hours_it_says_when_to_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    again = "2026-11-29T07:00:00+07:00"
    told = {"answers": [{"allowed": False, "reason": "quiet-hours", "since": "x", "again_at": again}]}
    monkeypatch.setattr(client._Line, "_send", lambda *given: (200, json.dumps(told).encode(), 0.0))
    assert Client("http://127.0.0.1:9", "k").ask(phone("+84912345678"), EVENTS, "sms").again_at == again


def test_the_least_used_answer_makes_room(door: Door, mai: Member) -> None:
    asking = made(door, Clock(), size=2)
    names = [email(mai.email), email("nr1@example.com"), email("nr2@example.com")]
    with door.open():
        for name in (names[0], names[1], names[0], names[2]):
            asking.may(name, EVENTS, CHANNEL)
        door.calls.clear()
        asking.may(names[0], EVENTS, CHANNEL)
        assert door.calls == []
        asking.may(names[1], EVENTS, CHANNEL)
        assert door.calls == ["/api/v1/may"]
