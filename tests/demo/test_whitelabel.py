"""The Whitelabel App keeps to the protocol."""

from __future__ import annotations

import http.client
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import pytest

from portal.demo import rights
from portal.demo.canary import plant
from portal.demo.whitelabel import Server
from portal.demo.world import World
from portal.sources import signing
from tests import independent
from tests.conftest import SECRET

MAI = {"keys": [[9001]], "identifiers": [{"kind": "email", "value": "mai.nguyen@example.com"}]}
NOBODY: dict[str, Any] = {"keys": [[1]], "identifiers": []}


class Caller:
    """Calls the app as the portal does; `spoil` changes the signature."""

    def __init__(self, server: Server) -> None:
        self.port = server.server_address[1]

    def ask(
        self, path: str, body: Any, key: str = "k1", stamp: int | None = None, spoil: str = ""
    ) -> tuple[int, bytes]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = str(int(time.time()) if stamp is None else stamp)
        headers = {
            signing.TIMESTAMP: at,
            signing.SIGNATURE: signing.sign(SECRET, at, raw) + spoil,
            "Idempotency-Key": key,
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", path, raw, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def json(self, path: str, operation: str, key: str = "k1", **rest: Any) -> Any:
        status, body = self.ask(path, {"operation": operation, **rest}, key)
        assert status == 200, body
        return json.loads(body)

    def lines(self, operation: str, **rest: Any) -> list[Any]:
        status, body = self.ask("/privacy/access", {"operation": operation, **rest})
        assert status == 200, body
        return [json.loads(line) for line in body.splitlines()]


@pytest.fixture
def app(whitelabel: Server) -> Caller:
    return Caller(whitelabel)


def _rows(systems: World, question: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(systems.database("whitelabel"))) as connection:
        return connection.execute(question, values).fetchall()


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"spoil": "0"}, 401), ({"stamp": 1_000_000_000}, 401), ({"stamp": int(time.time()) + 4000}, 401)],
)
def test_a_call_that_is_not_signed_now_by_the_portal_is_refused(
    app: Caller, changed: dict[str, Any], status: int
) -> None:
    assert app.ask("/privacy/describe", {"operation": "describe"}, **changed)[0] == status


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/privacy/describe", {"operation": "erasure"}),
        ("/privacy/elsewhere", {"operation": "describe"}),
        ("/privacy/counts", {"operation": "counts"}),
        ("/privacy/counts", {"operation": "counts", "person": {"keys": [["x"]], "identifiers": []}}),
        ("/privacy/counts", b"\xff{"),
        ("/privacy/counts", b"[]"),
        ("/privacy/preferences", {"operation": "preferences", "person": MAI, "choices": {"unknown": "on"}}),
        ("/privacy/preferences", {"operation": "preferences", "person": MAI, "choices": {"location.level": "galaxy"}}),
    ],
)
def test_a_call_that_cannot_be_understood_is_refused(app: Caller, path: str, body: Any) -> None:
    status, answer = app.ask(path, body)
    assert status == 400
    assert json.loads(answer)["title"]


def test_it_describes_its_tables_as_the_manifest_has_them(app: Caller) -> None:
    described = app.json("/privacy/describe", "describe")
    assert described["protocol"] == 1
    assert described["identifiers"] == ["email", "phone", "external_id"]
    assert described["preferences"] == [
        "marketing.events.email",
        "marketing.programmes.email",
        "marketing.programmes.push",
        "marketing.events.push",
        "marketing.events.zalo",
        "restriction",
        "location.level",
    ]
    assert described["tables"]["receipts"]["keep"] == {"column": "paid_on", "years": 10}
    assert described["tables"]["door_events"]["erase"] == "anonymise"
    assert "badge" in described["tables"]["door_events"]["columns"]


@pytest.mark.parametrize(
    ("kind", "value", "keys"),
    [
        ("email", "mai.nguyen@example.com", [[9001]]),
        ("email", "nha.hoang@example.com", [[9006], [9007]]),
        ("phone", "+84900000002", [[9002]]),
        ("external_id", "saigon-works-0001", [[9001]]),
        ("email", "nobody@example.com", []),
    ],
)
def test_it_finds_everybody_an_identifier_belongs_to(app: Caller, kind: str, value: str, keys: list[list[int]]) -> None:
    assert app.json("/privacy/counts", "find", identifiers=[{"kind": kind, "value": value}]) == {"keys": keys}


