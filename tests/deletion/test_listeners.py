"""Systems that listen hear of the end by the numbers they knew, and nothing of the person stays for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal import config
from portal.deletion import service
from portal.hooks.models import HookMessage
from portal.hooks.service import endpoints
from portal.kernel import clock, db
from portal.subjects.naming import by_email, by_key, hashed
from tests.conftest import Portal
from tests.deletion.conftest import GRACE, Count, Member
from tests.hooks.conftest import Listener


@pytest.fixture
def listener(portal: Portal) -> Iterator[Listener]:
    """The Booking App, and a warehouse that hears of everybody."""
    config.use(replace(config.active(), webhook_networks=("127.0.0.0/8",)))
    made = Listener()
    endpoints.add("Booking App", f"{made.url}/booking", source="booking")
    endpoints.add("Warehouse", f"{made.url}/all")
    endpoints.add("CRM", f"{made.url}/crm", source="crm", events=["policy.published"])
    yield made
    made.close()


def test_an_erasure_is_told_by_the_systems_own_number_and_by_keyed_hash(
    portal: Portal, mai: Member, listener: Listener, rows: Count
) -> None:
    user = rows("booking", "SELECT id FROM users WHERE email = ?", mai.email)
    mai.schedule()
    portal.drain()
    before = len(listener.got)
    with clock.later(GRACE):
        portal.drain()
    told = {got.path: got for got in listener.got[before:] if got.told["type"] == "person.erased"}
    assert told.keys() == {"/hook/booking", "/hook/all"}
    booking = told["/hook/booking"].data
    assert booking == {"people": [{"source": "booking", "id": user}], "scope": "account", "system": "", "table": ""}
    names = {one["hash"] for one in told["/hook/all"].data["people"]}
    assert {hashed(by_email(mai.email)), hashed(by_key("booking", user))} <= names
    assert mai.email.encode() not in b"".join(got.body for got in listener.got)
    left = list(HookMessage.select())
    assert {(row.kind, row.subject) for row in left} == {("person.erased", None)}
    stored = [bytes(people) for (people,) in db.run("SELECT people FROM hook_messages").fetchall()]
    assert not [people for people in stored if mai.email.encode() in people or b"booking" in people]


def test_whoever_keeps_the_account_is_told_of_as_before(portal: Portal, mai: Member, listener: Listener) -> None:
    mai.schedule()
    portal.drain()
    service.cancel(mai.deletion())
    with clock.later(GRACE):
        portal.drain()
    assert "person.erased" not in {got.told["type"] for got in listener.got}
