"""Who listens is told what changed: signed, in order for each person, until it was heard, and nothing personal."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import timedelta

import pytest

from portal.consents import service as consents
from portal.consents.service.importing import Record
from portal.consents.service.weighing import LISTED
from portal.hooks import service
from portal.hooks.models import DELIVERED, DISABLED, ENDED, GIVEN_UP, OVERTAKEN, WAITING, HookEndpoint, HookMessage
from portal.hooks.service import endpoints, signing
from portal.kernel import clock, db, work
from portal.kernel.problems import NotNow
from portal.subjects.naming import by_email, hashed
from tests.consents.conftest import ANNA, BEN, TERMS, member
from tests.hooks.conftest import Listener

LEVEL, EVENTS = "location.level", "marketing.events.email"


def choose(subject: int, *states: str, purpose: str = EVENTS) -> None:
    """Choose one state after another."""
    for state in states:
        consents.record(subject, purpose, state, **TERMS)


def verified(secret: str, headers: dict[str, str], body: bytes) -> list[bool]:
    """Return for each signature whether this secret made it."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mine = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return [mine == one for one in headers["webhook-signature"].split(" ")]


def test_a_choice_is_told_with_the_systems_own_id_and_nothing_personal(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    choose(anna, "off")
    work.drain()
    [got] = listener.got
    assert verified(app.secret, got.headers, got.body) == [True]
    assert re.fullmatch(r"msg_[0-9a-f]{32}", got.id)
    event = consents.standing(anna)[EVENTS].event
    assert got.told["type"] == "choice.changed"
    assert {**got.data, "at": ""} == {
        "people": [{"source": "app", "id": 1}], "purpose": "marketing.events", "channel": "email", "source": "",
        "state": "off", "at": "", "event": event,
    }  # fmt: skip
    assert ANNA.encode() not in got.body
    row = HookMessage.get()
    assert (row.state, row.status, row.due_at) == (DELIVERED, 204, None)


def test_whoever_listens_for_all_hears_of_people_by_keyed_hash(anna: int, inside: None, listener: Listener) -> None:
    endpoints.add("Warehouse", listener.url, events=["choice.changed"])
    choose(anna, "off", purpose=LEVEL)
    work.drain()
    assert {"hash": hashed(by_email(ANNA))} in listener.got[0].data["people"]
    assert all(one.keys() == {"hash"} for one in listener.got[0].data["people"])
    assert (listener.got[0].data["purpose"], listener.got[0].data["channel"]) == (LEVEL, None)


def test_a_system_hears_only_of_what_concerns_it_and_of_the_kinds_it_asked_for(
    anna: int, inside: None, listener: Listener
) -> None:
    endpoints.add("CRM", listener.url, source="crm", events=["restriction.changed", "choice.changed"])
    choose(anna, "off", purpose=LEVEL)  # which the CRM does not take
    said = {"case": "R-1", "wording": "…", "language": "en", "actor": "staff", "channel": "portal"}
    consents.say_no(anna, {"objection.marketing": "checking"}, **said)
    consents.say_no(anna, {"restriction": "restricted"}, **said)
    choose(anna, "on")
    work.drain()
    assert [got.told["type"] for got in listener.got] == ["restriction.changed", "choice.changed"]
    assert (listener.got[0].data["state"], listener.got[0].data["stops"]) == ("restricted", True)


def test_messages_and_the_choice_are_one_transaction(anna: int, app: HookEndpoint) -> None:
    def fail() -> None:
        with db.atomic():
            choose(anna, "off")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert HookMessage.select().count() == 0


def test_events_of_one_person_wait_for_each_other_and_others_go_on(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    ben = member(BEN)
    listener.answer = lambda got: (500 if {"source": "app", "id": 1} in got.data["people"] else 204, {})
    choose(anna, "on", "off", "on")
    choose(ben, "off")
    work.drain()
    assert [got.data["people"][0]["id"] for got in listener.got] == [1, 2]
    assert HookMessage.select().where(HookMessage.subject == anna, HookMessage.attempts > 0).count() == 1
    listener.says(204)
    with clock.later(timedelta(seconds=10)):
        work.drain()
    assert [state for _, state in listener.states] == ["on", "off", "on", "off", "on"]
    assert listener.got[0].id == listener.got[2].id
    assert listener.got[0].body == listener.got[2].body


def test_waits_grow_with_jitter_and_a_message_is_given_up_after_three_days(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    listener.says(422)  # this one message is refused, so the endpoint itself is left in peace
    choose(anna, "off")
    spans, elapsed = [], timedelta()
    while (row := HookMessage.get()).state == WAITING:
        with clock.later(elapsed):
            work.drain()
            row = HookMessage.get()
            if row.due_at:
                spans.append((row.due_at - clock.now()).total_seconds())
        elapsed += timedelta(seconds=spans[-1] + 1)
        HookEndpoint.update(failing_since=None).execute()  # something else was heard meanwhile
    assert row.state == GIVEN_UP
    assert 3 * 86400 <= elapsed.total_seconds() < 3.6 * 86400
    assert all(0.79 * min(5 * 2**n, 21600) < span < 1.21 * min(5 * 2**n, 21600) for n, span in enumerate(spans))
    assert len({round(span / min(5 * 2**n, 21600), 3) for n, span in enumerate(spans)}) > 1, "no jitter"
    listener.says(204)
    choose(anna, "on")
    with clock.later(elapsed):
        work.drain()
    assert [row.state for row in HookMessage.select().order_by(HookMessage.id)] == [OVERTAKEN, DELIVERED]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_for_all_that_waits_there(
    anna: int, app: HookEndpoint, listener: Listener, status: int
) -> None:
    ben = member(BEN)
    listener.says(status, Retry_After="120")
    choose(anna, "off")
    work.drain()
    choose(ben, "off")
    work.drain()
    assert len(listener.got) == 1, "nobody else is sent there while it asks for patience"
    listener.says(204)
    with clock.later(timedelta(seconds=119)):
        work.drain()
        assert len(listener.got) == 1
    with clock.later(timedelta(seconds=130)):
        work.drain()
    assert sorted(got.data["people"][0]["id"] for got in listener.got[1:]) == [1, 2]


def test_a_receiver_that_says_gone_is_told_nothing_more(anna: int, app: HookEndpoint, listener: Listener) -> None:
    listener.says(410)
    choose(anna, "on", "off")
    work.drain()
    assert len(listener.got) == 1
    assert HookEndpoint.get().state == ENDED
    assert {row.state for row in HookMessage.select()} == {GIVEN_UP}
    choose(anna, "on")
    assert HookMessage.select().count() == 2


def test_an_endpoint_that_is_silent_for_three_days_is_disabled_and_keeps_what_it_has_not_heard(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    listener.says(500)
    choose(anna, "off")
    work.drain()
    with clock.later(timedelta(days=3, minutes=1)):
        choose(member(BEN), "off")
        work.drain()
        assert HookEndpoint.get().state == DISABLED
        came = len(listener.got)
        choose(anna, "on")
        work.drain()
        assert len(listener.got) == came
        listener.says(204)
        endpoints.resume(app.id, "staff:1")
        work.drain()
    assert ("marketing.events", "on") in listener.states[came:]
    assert HookMessage.select().where(HookMessage.state == WAITING).count() == 0


def test_a_paused_endpoint_keeps_its_messages_and_still_takes_a_test(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    endpoints.pause(app.id, "staff:1")
    choose(anna, "off")
    endpoints.test(app.id, "staff:1")
    work.drain()
    assert [got.told["type"] for got in listener.got] == ["portal.test"]
    with pytest.raises(NotNow):
        endpoints.pause(app.id, "staff:1")
    endpoints.resume(app.id, "staff:1")
    work.drain()
    assert listener.states[1:] == [("marketing.events", "off")]


def test_while_a_secret_changes_both_sign(anna: int, app: HookEndpoint, listener: Listener) -> None:
    new = endpoints.rotate(app.id).secret
    assert new != app.secret
    choose(anna, "off")
    work.drain()
    [got] = listener.got
    assert verified(new, got.headers, got.body) == [True, False]
    assert verified(app.secret, got.headers, got.body) == [False, True]
    with clock.later(timedelta(days=1, minutes=1)):
        choose(anna, "on")
        work.drain()
    assert verified(new, listener.got[1].headers, listener.got[1].body) == [True]


def test_secrets_lie_encrypted_and_are_of_the_right_form(app: HookEndpoint) -> None:
    stored = db.run("SELECT secret FROM hook_endpoints").fetchone()[0]
    assert app.secret.encode() not in bytes(stored)
    assert 24 <= len(signing.key_of(app.secret)) <= 64
    for bad in ("whsec_", "whsec_c2hvcnQ=", app.secret.removeprefix("whsec_"), "whsec_!!!!"):
        with pytest.raises(signing.BadSecret):
            endpoints.add("App", app.url, secret=bad)


def test_what_was_told_is_told_again_under_the_same_id(anna: int, app: HookEndpoint, listener: Listener) -> None:
    choose(anna, "on", "off")
    work.drain()
    first, second = listener.got
    endpoints.send_again(app.id, HookMessage.get(HookMessage.message == second.id).id, "staff:1")
    work.drain()
    assert listener.got[2].body == second.body
    assert listener.got[2].id == second.id
    since = clock.now() - timedelta(minutes=1)
    assert endpoints.send_again_since(app.id, since, "staff:1") == 2
    work.drain()
    assert [got.id for got in listener.got[3:]] == [first.id, second.id]
    assert endpoints.send_again_since(app.id, clock.now() + timedelta(minutes=1), "staff:1") == 0


def test_a_choice_is_confirmed_in_a_system_that_listens_when_it_has_answered(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    listener.says(500)
    choose(anna, "off")
    work.drain()
    passed = {one.source: one for one in consents.deliveries(anna, EVENTS)}
    assert passed["crm"].confirmed_at
    assert not passed["app"].confirmed_at
    assert passed["app"].trying
    listener.says(204)
    with clock.later(timedelta(seconds=10)):
        work.drain()
    assert {one.source: bool(one.confirmed_at) for one in consents.deliveries(anna, EVENTS)} == {
        "app": True, "crm": True,
    }  # fmt: skip


def test_a_system_that_ends_its_endpoint_is_confirmed_by_what_is_written(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    listener.says(500)
    choose(anna, "off")
    work.drain()
    endpoints.remove(app.id)
    work.drain()
    assert all(one.confirmed_at for one in consents.deliveries(anna, EVENTS))
    assert HookMessage.select().count() == HookEndpoint.select().count() == 0


def test_an_erasure_is_told_by_the_keys_from_before_and_forgets_them_once_they_are_old(
    anna: int, app: HookEndpoint, listener: Listener
) -> None:
    from portal.sources.base import Person

    with db.atomic():
        service.erased({"app": Person(((1,),)), "crm": Person(((1,),))}, anna)
    stored = db.run("SELECT people FROM hook_messages").fetchone()[0]
    assert b"app" not in bytes(stored)
    work.drain()
    [got] = listener.got
    assert got.told["type"] == "person.erased"
    assert got.data == {"people": [{"source": "app", "id": 1}], "scope": "account", "system": "", "table": ""}
    row = HookMessage.get()
    assert row.subject is None
    with clock.later(timedelta(days=8)):
        endpoints.thin_out()
        assert HookMessage.get().people is None
        with pytest.raises(endpoints.NotHeld):
            endpoints.send_again(app.id, row.id, "staff:1")
    with clock.later(timedelta(days=31)):
        endpoints.thin_out()
    assert HookMessage.select().count() == 0


def test_a_choice_takes_as_many_statements_however_many_listen(anna: int, inside: None, listener: Listener) -> None:
    from tests.counting import queries

    endpoints.add("E0", listener.url)
    with queries() as before:
        choose(anna, "off")
    for number in range(1, 5):
        endpoints.add(f"E{number}", listener.url)
    with queries() as after:
        choose(anna, "on")
    assert len(after) == len(before)
    assert HookMessage.select().count() == 1 + 5


def test_a_list_of_who_must_be_left_out_is_told_like_a_no(anna: int, app: HookEndpoint, listener: Listener) -> None:
    choose(anna, "on")
    work.drain()
    with clock.later(timedelta(minutes=1)):
        consents.take_in(anna, [Record(EVENTS, "off", "file", LISTED, clock.now())])
        work.drain()
    assert [state for _, state in listener.states] == ["on", "off"]
    assert listener.got[1].data["event"] > listener.got[0].data["event"]
