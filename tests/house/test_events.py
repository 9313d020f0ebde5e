"""Whatever is logged about a person can be read by that person, in words."""

from __future__ import annotations

import re

from portal.kernel import audit
from portal.security.words import IMPERSONAL, SAID

TO_COME = {"*"}


def test_every_event_about_a_person_has_a_sentence() -> None:
    silent = audit.declared().keys() - SAID.keys() - IMPERSONAL
    assert not silent, "add a sentence to portal/security/words.py, or name the event in IMPERSONAL"


def test_no_sentence_is_left_over() -> None:
    assert SAID.keys() - audit.declared().keys() <= TO_COME
    assert audit.declared().keys() >= IMPERSONAL


def test_a_sentence_names_only_what_its_event_carries() -> None:
    for name, keys in audit.declared().items():
        facts = set(re.findall(r"%\((\w+)\)", SAID.get(name, "")))
        assert facts <= keys, f"{name} carries {sorted(keys)}"
