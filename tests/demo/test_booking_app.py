"""The demo's Booking App stores no place and sends no mail without having asked."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from portal.api.service import keys
from portal.client import Client
from portal.demo.booking_app import BookingApp, Server
from portal.demo.mailbox import newest
from portal.kernel import clock
from portal.location import service as location
from portal.policies import service as policies
from tests.api.test_client import Door
from tests.conftest import Portal
from tests.people import Member, member


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.fixture
def app(portal: Portal, tmp_path: Path) -> Iterator[tuple[str, Door]]:
    door = Door(portal)
    client = Client(
        f"http://127.0.0.1:{door.port}", keys.add("Booking App", list(keys.SCOPES)), fresh=0, patience=0, retry=0
    )
    with Server(0, BookingApp(f"sqlite:///{portal.systems.database('booking')}", tmp_path / "sent", client)) as server:
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
        assert (mail.to, mail.subject) == (mai.email, "[AD] Open day")
        raw = (tmp_path / "sent" / mail.name).read_text()
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw
        way = mail.text.rpartition("http://localhost:8000")[2].split()[0]
        answer = portal.app.test_client().post(way, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert post(f"{url}/mails", letter)["sent"] == 0
    policies.choose(mai.subject, "marketing.events.email", "on", "en")
    assert post(f"{url}/mails", letter)["sent"] == 0, "the portal is down, so nothing is sent"
