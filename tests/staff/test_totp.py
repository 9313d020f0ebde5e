"""One-time passwords are those of RFC 6238, within one step, never twice."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.staff import totp

RFC = b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, the last six of its eight digits.
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(RFC, totp.step_of(at)) == code
    assert totp.step_with(RFC, code, at, 0) == seconds // 30


@given(st.integers(2, 2**32), st.integers(-5, 5), st.integers(-5, 5))
def test_a_code_counts_within_one_step_and_after_the_last_one_taken(step: int, far: int, last: int) -> None:
    secret = totp.new_secret()
    at, code = datetime.fromtimestamp(step * 30, UTC), totp.code_at(secret, max(0, step + far))
    found = totp.step_with(secret, code, at, step + last)
    if abs(far) <= 1 and far > last:
        assert found is not None
        assert found > step + last
    elif found is not None:  # two steps share a code once in a million
        assert totp.code_at(secret, found) == totp.code_at(secret, max(0, step + far))


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "２８７０８２", "287082\n", "é87082"])
def test_anything_but_the_six_digits_is_wrong(typed: str) -> None:
    assert totp.step_with(RFC, typed, datetime.fromtimestamp(59, UTC), 0) is None


def test_secrets_have_160_bits_and_differ() -> None:
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(secret) for secret in made} == {32}


def test_the_address_for_apps_names_the_site_and_the_member() -> None:
    address = totp.address(RFC, "Acme & Co Privacy", "an+x@staff.example")
    assert address == (
        f"otpauth://totp/Acme%20%26%20Co%20Privacy:an%2Bx%40staff.example?secret={RFC}&issuer=Acme%20%26%20Co%20Privacy"
    )
