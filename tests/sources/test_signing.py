"""A call between portal and system is believed only when it is signed and fresh."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sources.signing import WINDOW, sign, verify
from tests.sources.world import NOW

STAMP, BODY = str(int(NOW.timestamp())), b'{"operation": "counts"}'
GOOD = sign("secret", STAMP, BODY)


# As another program makes it: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
KNOWN = "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"


def test_the_signature_is_one_that_any_program_can_make() -> None:
    assert sign("secret", "1700000000", b"{}") == "v1=" + KNOWN


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(0, True), (WINDOW, True), (-WINDOW, True), (WINDOW + 1, False), (-WINDOW - 1, False)]
)
def test_a_call_is_fresh_for_five_minutes_either_way(seconds: int, fresh: bool) -> None:
    assert verify("secret", STAMP, GOOD, BODY, NOW + timedelta(seconds=seconds)) is fresh


@pytest.mark.parametrize(
    ("secret", "stamp", "signature", "body"),
    [
        ("other", STAMP, GOOD, BODY),
        ("secret", str(int(STAMP) + 1), GOOD, BODY),
        ("secret", STAMP, GOOD, BODY + b" "),
        ("secret", STAMP, GOOD.upper(), BODY),
        ("secret", STAMP, "", BODY),
        ("secret", STAMP, GOOD.removeprefix("v1="), BODY),
    ],
)
def test_anything_changed_is_refused(secret: str, stamp: str, signature: str, body: bytes) -> None:
    assert not verify(secret, stamp, signature, body, NOW)


@given(st.text(), st.text())
def test_no_header_makes_it_fail_otherwise(stamp: str, signature: str) -> None:
    assert not verify("secret", stamp, signature, BODY, NOW)
