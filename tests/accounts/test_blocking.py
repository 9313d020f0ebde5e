"""A blocked address opens no account; whoever typed it sees what everybody sees, and every right stays open to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts import blocking, service, sign_up
from portal.accounts.models import Account, BlockedAddress, Challenge
from portal.kernel import clock
from tests.conftest import Portal

BLOCKED, FREE = "blocked@example.com", "free@example.com"


def asked(portal: Portal, address: str) -> str:
    """Ask to sign up, let the worker decide, and return the token of the attempt."""
    token = sign_up.ask(address, "192.0.2.9", "en", "VN-16")
    portal.drain()
    return token


def test_a_blocked_address_gets_no_code_and_is_led_to_its_rights(portal: Portal) -> None:
    blocking.block("email", BLOCKED, clock.today() + timedelta(days=30), "R-2222-22")
    token, other = asked(portal, BLOCKED), asked(portal, FREE)
    (mail,) = [mail for mail in portal.mails() if mail["To"] == BLOCKED]
    assert "/requests/new" in mail.as_string()
    assert "child" not in mail.as_string()
    assert service.pending(token) is not None
    assert service.pending(other) is not None
    with pytest.raises(service.WrongCode):
        service.sign_in(token, "123456", "a test")
    assert not Account.select().exists()


def test_a_code_that_somebody_guesses_opens_nothing_with_a_blocked_address(portal: Portal) -> None:
    blocking.block("email", BLOCKED, clock.today() + timedelta(days=30), "R-2222-22")
    asked(portal, BLOCKED)
    assert not Challenge.get().code_hash


def test_the_block_ends_after_its_day_and_leaves_nothing(portal: Portal) -> None:
    blocking.block("email", BLOCKED, clock.today() + timedelta(days=3), "R-2222-22")
    blocking.block("email", BLOCKED, clock.today() + timedelta(days=30), "R-3333-33")
    blocking.block("email", BLOCKED, clock.today() + timedelta(days=5), "R-4444-44")
    assert BlockedAddress.get().until == clock.today() + timedelta(days=30)
    assert BLOCKED not in str(BlockedAddress.get().__data__)
    with clock.later(timedelta(days=32)):
        assert not blocking.is_blocked("email", BLOCKED)
        blocking.forget_past()
        assert not BlockedAddress.select().exists()


def test_an_appeal_lifts_a_block_at_once(portal: Portal) -> None:
    blocking.block("email", BLOCKED, clock.today() + timedelta(days=30), "R-2222-22")
    blocking.lift("R-2222-22")
    asked(portal, BLOCKED)
    assert Challenge.get().state == "sent"