def test_counts_name_the_space_that_decides(app: Caller, systems: World) -> None:
    lines = app.json("/privacy/counts", "counts", person=MAI)["lines"]
    counted = {(line["table"], line["controller"]): line["rows"] for line in lines}
    for space, rows in _rows(systems, "SELECT space, count(*) FROM door_events WHERE member_id = 9001 GROUP BY 1"):
        assert counted.pop(("door_events", space)) == rows
    assert {controller for _, controller in counted} == {"saigon-works", "hanoi-loft"}
    assert all(line["remaining"] == line["rows"] for line in lines)


def test_access_streams_what_the_head_has_counted(app: Caller, systems: World) -> None:
    head, *rows, end = app.lines("access", person=MAI)
    assert end == {"end": True}
    assert {table: sum(row["table"] == table for row in rows) for table in head["counts"]} == head["counts"]
    assert head["counts"]["check_ins"] == len(_rows(systems, "SELECT 1 FROM check_ins WHERE member_id = 9001"))
    assert rows[0]["row"]["full_name"] == "Nguyễn Thị Mai"
    assert rows[0]["row"]["photo"]["$bytes"].startswith("iVBOR")


def test_access_to_nobody_states_zero_rows(app: Caller) -> None:
    head, end = app.lines("access", person=NOBODY)
    assert set(head["counts"].values()) == {0}
    assert end == {"end": True}


def test_keys_lists_everybody(app: Caller, systems: World) -> None:
    head, *members, end = app.lines("keys")
    assert "as_of" in head
    assert end == {"end": True}
    assert [member["key"][0] for member in members] == [key for (key,) in _rows(systems, "SELECT id FROM members")]
    assert {"kind": "email", "value": "mai.nguyen@example.com"} in members[0]["identifiers"]


def test_choices_are_written_and_answered(app: Caller, systems: World) -> None:
    choices = {"marketing.events.email": "on", "location.level": "precise"}
    stored = app.json("/privacy/preferences", "preferences", person=MAI, choices=choices)["stored"]
    assert stored.items() >= choices.items()
    assert _rows(systems, "SELECT mail_events, location_level FROM members WHERE id = 9001") == [(1, "precise")]
    off = {"marketing.events.email": "off"}
    stored = app.json("/privacy/preferences", "preferences", key="k2", person=MAI, choices=off)["stored"]
    assert stored.items() >= {"marketing.events.email": "off", "location.level": "precise"}.items()
    assert app.json("/privacy/preferences", "preferences", key="k3", person=MAI, choices={}) == {"stored": stored}


def test_many_members_choices_are_told_in_the_order_asked(app: Caller) -> None:
    people = [NOBODY, {"keys": [[9002]], "identifiers": []}, MAI]
    told = app.json("/privacy/preferences", "stored", people=people)["people"]
    alone = [
        app.json("/privacy/preferences", "preferences", key=f"r{n}", person=one, choices={})
        for n, one in enumerate(people)
    ]
    assert told == alone
    assert told[0] == {"stored": {}}


def test_a_repeated_choice_does_not_undo_a_newer_one(app: Caller, systems: World) -> None:
    for key, state in (("k1", "on"), ("k2", "off"), ("k1", "on")):
        choices = {"marketing.events.email": state}
        app.json("/privacy/preferences", "preferences", key=key, person=MAI, choices=choices)
    assert _rows(systems, "SELECT mail_events FROM members WHERE id = 9001") == [(0,)]


def test_a_refused_choice_writes_nothing(app: Caller, systems: World) -> None:
    before = _rows(systems, "SELECT mail_events FROM members WHERE id = 9001")
    other = "off" if before == [(1,)] else "on"
    choices = {"marketing.events.email": other, "unknown": "on"}
    assert app.ask("/privacy/preferences", {"operation": "preferences", "person": MAI, "choices": choices})[0] == 400
    assert _rows(systems, "SELECT mail_events FROM members WHERE id = 9001") == before


def test_erasure_happens_once_and_answers_the_same_again(app: Caller) -> None:
    rows = {line["table"]: 0 for line in app.json("/privacy/counts", "counts", person=MAI)["lines"]}
    for line in app.json("/privacy/counts", "counts", person=MAI)["lines"]:
        rows[line["table"]] += line["rows"]
    first = app.json("/privacy/erasure", "erasure", key="R-1", request_id="R-1", person=MAI)
    assert first == {"done": True, "rows": rows}
    assert app.json("/privacy/erasure", "erasure", key="R-1", request_id="R-1", person=MAI) == first
    assert app.json("/privacy/erasure", "erasure", key="R-2", request_id="R-2", person=MAI) == {
        "done": True,
        "rows": {},
    }
    lines = app.json("/privacy/counts", "counts", person=MAI)["lines"]
    assert {(line["table"], line["remaining"]) for line in lines} == {("receipts", 0)}, "the books keep receipts"
    assert all(line["until"] > "2030-01-01" for line in lines)


