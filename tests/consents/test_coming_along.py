"""What comes with a session is what holds now, whoever wrote it: a process keeps how it reads, never what is true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts.models import Session
from portal.consents import service
from portal.consents.models import reach_of
from portal.kernel import clock, tokens, work
from portal.subjects import service as subjects
from portal.subjects.models import Subject
from portal.subjects.service import SignedIn
from tests.consents.conftest import TERMS
from tests.counting import queries

LEVEL, EVENTS = "location.level", "marketing.events.email"


@pytest.fixture
def token(anna: int) -> str:
    """The token of a session of Anna's."""
    token, later = tokens.new_token(), clock.now() + timedelta(hours=1)
    Session.create(account=Subject.get_by_id(anna).account, digest=tokens.digest(token), device="", fresh_until=later)
    return token


def looked(token: str) -> SignedIn:
    """Look who is signed in, as each request does."""
    found = subjects.signed_in(token)
    assert found is not None
    return found


def test_choices_of_another_process_are_seen_by_the_next_request(anna: int, token: str) -> None:
    for state in ("on", "off", "on"):
        service.record(anna, EVENTS, state, **TERMS)  # no request of ours knows of it
        assert service.present(looked(token)) == service.standing(anna)
        assert service.present(looked(token))[EVENTS].state == state


def test_how_far_choices_came_is_seen_by_the_next_request(anna: int, token: str) -> None:
    service.record(anna, EVENTS, "on", **TERMS)
    before = far(looked(token))
    work.drain()
    assert (before, far(looked(token))) == ({"app": False, "crm": False}, {"app": True, "crm": True})
    assert looked(token).memo["systems"] == len(reach_of(anna)) == 2


def far(reader: SignedIn) -> dict[str, bool]:
    """Tell which systems have confirmed what was chosen."""
    passed = service.present_passed(reader, service.present(reader), [EVENTS])[EVENTS]
    return {one.source: one.confirmed_at is not None for one in passed}


def test_a_request_that_chose_shows_what_it_chose_with_one_statement(anna: int, token: str) -> None:
    reader = looked(token)
    assert not service.present(reader)[LEVEL].made
    service.record(anna, LEVEL, "precise", **TERMS)
    with queries() as asked:
        service.look_anew(reader)
        assert service.present(reader)[LEVEL].state == "precise"
        assert far(reader) == {"app": False, "crm": False}
    assert len(asked) == 1


def test_what_one_request_reads_no_other_can_be_made_to_see(anna: int, token: str) -> None:
    service.record(anna, LEVEL, "off", **TERMS)
    standing = service.present(looked(token))
    assert service.present(looked(token)) is standing  # nothing changed, so nothing is read twice
    with pytest.raises(TypeError):
        standing[LEVEL] = service.Choice("precise")  # type: ignore[index]
