"""Whoever tries addresses at the doors learns nothing of who is known (RULES R3)."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import Portal
from tests.separable import Tries, assert_inseparable

PAIRS = 200  # 400 tries
HERE = {"Sec-Fetch-Site": "same-origin"}


def addresses(portal: Portal) -> Iterator[tuple[str, str]]:
    """Yield known addresses, each with an unknown one of the same length, in an order that is drawn anew for each."""
    dice = random.Random(11)
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db:
        known = [
            row[0] for row in db.execute("SELECT DISTINCT lower(email) FROM users WHERE email LIKE '%@example.com'")
        ]
    for number in range(PAIRS):
        one = known[number % len(known)]
        name = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=len(one) - len("@example.com")))
        yield one, f"{name}@example.com"


DOORS = {
    "/sign-in": {},
    "/sign-up": {"born-day": "3", "born-month": "3", "born-year": "2001", "country": "VN", "step": "yes"},
}


def post(client: FlaskClient, network: str, path: str, **data: str) -> TestResponse:
    return client.post(path, data=data, headers=HERE, environ_base={"REMOTE_ADDR": network})


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
@pytest.mark.parametrize(("door", "mails"), [("/sign-in", PAIRS), ("/sign-up", 2 * PAIRS)])
def test_known_and_unknown_addresses_cannot_be_told_apart(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, door: str, mails: int
) -> None:
    """At sign-up both get a mail: of those it is the holder who reads whether the address is known."""
    monkeypatch.setattr("portal.accounts.service.PER_ADDRESS", "1000/hour")  # there are fewer people than tries
    asked, typed = (Tries(), Tries()), (Tries(), Tries())
    tries = list(interleaved(portal))
    for kind, client, address, network in tries:
        asked[kind].add(partial(post, client, network, door, **DOORS[door], email=address), address)
    portal.drain()
    assert len(portal.mails()) == mails
    for kind, client, address, network in tries:
        typed[kind].add(partial(post, client, network, f"{door}/code", code="000000"), address)
    assert_inseparable(*asked)
    assert_inseparable(*typed)


def interleaved(portal: Portal) -> Iterator[tuple[int, FlaskClient, str, str]]:
    """Yield tries from browsers and networks of their own: whether unknown, the browser, the address, the network."""
    dice = random.Random(7)
    for number, pair in enumerate(addresses(portal)):
        for kind in dice.sample((0, 1), 2):
            yield kind, portal.app.test_client(), pair[kind], f"10.{kind}.{number // 250}.{number % 250}"
