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

from portal.accounts import passwords
from portal.accounts.models import Account, Identifier, Password
from portal.kernel import crypto, scrypt
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
    monkeypatch.setattr("portal.accounts.service.codes.PER_ADDRESS", "1000/hour")  # there are fewer people than tries
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


WRONG = "kettle orchard 7 vanishing tram"


@pytest.fixture
def cheaper_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with less work, so that what else differs is not lost in it; enough that a hash left out is seen."""
    monkeypatch.setattr(scrypt, "LOG_N", 10)


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("has_password", [True, False])
@pytest.mark.usefixtures("cheaper_hashes")
def test_a_wrong_password_does_not_tell_whether_there_is_an_account_or_a_password(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, has_password: bool
) -> None:
    monkeypatch.setattr(passwords, "PER_ADDRESS", "1000/hour")
    tries = list(interleaved(portal))
    for address in sorted({address for kind, _, address, _ in tries if kind == 0}):
        account = Account.create(language="en")
        Identifier.create(account=account, kind="email", value=address, hash=crypto.keyed_hash("email", address))
        if has_password:
            Password.create(account=account, hash=scrypt.hashed("another one, quite different"))
    asked = (Tries(), Tries())
    for kind, client, address, network in tries:
        answer = asked[kind].add(
            partial(post, client, network, "/sign-in/password", email=address, password=WRONG), address
        )
        assert answer.status_code == 422
    assert_inseparable(*asked)
    assert portal.mails() == []
