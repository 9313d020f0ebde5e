"""One message on its way: sent with no transaction open, then what came of it is recorded in one."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

from portal import config
from portal.hooks.models import (
    DELIVERED,
    GIVEN_UP,
    NOBODY,
    ON,
    OVERTAKEN,
    TEST,
    WAITING,
    HookEndpoint,
    HookMessage,
    move,
)
from portal.hooks.service import alarms, people, reaching, signing
from portal.hooks.service.people import Named
from portal.hooks.service.reaching import Answer
from portal.kernel import clock, failpoints, outbox
from portal.kernel.problems import SourceUnavailable
from portal.kernel.work import Claim, backoff

FIRST_WAIT, LONGEST_WAIT = 5.0, 6 * 3600.0  # seconds between two tries of a message: doubling, with jitter
GONE, TOO_MANY, NOT_NOW = 410, 429, 503
ENOUGH = 5  # failures in a row, whatever they are about, after which an endpoint is left alone for a while
LONGEST_REST = timedelta(minutes=15)
DISABLED_AFTER = timedelta(days=3)  # without one answer
_SEEN_EVERY = timedelta(minutes=1)


def deliver(claim: Claim[HookMessage]) -> None:
    """Send a message to its endpoint and record what was answered (Standard Webhooks 1.0).

    A kill after the answer and before it is recorded repeats the message, with the same id.
    """
    message, endpoint = claim.row, HookEndpoint.get_by_id(claim.row.endpoint_id)
    if endpoint.state != ON and message.kind != TEST:
        claim.done()
        return
    try:
        named = people.of(message, endpoint)
    except SourceUnavailable:
        claim.later(backoff(message.attempts))
        return
    if named is None:
        _settle(claim, endpoint, NOBODY)
        return
    failpoints.point("hooks: before post")
    answer = send(endpoint, message, named)
    failpoints.point("hooks: after post")
    _heard(claim, endpoint, answer) if answer.is_heard else _failed(claim, endpoint, answer)


def send(endpoint: HookEndpoint, message: HookMessage, named: Named) -> Answer:
    """Post one message, signed with every secret that holds at the moment."""
    told = body(message, named)
    signed_by = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_until and endpoint.old_until > clock.now():
        signed_by.append(endpoint.old_secret)
    headers = signing.headers(message.message, int(clock.now().timestamp()), told, signed_by)
    allowed = reaching.networks(config.active().webhook_networks)
    return reaching.post(endpoint.url, told, headers, allowed)


def body(message: HookMessage, named: Named) -> bytes:
    """Return what is sent: type, moment, and data that hold nothing more of a person than how a system names them."""
    facts: dict[str, Any] = json.loads(message.facts)
    data = {"people": named, **facts} if message.subject is not None or message.people is not None else facts
    told = {"type": message.kind, "timestamp": message.at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _settle(claim: Claim[HookMessage], endpoint: HookEndpoint, state: str, **tried: Any) -> None:
    """Record that a message is over, and let the choice that it carried be looked at again."""
    message = claim.row
    with claim.step(state=state, due_at=None, attempts=0, **tried):
        if message.subject is not None and state != GIVEN_UP:
            _overtake(message)
            if endpoint.source:
                outbox.look_again(message.subject, endpoint.source)
        if endpoint.failures and state == DELIVERED:
            well = {"failures": 0, "failing_since": None, "resting_until": None}
            HookEndpoint.update(well).where(HookEndpoint.id == endpoint.id).execute()


def _overtake(message: HookMessage) -> None:
    """Let what was given up count no more, once something newer about the same was heard."""
    same = (HookMessage.endpoint == message.endpoint_id) & (HookMessage.subject == message.subject)
    older = same & (HookMessage.about == message.about) & (HookMessage.id < message.id)
    HookMessage.update(state=OVERTAKEN).where(older & (HookMessage.state == GIVEN_UP)).execute()


def _heard(claim: Claim[HookMessage], endpoint: HookEndpoint, answer: Answer) -> None:
    now = clock.now()
    _settle(claim, endpoint, DELIVERED, tried_at=now, status=answer.status, took=answer.took, trouble="")
    if endpoint.heard_at is None or endpoint.heard_at < now - _SEEN_EVERY:
        HookEndpoint.update(heard_at=now).where(HookEndpoint.id == endpoint.id).execute()
    if endpoint.resting_until:  # it is back: what was put off goes out now
        later = (HookMessage.endpoint == endpoint.id) & (HookMessage.state == WAITING) & (HookMessage.due_at > now)
        move(later & (HookMessage.attempts == 0), due_at=now)


def _failed(claim: Claim[HookMessage], endpoint: HookEndpoint, answer: Answer) -> None:
    now, message = clock.now(), claim.row
    since = endpoint.failing_since or now
    tried = {"tried_at": now, "status": answer.status, "took": answer.took, "trouble": answer.trouble}
    HookEndpoint.update(failures=HookEndpoint.failures + 1, failing_since=since).where(
        HookEndpoint.id == endpoint.id
    ).execute()
    if message.subject is not None and endpoint.source:
        outbox.doubt(message.subject, endpoint.source)
    if answer.status == GONE:
        _settle(claim, endpoint, GIVEN_UP, **tried)
        alarms.end(endpoint)
    elif message.give_up_at <= now:
        _settle(claim, endpoint, GIVEN_UP, **tried)
    else:
        claim.later(_wait(message.attempts, answer), **tried)
    if answer.status != GONE and message.kind != TEST:
        if now - since >= DISABLED_AFTER:
            alarms.disable(endpoint)
        else:
            _rest(endpoint, answer)


def _wait(attempts: int, answer: Answer) -> float:
    """Return how many seconds to wait: what the receiver asks for, else doubling, and never all at one moment."""
    if answer.retry_after is not None:
        return answer.retry_after + random.uniform(0, 5)  # noqa: S311 - spreads load, hides nothing
    return min(FIRST_WAIT * 2.0 ** min(attempts, 20), LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311


def _rest(endpoint: HookEndpoint, answer: Answer) -> None:
    """Leave an endpoint alone that asks for it, or that has failed so often in a row that its neighbours would too."""
    asked = answer.retry_after if answer.status in (TOO_MANY, NOT_NOW) else None
    if asked is None and (endpoint.failures + 1 < ENOUGH or (answer.status or 500) < 500):
        return
    most = LONGEST_REST.total_seconds()
    span = asked if asked is not None else min(FIRST_WAIT * 2.0 ** min(endpoint.failures, 12), most)
    until = clock.now() + timedelta(seconds=span)
    HookEndpoint.update(resting_until=until).where(HookEndpoint.id == endpoint.id).execute()
    due = (HookMessage.endpoint == endpoint.id) & (HookMessage.state == WAITING) & (HookMessage.due_at < until)
    move(due & HookMessage.claimed_until.is_null(), due_at=until)
