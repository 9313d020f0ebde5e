"""`portal webhooks` adds who listens, and tests, pauses, replays and removes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.hooks.models import DELIVERED, PAUSED, WAITING, HookEndpoint, HookMessage
from portal.hooks.service import signing
from portal.kernel import clock
from tests.cli.conftest import Command
from tests.conftest import Portal

URL = "https://booking.example.com/portal"


@pytest.fixture(params=["embedded"])
def urls(request: pytest.FixtureRequest, urls: dict[str, str]) -> dict[str, str]:
    """One set-up is enough: what the commands call is tested on both."""
    return urls


def test_an_endpoint_is_added_shown_handled_and_removed(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    def webhooks(*words: str) -> str:
        done = command("webhooks", *words, environ=environ)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    secret = webhooks("add", "Booking App", URL, "--system", "booking", "--event", "choice.changed")
    found = HookEndpoint.get()
    assert (found.secret, found.source, found.kinds) == (secret, "booking", "choice.changed")
    assert signing.key_of(secret)
    assert webhooks("add", "Booking App", f"{URL}/new", "--system", "booking") == "", "no secret is shown twice"
    assert HookEndpoint.get().url == f"{URL}/new"
    told = {"endpoint": found, "kind": "choice.changed", "give_up_at": clock.now(), "due_at": None}
    HookMessage.create(message="msg_1", state=DELIVERED, at=clock.now() - timedelta(hours=2), **told)
    HookMessage.create(message="msg_2", state=DELIVERED, **told)
    since = (clock.now() - timedelta(hours=1)).isoformat()
    assert webhooks("replay", "Booking App", "--since", since) == "1 messages are sent again"
    assert [row.message for row in HookMessage.select().where(HookMessage.state == WAITING)] == ["msg_2"]
    webhooks("pause", "Booking App")
    assert HookEndpoint.get().state == PAUSED
    assert webhooks("rotate", "Booking App") == HookEndpoint.get().secret != secret
    webhooks("test", "Booking App")
    listed = webhooks("list")
    assert "paused" in listed
    assert "2 waiting since" in listed
    assert secret not in listed
    webhooks("remove", "Booking App")
    assert HookEndpoint.select().count() == HookMessage.select().count() == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "X", "http://example.com/"), 2, "cannot go to this address"),
        (("add", "X", URL, "--system", "nowhere"), 1, "no system nowhere is connected"),
        (("add", "X", URL, "--event", "choice.made"), 1, "is no kind of event"),
        (("add", "X", URL, "--secret", "whsec_abc"), 2, "env:NAME"),
        (("pause", "Nobody"), 1, "no endpoint has this name"),
        (("replay", "Nobody", "--since", "yesterday"), 2, "--since"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    portal: Portal, environ: dict[str, str], command: Command, words: tuple[str, ...], code: int, says: str
) -> None:
    done = command("webhooks", *words, environ=environ)
    assert done.returncode == code
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert HookEndpoint.select().count() == 0
