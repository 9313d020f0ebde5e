"""What counts as a proof, whatever the order in which systems answer."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from portal.subjects.proofs import CLAIMED, GONE, LINKED, UNCLAIMED, Found, discloses, merged, waits

KINDS = st.sampled_from(["email", "phone", "external_id"])
FINDING = st.tuples(KINDS, st.booleans())


def after(findings: list[tuple[str, bool]], known: Found | None = None) -> Found:
    """Let identifiers of different kinds find a row one after the other."""
    for kind, alone in findings:
        known = merged(known, kind, alone=alone, only=True)
    assert known
    return known


@given(st.lists(st.tuples(st.just("phone"), st.booleans()), min_size=1))
def test_phones_alone_never_disclose_however_often_they_find(findings: list[tuple[str, bool]]) -> None:
    assert not discloses(after(findings))
    assert waits(after(findings))


@given(st.lists(st.tuples(KINDS, st.just(False)), min_size=1, unique=True))
def test_shared_addresses_never_disclose(findings: list[tuple[str, bool]]) -> None:
    assert not discloses(after(findings))


@given(st.lists(FINDING, min_size=1, max_size=3, unique_by=lambda finding: finding[0]))
def test_the_order_of_answers_does_not_decide(findings: list[tuple[str, bool]]) -> None:
    assert len({discloses(after(list(order))) for order in permutations(findings)}) == 1


@given(st.lists(FINDING, min_size=1, max_size=3, unique_by=lambda finding: finding[0]))
def test_being_found_again_changes_nothing(findings: list[tuple[str, bool]]) -> None:
    once = after(findings)
    assert discloses(after(findings, once)) == discloses(once)


@given(st.lists(FINDING))
def test_what_was_claimed_stays_claimed(findings: list[tuple[str, bool]]) -> None:
    known = Found(CLAIMED, "email")
    assert (after(findings, known) if findings else known) == known


def test_an_address_of_ones_own_discloses_and_a_shared_one_with_a_phone_too() -> None:
    assert discloses(after([("email", True)]))
    assert discloses(after([("email", False), ("phone", True)]))
    assert not discloses(after([("email", False), ("phone", False)]))


def test_what_is_gone_neither_discloses_nor_waits_and_begins_anew() -> None:
    gone = Found(GONE, "email")
    assert not discloses(gone)
    assert not waits(gone)
    assert merged(gone, "phone", alone=True, only=True) == Found(LINKED, "phone")


def test_an_address_that_others_came_to_share_discloses_no_more() -> None:
    assert merged(Found(LINKED, "email"), "email", alone=False, only=True) == Found(UNCLAIMED, "email")
