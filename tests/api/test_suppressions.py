"""Senders learn by keyed hash who must be left out, and nothing that changes is missed."""

from __future__ import annotations

import hmac
import json
import random
from datetime import UTC, datetime
from typing import Any

from portal.api.models import Suppression
from portal.consents import service as consents
from portal.consents.models import Remembered
from portal.policies import service as policies
from portal.sources import registry
from portal.sources.registry import OWN
from portal.subjects import naming
from portal.subjects import service as subjects
from tests.api.calling import Caller
from tests.conftest import Portal
from tests.people import member

EVENTS = "marketing.events.email"
STRANGER, SAID = "stranger@example.com", datetime(2024, 3, 2, 9, 30, tzinfo=UTC)


def hashed(caller: Caller, said: str) -> str:
    told = caller.get("/key")["hash"]
    assert told["algorithm"] == "HMAC-SHA-256"
    return hmac.new(bytes.fromhex(told["key"]), said.encode(), "sha256").hexdigest()


def whole(caller: Caller) -> tuple[list[dict[str, Any]], str]:
    answer = caller.ask("GET", "/suppressions")
    assert answer.mimetype == "application/x-ndjson"
    *people, last = [json.loads(line) for line in answer.text.splitlines()]
    return people, last["cursor"]


def test_whoever_said_no_is_in_the_stream_by_every_name_and_no_address_is(portal: Portal) -> None:
    mai, duc, caller = member(portal, "everyday"), member(portal, "sharer"), Caller(portal)
    policies.choose(mai.subject, EVENTS, "off", "en")
    policies.choose(duc.subject, EVENTS, "on", "en")
    [line], cursor = whole(caller)
    assert line["no"] == [EVENTS]
    rows = [
        f"source:{source}:{json.dumps(list(key))}"
        for source, keys in subjects.links(mai.subject).items()
        for key in keys
    ]
    assert rows
    assert set(line["people"]) == {hashed(caller, said) for said in [f"email:{mai.email}", *rows]}
    assert mai.email not in caller.ask("GET", "/suppressions").text
    told = caller.get(f"/suppressions/changes?cursor={cursor}")
    assert (told["changes"], told["more"]) == ([], False)


def test_a_restriction_leaves_somebody_out_of_everything_until_it_is_lifted(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal)
    terms = {"case": "R-7F3K-Q2", "wording": "…", "language": "en", "actor": "person", "channel": "portal"}
    cursor = caller.get("/suppressions/changes?cursor=now")["next"]
    consents.say_no(mai.subject, {"restriction": "restricted"}, **terms)
    told = caller.get(f"/suppressions/changes?cursor={cursor}")
    assert {EVENTS, "location.level", "contract"} <= set(told["changes"][0]["no"])
    assert "accounting" not in told["changes"][0]["no"]
    consents.say_no(mai.subject, {"restriction": "lifted"}, **terms)
    told = caller.get(f"/suppressions/changes?cursor={told['next']}")
    assert [line["no"] for line in told["changes"]] == [[]]
    assert whole(caller)[0] == []


def test_following_the_changes_leads_to_what_the_stream_says(portal: Portal) -> None:
    dice, caller = random.Random(7), Caller(portal)
    people = [member(portal, f"nr{number}@example.com", found=False) for number in range(12)]
    known: dict[str, list[str]] = {}
    cursor = caller.get("/suppressions/changes?cursor=now")["next"]
    for _ in range(8):
        for _ in range(dice.randrange(6)):
            policies.choose(dice.choice(people).subject, EVENTS, dice.choice(["on", "off"]), "en")
        more = True
        while more:
            told = caller.get(f"/suppressions/changes?cursor={cursor}&limit={dice.randrange(1, 5)}")
            known |= {name: line["no"] for line in told["changes"] for name in line["people"]}
            cursor, more = told["next"], told["more"]
        stream = {name: line["no"] for line in whole(caller)[0] for name in line["people"]}
        assert {name: no for name, no in known.items() if no} == stream


def test_an_address_that_is_proven_later_is_left_out_too(portal: Portal) -> None:
    from portal.accounts.models import Identifier
    from portal.kernel import crypto

    mai, caller = member(portal, "everyday"), Caller(portal)
    policies.choose(mai.subject, EVENTS, "off", "en")
    _, cursor = whole(caller)
    new = "mai.second@example.com"
    Identifier.create(account=mai.account, kind="email", value=new, hash=crypto.keyed_hash("email", new))
    [line] = caller.get(f"/suppressions/changes?cursor={cursor}")["changes"]
    assert hashed(caller, f"email:{new}") in line["people"]


def test_a_cursor_of_another_list_is_refused(portal: Portal) -> None:
    caller = Caller(portal)
    for bad in ("1", "1-0000000000000000", "x", ""):
        assert caller.get(f"/suppressions/changes?cursor={bad}", status=422)["code"] in {"bad-cursor", "bad-body"}
    caller.get("/suppressions/changes?limit=0", status=422)
    caller.get("/suppressions/changes?limits=1", status=422)


def test_an_erased_person_is_in_no_line_any_more(portal: Portal) -> None:
    mai, caller = member(portal, "everyday"), Caller(portal)
    policies.choose(mai.subject, EVENTS, "off", "en")
    assert len(whole(caller)[0]) == 1
    registry.active().get(OWN).erase(subjects.person(mai.subject, OWN), "R-1")
    assert Suppression.select().count() == 0
    assert whole(caller)[0] == []
    assert Caller(portal, "may:read", name="other").get("/key")["hash"] is None


def test_a_no_is_told_of_an_address_that_has_no_account_yet(portal: Portal) -> None:
    caller = Caller(portal)
    cursor = caller.get("/suppressions/changes?cursor=now")["next"]
    listed(STRANGER)
    mine = hashed(caller, f"email:{STRANGER}")
    assert whole(caller)[0] == [{"people": [mine], "no": [EVENTS]}]
    told = caller.get(f"/suppressions/changes?cursor={cursor}")
    assert told["changes"] == [{"people": [mine], "no": [EVENTS]}]
    comes = member(portal, STRANGER, found=False)
    told = caller.get(f"/suppressions/changes?cursor={told['next']}")
    assert told["changes"] == [{"people": [mine], "no": [EVENTS]}], "now it is the person's own"
    assert consents.standing(comes.subject)[EVENTS].origin == ""
    policies.choose(comes.subject, EVENTS, "on", "en")
    assert caller.get(f"/suppressions/changes?cursor={told['next']}")["changes"] == [{"people": [mine], "no": []}]
    assert whole(caller)[0] == []
    assert Remembered.select().count() == 0


def test_may_heeds_it_before_anybody_comes_and_after_they_have_gone(portal: Portal) -> None:
    caller, question = (
        Caller(portal),
        {"person": {"email": STRANGER}, "purpose": "marketing.events", "channel": "email"},
    )
    listed(STRANGER)
    [answer] = caller.post("/may", {"questions": [question]})["answers"]
    assert (answer["allowed"], answer["reason"]) == (False, "suppressed")
    assert datetime.fromisoformat(answer["since"]) == SAID
    [answer] = caller.post("/may", {"questions": [{**question, "state": "off"}]})["answers"]
    assert answer == {"allowed": True, "reason": "needed"}


def listed(email: str) -> None:
    """Let an address stand on a list that says no."""
    record = consents.Record(EVENTS, "off", "mailer", consents.LISTED, SAID)
    consents.remember([(naming.by_email(email), record)])
