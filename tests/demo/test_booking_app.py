"""The demo's Booking App stores no place and sends no mail without having asked."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import dkim
import pytest

from portal import config
from portal.api.service import keys
from portal.client import Client
from portal.consents import service as consents
from portal.demo.booking_app import BookingApp, Server
from portal.demo.listening import Listening
from portal.demo.mailbox import newest
from portal.hooks.models import HookMessage
from portal.hooks.service import endpoints, signing
from portal.kernel import clock
from portal.location import service as location
from portal.policies import service as policies
from tests.api.test_client import Door
from tests.conftest import Portal
from tests.notices.signing import PEM, record
from tests.people import Member, member

SECRET = signing.new_secret()


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.fixture
def app(portal: Portal, tmp_path: Path) -> Iterator[tuple[str, Door]]:
    door = Door(portal)
    client = Client(
        f"http://127.0.0.1:{door.port}", keys.add("Booking App", list(keys.SCOPES)), fresh=0, patience=0, retry=0
    )
    listening = Listening(tmp_path / "heard.db", SECRET)
    database, sent = f"sqlite:///{portal.systems.database('booking')}", tmp_path / "sent"
    with Server(0, BookingApp(database, sent, client, listening, PEM)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", door
        server.shutdown()
        thread.join()


def post(url: str, body: Any) -> Any:
    with urlopen(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


def asked(portal: Portal, statement: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(portal.systems.database("booking"))) as booking:
        return booking.execute(statement, values).fetchall()


def row_of(portal: Portal, email: str) -> int:
    return int(asked(portal, "SELECT id FROM users WHERE email = ?", email)[0][0])


def check_bulk(raw: bytes, text: str) -> str:
    """Look at a mail as it goes over the wire (RULES §18 line 6); return the path of the way off its list."""
    head = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    (off,) = [line.partition(": ")[2] for line in head if line.startswith("List-Unsubscribe: ")]
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert "List-Id: Events by e-mail <events.email.localhost>" in head
    assert off.startswith("<http://localhost:8000/unsubscribe/")
    assert off.endswith(">"), "whole, however long"
    assert dkim.verify(raw, dnsfunc=record)
    signed = b"".join(dkim.parse_tag_value(dkim.rfc822_parse(raw)[0][0][1])[b"h"].split()).split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"message-id", b"mime-version"} < set(signed)
    assert signed.count(b"from") == 2
    moved = raw.replace(off.encode(), b"<http://localhost:8000/unsubscribe/other>")
    assert moved != raw
    assert not dkim.verify(moved, dnsfunc=record)
    assert off.strip("<>") in text, "the same way stands in the text"
    assert "http://localhost:8000/preferences/" in text
    assert "Events by e-mail" in text
    assert "Sự kiện qua e-mail" in text
    return off.strip("<>").removeprefix("http://localhost:8000")


def test_places_are_stored_as_precisely_as_their_person_allows_and_not_at_all_while_off(
    portal: Portal, mai: Member, app: tuple[str, Door]
) -> None:
    url, door = app
    user = row_of(portal, mai.email)

    def send() -> Any:
        at = (clock.now() + timedelta(seconds=1)).isoformat()
        points = [{"recorded_at": at, "lat": 16.067812, "lon": 108.220812, "accuracy": 5.0}]
        return post(f"{url}/points", {"user": user, "points": points})

    def newest_place() -> tuple[float, float]:
        found = asked(portal, "SELECT lat, lon FROM location_points WHERE user_id = ? ORDER BY id DESC", user)[0]
        return float(found[0]), float(found[1])

    with door.open():
        assert send() == {"stored": 0, "dropped": 1}
        location.save(mai.subject, "approximate", "en")
        assert send() == {"stored": 1, "dropped": 0}
        assert newest_place() == (16.07, 108.22)
        location.save(mai.subject, "precise", "en")
        assert send() == {"stored": 1, "dropped": 0}
        assert newest_place() == (16.067812, 108.220812)
        location.save(mai.subject, "off", "en")
        assert send() == {"stored": 0, "dropped": 1}
        location.save(mai.subject, "precise", "en")
    assert send() == {"stored": 0, "dropped": 1}, "the portal is down, so nothing is stored"


def test_a_mail_goes_to_whoever_wants_it_with_a_way_off_that_works(
    portal: Portal, mai: Member, app: tuple[str, Door], tmp_path: Path
) -> None:
    url, door = app
    users = [row_of(portal, mai.email), *[row for (row,) in asked(portal, "SELECT id FROM users LIMIT 20")]]
    letter = {"topic": "events", "users": sorted(set(users)), "subject": "Open day", "text": "Come and see."}
    with door.open():
        assert post(f"{url}/mails", letter)["sent"] == 0
        policies.choose(mai.subject, "marketing.events.email", "on", "en")
        assert post(f"{url}/mails", letter) == {"sent": 1, "left_out": len(letter["users"]) - 1}
        [mail] = newest(tmp_path / "sent")
        assert (mail.to, mail.subject) == (mai.email, "[QC] Open day")
        way = check_bulk((tmp_path / "sent" / mail.name).read_bytes(), mail.text)
        answer = portal.app.test_client().post(way, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert post(f"{url}/mails", letter)["sent"] == 0
    policies.choose(mai.subject, "marketing.events.email", "on", "en")
    assert post(f"{url}/mails", letter)["sent"] == 0, "the portal is down, so nothing is sent"


def listens(portal: Portal, url: str) -> None:
    """Let the app be told by webhook, as `portal demo` does."""
    config.use(replace(config.active(), webhook_networks=("127.0.0.0/8",)))
    endpoints.add("Booking App", f"{url}/webhooks", source="booking", secret=SECRET)


def heard(url: str) -> list[Any]:
    with urlopen(f"{url}/heard") as answer:
        found: list[Any] = json.load(answer)["heard"]
        return found


def test_a_no_takes_mails_out_that_wait_even_while_the_portal_cannot_be_asked(
    portal: Portal, mai: Member, app: tuple[str, Door]
) -> None:
    url, _away = app  # nobody has opened its door
    user = row_of(portal, mai.email)
    listens(portal, url)
    policies.choose(mai.subject, "marketing.events.email", "on", "en")
    portal.drain()
    mail = {"topic": "events", "users": [user], "subject": "Open day", "text": "Come and see."}
    assert post(f"{url}/mails", {**mail, "later": True}) == {"waiting": 1}
    policies.choose(mai.subject, "marketing.events.email", "off", "en")
    portal.drain()
    assert [(one["kind"], one["state"], one["did"]) for one in heard(url)] == [
        ("choice.changed", "off", "1 waiting mails dropped"),
        ("choice.changed", "on", "goes on"),
    ]
    assert post(f"{url}/mails/due", {}) == {"sent": 0, "left_out": 0}
    assert {row.state for row in HookMessage.select()} == {"delivered"}
    [passed] = [one for one in consents.deliveries(mai.subject, "marketing.events.email") if one.source == "booking"]
    assert passed.confirmed_at
    policies.choose(mai.subject, "location.level", "precise", "en")
    policies.choose(mai.subject, "location.level", "off", "en")
    portal.drain()
    point = {"recorded_at": clock.now().isoformat(), "lat": 16.06, "lon": 108.22, "accuracy": 5.0}
    assert post(f"{url}/points", {"user": user, "points": [point]}) == {"stored": 0, "dropped": 1}
    assert heard(url)[0]["did"] == "no more places are stored"


def test_a_message_that_nobody_signed_or_that_came_before_changes_nothing(
    portal: Portal, mai: Member, app: tuple[str, Door]
) -> None:
    url, _door = app
    user = row_of(portal, mai.email)
    data = {"people": [{"source": "booking", "id": user}], "purpose": "marketing.events", "channel": "email"}

    def send(number: str, state: str, event: int, secret: str = SECRET) -> int:
        sent = {"type": "choice.changed", "data": {**data, "state": state, "event": event}}
        body = json.dumps(sent).encode()
        headers = dict(signing.headers(number, int(time.time()), body, [secret]))
        try:
            with urlopen(Request(f"{url}/webhooks", body, headers)) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code

    post(f"{url}/mails", {"topic": "events", "users": [user], "subject": "S", "text": "T", "later": True})
    assert send("msg_1", "off", 5, signing.new_secret()) == 401
    assert heard(url) == []
    assert [send("msg_2", "on", 7), send("msg_2", "on", 7), send("msg_3", "off", 6)] == [204, 204, 204]
    assert [one["did"] for one in heard(url)] == ["older than what is known", "goes on"]
    assert send("msg_4", "off", 8) == 204
    assert heard(url)[0]["did"] == "1 waiting mails dropped"
