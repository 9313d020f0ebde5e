"""Places come in only when they may, by when they were captured; what the phone says is shown to its person."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.consents import service as consents
from portal.kernel import clock
from portal.location import service as location
from tests.api.calling import Caller
from tests.conftest import Portal
from tests.people import member

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


def told(caller: Caller, email: str, *captured: datetime, source: str = "booking") -> list[tuple[str, str]]:
    body: dict[str, Any] = {"person": {"email": email}, "source": source}
    answer = caller.post("/location/points", {**body, "captured_at": [at.isoformat() for at in captured]})
    return [(one["level"], one["reason"]) for one in answer["points"] if one["allowed"] == (one["level"] != "off")]


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def test_a_place_comes_in_only_if_it_was_allowed_when_it_was_captured_and_still_is(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "location:write")
    for at, level in ((10, "precise"), (20, "off"), (30, "approximate"), (40, "precise")):
        with clock.stopped(minute(at)):
            location.save(mai.subject, level, "en")
    points = [minute(number) for number in (5, 10, 15, 20, 25, 30, 35, 45)]
    then = ["off", "precise", "precise", "off", "off", "approximate", "approximate", "precise"]
    with clock.stopped(minute(50)):
        expected = [(level, "allowed" if level != "off" else "off-then") for level in then]
        assert told(caller, mai.email, *points) == expected
        location.save(mai.subject, "approximate", "en", "booking")
        assert set(told(caller, mai.email, *points)) == {("off", "off-then"), ("approximate", "allowed")}
        assert ("precise", "allowed") in told(caller, mai.email, *points, source="whitelabel")
    with clock.stopped(minute(51)):
        location.save(mai.subject, "off", "en")
        assert set(told(caller, mai.email, *points)) == {("off", "off-now")}


def test_nothing_from_before_the_last_delete_all_and_nothing_from_the_future_comes_in(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "location:write")
    with clock.stopped(minute(0)):
        location.save(mai.subject, "precise", "en")
    with clock.stopped(minute(30)):
        location.remove_all(mai.subject)
    with clock.stopped(minute(40)):
        points = (minute(29), minute(30), minute(39), minute(44), minute(46))
        assert [reason for _, reason in told(caller, mai.email, *points)] == [
            "deleted", "allowed", "allowed", "allowed", "in-future",
        ]  # fmt: skip


def test_what_says_no_then_keeps_a_place_out_when_it_is_over(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "location:write")
    terms = {"case": "R-7F3K-Q2", "wording": "…", "language": "en", "actor": "person", "channel": "portal"}
    with clock.stopped(minute(0)):
        location.save(mai.subject, "precise", "en")
    with clock.stopped(minute(10)):
        consents.say_no(mai.subject, {"restriction": "restricted"}, **terms)
        assert told(caller, mai.email, minute(5)) == [("off", "off-now")]
    with clock.stopped(minute(20)):
        consents.say_no(mai.subject, {"restriction": "lifted"}, **terms)
        expected = [("precise", "allowed"), ("off", "off-then"), ("precise", "allowed")]
        assert told(caller, mai.email, minute(5), minute(15), minute(20)) == expected


def test_points_are_judged_as_a_plain_walk_through_the_history_judges_them(portal: Portal) -> None:
    mai, caller, dice = member(portal, "everyday"), Caller(portal, "location:write"), random.Random(4)
    history = []
    for at in range(0, 200, 10):
        with clock.stopped(minute(at)):
            level = dice.choice(["off", "approximate", "precise"])
            location.save(mai.subject, level, "en")
            history.append((minute(at), level))
    with clock.stopped(minute(200)):
        location.save(mai.subject, "precise", "en")
        points = [minute(-5) + timedelta(seconds=dice.randrange(12_000)) for _ in range(300)]
        found = told(caller, mai.email, *points)
    for moment, (level, _reason) in zip(points, found, strict=True):
        assert level == next((said for since, said in reversed(history) if since <= moment), "off"), moment


def test_what_the_phone_says_is_shown_to_its_person_and_answered_with_the_other_half(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal, "location:write")
    now = clock.now()
    said = {"person": {"email": mai.email}, "source": "booking", "state": "denied", "at": now.isoformat()}
    assert caller.post("/location/state", said) == {"location_allowed": False, "level": "off", "taken_from": None}
    location.save(mai.subject, "approximate", "en")
    older = {**said, "state": "always", "at": (now - timedelta(days=400)).isoformat()}
    answer = caller.post("/location/state", older)
    assert (answer["location_allowed"], answer["level"]) == (True, "approximate")
    [phone] = [one for one in location.overview(mai.subject).phones if "Booking" in str(one.app)]
    assert (phone.reported.state, phone.reported.at) == ("denied", now), "what is older must not win"
    caller.post("/location/state", {**said, "source": "no-such-app"}, status=422)
    caller.post("/location/state", {**said, "state": "perhaps"}, status=422)
