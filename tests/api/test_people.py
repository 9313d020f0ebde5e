"""What apps read and write of one person: choices with evidence, their state, their requests, and nobody else's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api.models import ApiAnswer
from portal.api.service import pages, replays
from portal.cases import service as cases
from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.kernel import clock
from portal.policies import service as policies
from tests.api.calling import Caller
from tests.conftest import Portal
from tests.people import Member, member
from tests.policies.conftest import scheduled

WORDS = "Yes, write to me about events."
EVENTS = {"purpose": "marketing.events", "channel": "email", "state": "on", "wording": WORDS}


def chosen(email: str, *choices: dict[str, Any], **more: Any) -> dict[str, Any]:
    version = policies.in_force("privacy", "en").version
    body = {"person": {"email": email}, "choices": list(choices), "notice_version": version, "language": "en"}
    return body | more


def test_a_choice_made_in_an_app_is_kept_with_its_evidence_and_holds_on_the_page_too(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal)
    told = caller.post("/choices", chosen(mai.email, EVENTS), status=201)
    event = ConsentEvent.get_by_id(told["recorded"][0]["event"])
    assert (event.subject_id, event.purpose, event.state) == (mai.subject, "marketing.events.email", "on")
    assert (event.wording, event.language, event.actor, event.channel) == (WORDS, "en", "app:Booking App", "app")
    assert event.notice_version == policies.in_force("privacy", "en").version
    assert consents.may(mai.subject, "marketing.events.email", "on")
    assert caller.post("/people/state", {"person": {"email": mai.email}})["choices"]["marketing.events.email"] == {
        "state": "on", "effective": "on", "chosen": True, "since": event.at.isoformat(), "in": {},
    }  # fmt: skip
    assert "On" in mai.browser.get("/marketing").text


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"notice_version": "0.0"}, 422, "unknown-notice"),
        ({"language": "xx"}, 422, "unknown-notice"),
        ({"choices": [EVENTS, {**EVENTS, "channel": "sms"}]}, 422, "bundled"),
        ({"choices": [EVENTS, EVENTS]}, 422, "unknown-choice"),
        ({"choices": [{**EVENTS, "state": "maybe"}]}, 422, "unknown-choice"),
        ({"choices": [{**EVENTS, "purpose": "selling"}]}, 422, "unknown-choice"),
        ({"source": "no-such-system"}, 422, "unknown-choice"),
        ({"made_at": "2020-01-01T00:00:00+00:00"}, 409, "newer-choice"),
        ({"made_at": "2199-01-01T00:00:00+00:00"}, 422, "made-in-future"),
        ({"made_at": "2020-01-01T00:00:00"}, 422, "bad-body"),
        ({"person": {"email": "nobody@example.com"}}, 404, "unknown-person"),
        ({"person": {"email": "no address"}}, 422, "bad-body"),
    ],
)
def test_what_is_refused_records_nothing(portal: Portal, change: dict[str, Any], status: int, code: str) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal)
    policies.choose(mai.subject, "marketing.events.email", "off", "en")
    before = ConsentEvent.select().count()
    told = caller.post("/choices", chosen(mai.email, EVENTS) | change, status=status, Idempotency_Key="once")
    assert told["code"] == code
    assert ConsentEvent.select().count() == before
    assert ApiAnswer.select().count() == 0, "what was refused may be tried again"


def test_the_same_call_sent_again_is_answered_again_and_done_once(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal)
    body = chosen(mai.email, EVENTS)
    first = caller.ask("POST", "/choices", body, Idempotency_Key="k1")
    again = caller.ask("POST", "/choices", body, Idempotency_Key="k1")
    assert (first.status_code, first.text) == (again.status_code, again.text) == (201, first.text)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ConsentEvent.select().count() == 1
    other = caller.ask("POST", "/choices", chosen(mai.email, {**EVENTS, "state": "off"}), Idempotency_Key="k1")
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency-key-reused")
    assert Caller(portal, name="another").ask("POST", "/choices", body, Idempotency_Key="k1").status_code == 201
    assert caller.ask("POST", "/choices", body, Idempotency_Key="x" * 256).status_code == 400
    assert {row.subject_id for row in ApiAnswer.select()} == {mai.subject}
    with clock.later(replays.KEPT + timedelta(minutes=1)):
        replays.forget_past()
    assert ApiAnswer.select().count() == 0


def test_state_tells_all_that_says_no_and_the_policies_in_force(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal)
    policies.choose(mai.subject, "location.level", "precise", "en")
    policies.choose(mai.subject, "location.level", "approximate", "en", "booking")
    said = {"restriction": "restricted", "objection.marketing": "upheld", "hold.location": "held"}
    terms = {"case": "R-7F3K-Q2", "wording": "…", "language": "en", "actor": "person", "channel": "portal"}
    consents.say_no(mai.subject, {"hold.location": "held"}, **terms)
    before = caller.post("/people/state", {"person": {"email": mai.email}})
    assert before["restriction"] is None
    assert before["choices"]["location.level"]["effective"] == "off"
    consents.say_no(mai.subject, {"hold.location": "none"}, **terms)
    told = caller.post("/people/state", {"person": {"email": mai.email}})["choices"]["location.level"]
    assert (told["state"], told["effective"], told["in"]) == ("precise", "precise", {"booking": "approximate"})
    consents.say_no(mai.subject, said, **terms)
    told = caller.post("/people/state", {"person": {"email": mai.email}})
    assert told["restriction"]["request"] == "R-7F3K-Q2"
    assert [(one["about"], one["state"]) for one in told["objections"]] == [("marketing", "upheld")]
    assert [(one["about"], one["state"]) for one in told["holds"]] == [("location", "held")]
    assert {choice["effective"] for choice in told["choices"].values()} == {"off", "3"}
    privacy = next(one for one in told["policies"] if one["document"] == "privacy")
    assert privacy["version"] == policies.in_force("privacy", "en").version


def test_state_tells_what_the_person_said_to_each_version_and_when(portal: Portal) -> None:
    mai, an, caller = member(portal, "everyday"), member(portal, "an@example.com"), Caller(portal)
    version = scheduled()
    said = {"wording": "I decline.", "language": "en"}

    def privacy(who: Member) -> dict[str, Any]:
        told = caller.post("/people/state", {"person": {"email": who.email}})["policies"]
        return next(one for one in told if one["document"] == "privacy")

    assert privacy(mai)["answer"] is None
    assert privacy(mai)["next"] == {
        "version": version.version, "effective_from": version.begins.isoformat(), "asks": True, "answer": None,
    }  # fmt: skip
    policies.decline(mai.subject, "privacy", version.version, **said)
    answer = privacy(mai)["next"]["answer"]
    assert answer["state"] == "declined"
    assert abs(datetime.fromisoformat(answer["at"]) - clock.now()) < timedelta(minutes=1)
    policies.accept(mai.subject, "privacy", version.version, **said)
    assert privacy(mai)["next"]["answer"]["state"] == "accepted"
    assert privacy(an)["next"]["answer"] is None
    with clock.later(timedelta(days=31)):
        portal.drain()
        assert privacy(mai)["version"] == version.version
        assert privacy(mai)["answer"]["state"] == "accepted"


def test_a_request_is_told_with_the_dates_of_the_law_to_its_own_person_alone(portal: Portal) -> None:
    mai, duc, caller = member(portal, "everyday"), member(portal, "sharer"), Caller(portal)
    case = cases.open_case("inquiry", mai.subject, approved=False)
    told = caller.post("/people/requests/status", {"person": {"email": mai.email}, "reference": case.reference})
    assert told["request_id"] == case.reference
    assert told["status"] == "open"
    assert datetime.fromisoformat(told["received_at"]) == case.received_at
    assert date.fromisoformat(told["expected_by"]) == case.complete_by
    assert (told["law"], told["reason"], told["closed_at"]) == ("vn", None, None)
    for person in ({"email": duc.email}, {"email": "nobody@example.com"}):
        body = {"person": person, "reference": case.reference}
        assert case.reference not in str(caller.post("/people/requests/status", body, status=404))
    assert caller.post("/people/requests", {"person": {"email": duc.email}}) == {"requests": [], "next": None}


def test_pages_hold_every_request_once_whatever_their_size_and_their_cursors_fit_no_other_list(portal: Portal) -> None:
    mai, duc, caller = member(portal, "everyday"), member(portal, "sharer"), Caller(portal)
    made = [cases.open_case("inquiry", mai.subject, approved=False).reference for _ in range(7)]
    cases.open_case("inquiry", duc.subject, approved=False)
    for limit in (1, 2, 3, 6, 7, 8):
        seen, cursor = [], None
        while True:
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            page = caller.post("/people/requests", {"person": {"email": mai.email}, "limit": limit, **more})
            assert len(page["requests"]) <= limit
            seen += [one["request_id"] for one in page["requests"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == made[::-1], limit
    cursor = caller.post("/people/requests", {"person": {"email": mai.email}, "limit": 2})["next"]
    for body in ({"person": {"email": duc.email}, "cursor": cursor}, {"person": {"email": mai.email}, "cursor": "7"}):
        assert caller.post("/people/requests", body, status=422)["code"] == "bad-cursor"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(numbers=st.lists(st.integers(1, 10**12), unique=True, max_size=40), limit=st.integers(1, 15))
def test_paging_loses_nothing_and_repeats_nothing(numbers: list[int], limit: int) -> None:
    from portal.kernel import crypto

    crypto.use_keys("a key of the tests", (), ())
    ordered, seen, cursor = sorted(numbers), list[int](), None
    while True:
        after = pages.opened("a list", cursor)
        found = [number for number in ordered if number > after][: limit + 1]
        page, cursor = pages.cut("a list", found, limit, int)
        seen += page
        if cursor is None:
            break
        with pytest.raises(pages.BadCursor):
            pages.opened("another list", cursor)
    assert seen == ordered


@pytest.mark.parametrize(
    ("country", "years", "old_enough"),
    [("VN", 16, True), ("VN", 15, False), ("DE", 15, False), ("DE", 16, True), ("TH", 12, False), ("TH", 13, True)],
)
def test_an_age_is_checked_by_the_country_and_the_floor(
    portal: Portal, country: str, years: int, old_enough: bool
) -> None:
    today = date.today()
    born = date(today.year - years, 1, 1).isoformat()
    told = Caller(portal).post("/age-checks", {"country": country, "born": born})
    assert told["old_enough"] is old_enough
    assert (told["rule"] == f"{country}-{told['limit']}") is old_enough


def test_a_birthday_that_nobody_has_is_refused(portal: Portal) -> None:
    caller = Caller(portal)
    for born in ("2199-01-01", "1700-01-01", "2001-02-30", "yesterday"):
        assert caller.post("/age-checks", {"country": "VN", "born": born}, status=422)["errors"]
