"""May we? Whatever says no is obeyed in the next call, by every name of a person, and nobody is taken for another."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal import config
from portal.api.schema import faults
from portal.api.service import answering
from portal.consents import service as consents
from portal.consents.service import asking, judging, projection
from portal.consents.service.projection import Choice
from portal.demo.stage import HERE
from portal.kernel import crypto
from portal.location import service as location
from portal.policies import service as policies
from portal.subjects import service as subjects
from tests.api.calling import Caller
from tests.conftest import Portal
from tests.counting import queries
from tests.people import Member, member

EVENTS = {"purpose": "marketing.events", "channel": "email"}


def row_of(portal: Portal, email: str) -> int:
    with closing(sqlite3.connect(portal.systems.database("booking"))) as booking:
        return int(booking.execute("SELECT id FROM users WHERE email = ?", (email,)).fetchone()[0])


def asked(caller: Caller, person: dict[str, Any], **question: str) -> dict[str, Any]:
    told = caller.post("/may", {"questions": [{"person": person, **question}]})
    answer: dict[str, Any] = told["answers"][0]
    return answer


def switch(somebody: Member, name: str, state: str) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert somebody.browser.client.post("/marketing", data={name: state}, headers=headers).status_code == 303


def test_a_choice_on_a_page_is_obeyed_in_the_next_call_by_every_name(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "may:read")
    names: list[dict[str, Any]] = [
        {"email": mai.email},
        {"email": mai.email.upper()},
        {"source": "booking", "id": row_of(portal, mai.email)},
    ]
    for name in names:
        assert asked(caller, name, **EVENTS) == {"allowed": False, "reason": "not-chosen"}
    for state in ("on", "off", "on"):
        switch(mai, "marketing.events.email", state)
        for name in names:
            answer = asked(caller, name, **EVENTS)
            assert answer["allowed"] is (state == "on")
            assert answer["reason"] == ("chosen" if state == "on" else "not-chosen")
            assert datetime.fromisoformat(answer["since"]).tzinfo is not None
    assert asked(caller, names[0], purpose="marketing.events", channel="sms")["allowed"] is False


def test_a_level_is_asked_up_to_a_state_and_for_one_system(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "may:read")
    location.save(mai.subject, "precise", "en")
    location.save(mai.subject, "approximate", "en", "booking")
    me = {"email": mai.email}
    told = {
        (state, source): asked(caller, me, purpose="location.level", state=state, source=source)["allowed"]
        for state in ("off", "approximate", "precise")
        for source in ("booking", "whitelabel")
    }
    assert told == {
        ("off", "booking"): True, ("approximate", "booking"): True, ("precise", "booking"): False,
        ("off", "whitelabel"): True, ("approximate", "whitelabel"): True, ("precise", "whitelabel"): True,
    }  # fmt: skip
    by_row = {"source": "booking", "id": row_of(portal, mai.email)}
    assert asked(caller, by_row, purpose="location.level", state="precise")["allowed"] is False


def test_who_is_unknown_is_denied_what_has_to_be_chosen_and_not_what_the_service_needs(portal: Portal) -> None:
    caller = Caller(portal, "may:read")
    for person in (
        {"email": "nobody@example.com"},
        {"phone": "+84900000000"},
        {"source": "booking", "id": 987654},
        {"source": "no-such-system", "id": "x\x00"},
        {"source": "booking", "id": [1, "a"]},
    ):
        assert asked(caller, person, **EVENTS) == {"allowed": False, "reason": "unknown-person"}
        assert asked(caller, person, purpose="contract") == {"allowed": True, "reason": "needed"}
        assert asked(caller, person, purpose="selling") == {"allowed": False, "reason": "unknown-purpose"}


def test_a_restriction_an_objection_and_a_hold_say_no_with_their_request(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "may:read")
    switch(mai, "marketing.events.email", "on")
    terms = {"case": "R-7F3K-Q2", "wording": "…", "language": "en", "actor": "person", "channel": "portal"}
    for name, state, over, reason in (
        ("restriction", "checking", "lifted", "restricted"),
        ("objection.marketing", "upheld", "rejected", "objected"),
        ("hold.marketing", "held", "none", "held"),
    ):
        consents.say_no(mai.subject, {name: state}, **terms)
        answer = asked(caller, {"email": mai.email}, **EVENTS)
        assert (answer["allowed"], answer["reason"], answer["request"]) == (False, reason, "R-7F3K-Q2")
        contract = asked(caller, {"email": mai.email}, purpose="contract")
        assert contract["allowed"] is (name != "restriction")
        assert asked(caller, {"email": mai.email}, purpose="accounting")["allowed"] is True
        consents.say_no(mai.subject, {name: over}, **terms)
        assert asked(caller, {"email": mai.email}, **EVENTS)["allowed"] is True


def test_a_row_that_waits_for_a_proof_speaks_for_nobody(portal: Portal) -> None:
    """Two rows share an address: the choice of whoever proved it is theirs, and not that of either row."""
    sharer, caller = member(portal, "father"), Caller(portal, "may:read")
    policies.choose(sharer.subject, "marketing.events.email", "on", "en")
    waiting = subjects.waiting_rows(sharer.subject)
    assert waiting
    for link in waiting:
        row = {"source": link.source, "id": json.loads(link.key)}
        assert asked(caller, row, **EVENTS)["reason"] == "unknown-person"
    assert asked(caller, {"email": sharer.email}, **EVENTS)["allowed"] is True


def test_everybody_is_found_under_the_key_that_hashed_them(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "may:read")
    row = {"source": "booking", "id": row_of(portal, mai.email)}
    newer = crypto._hasher(b"a newer key of thirty-two bytes.")
    monkeypatch.setattr(crypto._ring, "hashers", [*crypto._ring.hashers, newer])
    an = member(portal, "an@example.com")
    for somebody in (mai, an):
        switch(somebody, "marketing.events.email", "on")
    unknown = [{"email": "nr1@example.com"}, {"source": "booking", "id": 987654}]
    people = [unknown[0], {"email": mai.email}, row, {"email": an.email}, unknown[1]]
    told = caller.post("/may", {"questions": [{"person": person, **EVENTS} for person in people]})
    assert [answer["allowed"] for answer in told["answers"]] == [False, True, True, True, False]


def test_ten_thousand_questions_take_as_many_statements_as_three(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "may:read")
    switch(mai, "marketing.events.email", "on")
    mix = [
        {"person": {"email": mai.email}, **EVENTS},
        {"person": {"phone": "+84912345678"}, **EVENTS},
        {"person": {"source": "booking", "id": row_of(portal, mai.email)}, **EVENTS},
    ]
    caller.post("/may", {"questions": mix})  # the key was seen, the first lot is taken
    with queries() as few:
        caller.post("/may", {"questions": mix})
    many = [*mix, *({"person": {"email": f"nr{n}@example.com"}, **EVENTS} for n in range(9_997))]
    with queries() as seen:
        told = caller.post("/may", {"questions": many})
    assert len(seen) == len(few) <= 4
    assert [answer["allowed"] for answer in told["answers"][:3]] == [True, False, True]
    assert {answer["reason"] for answer in told["answers"][3:]} == {"unknown-person"}
    caller.post("/may", {"questions": [*many, mix[0]]}, status=422)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/questions"),
        ([], "#"),
        ({"questions": []}, "#/questions"),
        ({"questions": [1]}, "#/questions/0"),
        ({"questions": [{"person": {"email": "mai@example.com"}}]}, "#/questions/0/purpose"),
        ({"questions": [{"person": {}, "purpose": "x"}]}, "#/questions/0/person"),
        ({"questions": [{"person": {"email": "mai@example.com", "id": 1}, "purpose": "x"}]}, "#/questions/0/person"),
        ({"questions": [{"person": {"source": "booking", "id": True}, "purpose": "x"}]}, "#/questions/0/person"),
        ({"questions": [{"person": {"email": "mai@example.com"}, "purpose": 1}]}, "#/questions/0/purpose"),
        ({"questions": [{"person": {"email": "mai@example.com"}, "purpose": "x", "y": 1}]}, "#/questions/0/y"),
    ],
)
def test_what_has_not_the_right_shape_is_told_where(portal: Portal, body: Any, pointer: str) -> None:
    answer = Caller(portal, "may:read").post("/may", body, status=422)
    assert pointer in [error["pointer"] for error in answer["errors"]]


def test_what_is_no_address_is_nobodys(portal: Portal) -> None:
    caller = Caller(portal, "may:read")
    for person in ({"email": "no address"}, {"phone": "tomorrow"}, {"email": "a@b"}):
        assert asked(caller, person, **EVENTS) == {"allowed": False, "reason": "unknown-person"}


CHOSEN = ["off", "on", "approximate", "precise"]
STATES = st.sampled_from([*CHOSEN, "none", "checking", "restricted", "upheld", "held", "refused"])
NAMES = ["marketing.events.email", "marketing.events.email@booking", "location.level", "location.level@booking"]
STOPS = ["restriction", "objection.marketing", "objection.marketing.events", "hold.location", "hold.marketing"]
STOPS += ["refusal.marketing.events", "refusal.location.level", "hold.analytics"]
STANDINGS = st.dictionaries(
    st.sampled_from([*NAMES, *STOPS]), st.tuples(STATES, st.integers(1, 99), st.sampled_from([(), ("R-7F3K-Q2",)]))
)


@given(STANDINGS, st.sampled_from(["", "booking", "crm"]), st.sampled_from(["", "off", "on", "approximate", "precise"]))
def test_many_at_once_are_judged_as_one_alone(
    standing: dict[str, tuple[str, int, tuple[str, ...]]], source: str, state: str
) -> None:
    site = config.read_site(HERE / "site.toml", "http://localhost:8000")
    config.use(SimpleNamespace(site=site))  # type: ignore[arg-type]
    at = "2026-11-22T10:00:00+00:00"
    stored = {}
    for name, (chosen, event, case) in standing.items():
        purpose = site.purposes.get(name.partition("@")[0])
        if purpose is None or chosen in purpose.states:
            stored[name] = [chosen, event, at, *case]
    choices = projection.read(stored)
    for purpose_id in ("marketing.events.email", "marketing.events.sms", "location.level", "contract", "accounting"):
        known = site.purposes.get(purpose_id)
        if state and (known is None or state not in known.states):
            continue
        one = judging.judged(choices, purpose_id, state, source)
        told = asking.Question(site, purpose_id, state, source).of(stored)
        assert (told["allowed"], told["reason"]) == (one.allowed, one.reason.replace(" ", "-"))
        assert told.get("request", "") == one.case
        assert told.get("since", "") == (one.since.isoformat() if one.since else "")


def test_a_choice_is_newer_than_an_objection_only_when_it_was_made_later(portal: Portal) -> None:
    choices = {"location.level": Choice("precise", 2), "objection.location": Choice("upheld", 1)}
    stored = {name: [choice.state, choice.event, ""] for name, choice in choices.items()}
    assert asking.question("location.level").of(stored)["allowed"]
    stored["objection.location"][1] = 3
    assert not asking.question("location.level").of(stored)["allowed"]


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "x", "a@b", "x" * 300]), st.just([])
)
ADDRESSES = st.sampled_from(["mai@example.com", "a@b", "no address", "+84912345678", "tomorrow", "é@example.com"])
PEOPLE = st.one_of(
    st.fixed_dictionaries({"email": ADDRESSES | ODD}, optional={"id": ODD, "more": ODD}),
    st.fixed_dictionaries({"phone": ADDRESSES | ODD}, optional={"source": ODD}),
    st.fixed_dictionaries(
        {"source": st.just("booking") | ODD, "id": st.one_of(ODD, st.just([1, "a"]), st.just([True]))},
        optional={"email": ADDRESSES},
    ),
    ODD,
)
SOUND: dict[str, Any] = {"person": {"email": "mai@example.com"}, "purpose": "x", "channel": "email"}
CHANGES = st.dictionaries(st.sampled_from(["purpose", "channel", "state", "source", "more"]), ODD, max_size=2)
QUESTIONS = st.builds(
    lambda lost, person, changes: {k: v for k, v in {**SOUND, **person, **changes}.items() if k != lost},
    st.sampled_from(["", *SOUND]),
    st.fixed_dictionaries({}, optional={"person": PEOPLE}),
    CHANGES,
)


@given(QUESTIONS)
@example({**SOUND, "person": {"email": "mai@example.com", "id": 7, "more": 1}})
@example({**SOUND, "person": {"phone": "+84912345678", "id": 7, "more": 1}})
@example({"person": SOUND["person"], "purpose": "x", "channel": None})
def test_ten_thousand_are_refused_just_where_the_described_shape_refuses_one(question: dict[str, Any]) -> None:
    site = config.read_site(HERE / "site.toml", "http://localhost:8000")
    config.use(SimpleNamespace(site=site))  # type: ignore[arg-type]
    try:
        answering.sorted_by_wording([SOUND, question])
        refused = False
    except answering.UNSOUND:
        refused = True
    assert refused == any(True for _ in faults(answering.QUESTION, question, ""))