def test_erasure_leaves_everybody_else_and_no_trace(app: Caller, systems: World) -> None:
    with closing(sqlite3.connect(systems.database("whitelabel"))) as connection:
        before = {line for line in connection.iterdump() if "door_events" not in line}
    canary = plant(systems, "canary-52")
    key = canary.keys["whitelabel"]
    app.json("/privacy/erasure", "erasure", request_id="R-3", person={"keys": [[key]], "identifiers": []})
    with closing(sqlite3.connect(systems.database("whitelabel"))) as connection:
        after = {line for line in connection.iterdump() if "door_events" not in line}
    stays = {line for line in after if '"receipts" VALUES(' in line and f",{key}," in line}
    assert len(stays) == 2, "the books keep receipts"
    assert {line for line in after if '"answers"' not in line} - stays == {
        line for line in before if '"answers"' not in line
    }
    for file in systems.folder.glob("whitelabel.db*"):
        assert b"canary-52" not in independent.left_in(file)


def test_while_somebody_reads_the_erasure_is_asked_again(
    app: Caller, systems: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "PATIENCE", 50)
    body = {"operation": "erasure", "request_id": "R-4", "person": MAI}
    with closing(sqlite3.connect(systems.database("whitelabel"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM members").fetchone()
        assert app.ask("/privacy/erasure", body)[0] == 503
        reader.execute("ROLLBACK")
    assert app.ask("/privacy/erasure", body)[0] == 200
    assert _rows(systems, "SELECT * FROM members WHERE id = 9001") == []


def test_a_missing_database_is_a_passing_fault(app: Caller, systems: World) -> None:
    systems.database("whitelabel").unlink()
    assert app.ask("/privacy/counts", {"operation": "counts", "person": MAI})[0] == 503


def test_it_does_not_start_without_its_secret(systems: World) -> None:
    command = [sys.executable, "-m", "portal.demo.whitelabel", "--port", "0", "--database", str(systems.folder)]
    ended = subprocess.run(command, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "WHITELABEL_SECRET is not set" in ended.stderr


def test_pages_together_are_the_whole_with_the_newest_first(app: Caller) -> None:
    whole = [line["row"] for line in app.lines("access", person=MAI) if line.get("table") == "check_ins"]
    found, after = [], ""
    while True:
        head, *rows, end = app.lines("access", person=MAI, table="check_ins", after=after, limit=3)
        assert end == {"end": True}
        assert head["counts"] == {"check_ins": len(rows)}
        found += [line["row"] for line in rows]
        if head["next"] is None:
            break
        after = head["next"]
    assert found == whole[::-1]
    assert len(found) > 3
    assert app.ask("/privacy/access", {"operation": "access", "person": MAI, "table": "answers", "limit": 3})[0] == 400


def test_an_address_is_found_composed_and_decomposed_alone(app: Caller, systems: World) -> None:
    with closing(sqlite3.connect(systems.database("whitelabel"))) as db, db:
        db.execute("UPDATE members SET email = 'nga\u0302n@example.com' WHERE id = 9001")
    for address, keys in (
        ("ngân@example.com", [[9001]]),
        ("nga\u0302n@example.com", [[9001]]),
        ("ngan@example.com", []),
    ):
        identifiers = [{"kind": "email", "value": address}]
        assert app.json("/privacy/counts", "find", identifiers=identifiers)["keys"] == keys, address


def test_one_value_is_corrected_where_the_old_one_stands_and_once_for_each_request(app: Caller, systems: World) -> None:
    [(before,)] = _rows(systems, "SELECT full_name FROM members WHERE id = 9001")
    change = {"table": "members", "column": "full_name", "key": [9001], "old": before, "new": "Mai Nguyễn"}

    def ask(request_id: str, **other: Any) -> str:
        asked: dict[str, Any] = {"person": MAI, "request_id": request_id, "change": {**change, **other}}
        return str(app.json("/privacy/correction", "correction", **asked)["outcome"])

    assert [ask("c1"), ask("c1"), ask("c2")] == ["written"] * 3
    assert _rows(systems, "SELECT full_name FROM members WHERE id = 9001") == [("Mai Nguyễn",)]
    assert ask("c3", old="Somebody", new="Else") == "differs"
    assert ask("c4", key=[9002], old="x") == "differs"
    for wrong in ({"column": "member_code"}, {"table": "posts"}, {"new": 5}, {"key": ["a"]}):
        asked = {"operation": "correction", "person": MAI, "request_id": "c5", "change": {**change, **wrong}}
        assert app.ask("/privacy/correction", asked)[0] == 400
