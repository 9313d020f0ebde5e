"""Whoever files requests for addresses learns nothing of who is known (RULES R1, R3; smoke line 15)."""

from __future__ import annotations

from functools import partial

import pytest

from portal.cases.models import Case
from portal.notices.models import Message
from tests.accounts.test_enumeration import PAIRS, interleaved, post
from tests.conftest import Portal
from tests.separable import Tries, assert_inseparable


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    ("door", "typed", "mails"),
    [
        ("/requests/new/download", {"acting": "self", "words": "All of it.", "country": "VN"}, 2 * PAIRS),
        ("/requests/links", {}, 0),
    ],
)
def test_a_request_for_a_known_and_for_an_unknown_address_cannot_be_told_apart(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, door: str, typed: dict[str, str], mails: int
) -> None:
    """Both get the same mail too, so not even who reads it learns whether the address is known."""
    monkeypatch.setattr("portal.cases.service.asking.PER_ADDRESS", "1000/hour")  # there are fewer people than tries
    monkeypatch.setattr("portal.cases.service.on_file.PER_ADDRESS", "1000/hour")
    asked = (Tries(), Tries())
    for kind, client, address, network in interleaved(portal):
        asked[kind].add(partial(post, client, network, door, **typed, email=address), address)
    assert_inseparable(*asked)
    assert {said[0] for said in asked[0].said} <= {200, 303}
    assert Message.select().count() == mails
    assert {row.kind for row in Message.select()} <= {"request_received"}
    for case in Case.select().limit(1):
        assert not case.subject_id
    assert Case.select().where(Case.subject.is_null(False)).count() == 0
