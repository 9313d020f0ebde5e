"""Nothing of a person stands in a log."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.kernel import logs


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("550 mai.nguyen@example.com unknown", "550 [e-mail] unknown"),
        ("550 siobhan.o'neill@example.com unknown", "550 [e-mail] unknown"),
        ("call +84 900 000 008 back", "call [number] back"),
        ("GET /archives/Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0", "GET /archives/[token]"),
        ("claimed 3 rows of booking", "claimed 3 rows of booking"),
    ],
)
def test_addresses_numbers_and_tokens_are_replaced(said: str, written: str) -> None:
    assert logs.redact(said) == written


def test_what_is_named_personal_is_removed_whatever_it_holds() -> None:
    event = logs._redacted(None, "info", {"event": "sent", "email": "x", "code": "123456", "source": "booking"})
    assert event == {"event": "sent", "email": "[removed]", "code": "[removed]", "source": "booking"}


@given(st.emails())
@example("'@A.Bb")
def test_no_address_comes_through(address: str) -> None:
    assert address not in logs.redact(f"could not reach {address} today")
