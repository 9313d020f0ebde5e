"""Keys, sealed values and hashes."""

from __future__ import annotations

import base64
import hmac
import unicodedata

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import crypto

OLD, NEW = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@given(st.text())
def test_what_is_sealed_opens_in_its_own_context_only(text: str) -> None:
    sealed = crypto.encrypt(text, "accounts.name")
    assert crypto.decrypt(sealed, "accounts.name") == text
    with pytest.raises(InvalidTag):
        crypto.decrypt(sealed, "accounts.other")


def test_old_values_open_after_the_key_was_changed() -> None:
    crypto.use_keys("secret", (OLD,), (OLD,))
    sealed = crypto.encrypt("Đà Nẵng", "x")
    crypto.use_keys("secret", (NEW, OLD), (OLD,))
    assert crypto.decrypt(sealed, "x") == "Đà Nẵng"
    crypto.use_keys("secret", (NEW,), (OLD,))
    with pytest.raises(KeyError):
        crypto.decrypt(sealed, "x")


def test_a_hash_names_its_key_and_old_hashes_are_still_found() -> None:
    crypto.use_keys("secret", (OLD,), (OLD,))
    before = crypto.keyed_hash("email", "mai@example.com")
    crypto.use_keys("secret", (OLD,), (OLD, NEW))
    assert crypto.keyed_hash("email", "mai@example.com").startswith("2:")
    assert before in crypto.keyed_hashes("email", "mai@example.com")


def test_the_same_value_hashes_apart_for_another_purpose() -> None:
    assert crypto.keyed_hash("email", "1") != crypto.keyed_hash("phone", "1")


def test_a_key_of_the_wrong_length_is_refused_by_the_name_of_its_setting() -> None:
    with pytest.raises(ValueError, match="PORTAL_ENCRYPTION_KEYS"):
        crypto.use_keys("secret", ("c2hvcnQ=",), (OLD,))


@given(st.text(), st.sampled_from(["email", "key:booking"]))
def test_many_hashes_are_those_of_one_and_of_the_standard(value: str, purpose: str) -> None:
    keys = [base64.urlsafe_b64encode(bytes([byte]) * 32).decode() for byte in (1, 2)]
    crypto.use_keys("s", (keys[0],), tuple(keys))
    text = f"{purpose}\0{unicodedata.normalize('NFC', value)}".encode()
    plain = [f"{n}:{hmac.new(bytes([n]) * 32, text, 'sha256').hexdigest()}" for n in (1, 2)]
    assert crypto.hashes(purpose, [value]) == plain
    assert crypto.keyed_hashes(purpose, value) == plain[::-1]


@given(st.text(max_size=200), st.lists(st.text(), max_size=3))
def test_a_signature_is_that_of_the_standard_however_long_the_secret(secret: str, parts: list[str]) -> None:
    crypto.use_keys(secret, (OLD,), (OLD,))
    text = "\0".join(["csrf", *parts]).encode()
    assert crypto.sign("csrf", *parts) == hmac.digest(secret.encode(), text, "sha256")
