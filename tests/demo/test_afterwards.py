"""What the Whitelabel App does once a member is gone, asked as the portal asks it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from portal.demo.whitelabel import Server
from portal.demo.world import World
from tests.demo.test_whitelabel import MAI, Caller

SOUGHT = [{"kind": "email", "value": "mai.nguyen@example.com"}, {"kind": "phone", "value": "+84900000001"}]
RECEIPTS = {"table": "receipts", "before": "2016-11-01"}


@pytest.fixture
def app(whitelabel: Server) -> Caller:
    return Caller(whitelabel)


def run(systems: World, statement: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(systems.database("whitelabel"))) as connection, connection:
        return connection.execute(statement, values).fetchall()


def swept(app: Caller, **more: Any) -> set[tuple[str, str, int, str]]:
    told = app.json("/privacy/sweep", "sweep", person=MAI, sought=SOUGHT, **more)["mentions"]
    return {(one["table"], one["column"], one["rows"], one["why"]) for one in told}


def test_nothing_is_found_after_an_erasure(app: Caller) -> None:
    assert {("members", "email", 1, "open")} <= swept(app), "before it her row is there"
    app.json("/privacy/erasure", "erasure", request_id="R-1", person=MAI)
    assert swept(app) == set()


def test_what_is_left_is_told_apart_by_whose_row_it_is(app: Caller, systems: World) -> None:
    app.json("/privacy/erasure", "erasure", request_id="R-1", person=MAI)
    run(systems, "UPDATE posts SET body = 'ask MAI.Nguyen@example.com' WHERE id = (SELECT max(id) FROM posts)")
    door = "SELECT max(id) FROM door_events WHERE member_id IS NULL"
    run(systems, f"UPDATE door_events SET badge = '0900.000.001' WHERE id = ({door})")
    run(systems, "UPDATE receipts SET payer = 'mai.nguyen%40example.com' WHERE member_id = 9001")
    assert swept(app) == {
        ("posts", "body", 1, "others"), ("door_events", "badge", 1, "open"), ("receipts", "payer", 2, "open"),
    }  # fmt: skip
    assert swept(app, tables=["door_events"]) == {("door_events", "badge", 1, "open")}
    assert app.json("/privacy/sweep", "sweep", person=MAI, sought=[]) == {"mentions": []}


def test_who_is_overdue_is_named_by_number_page_by_page(app: Caller, systems: World) -> None:
    assert app.json("/privacy/retention", "overdue", **RECEIPTS, after="", limit=10) == {"people": [], "next": None}
    run(systems, "UPDATE receipts SET paid_on = '2016-10-31'")
    run(systems, "UPDATE receipts SET paid_on = '2016-11-01' WHERE member_id = 9001")
    found: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = app.json("/privacy/retention", "overdue", **RECEIPTS, after=after, limit=2)
        assert len(page["people"]) <= 2
        found, after = [*found, *page["people"]], page["next"]
    wanted = run(systems, "SELECT DISTINCT member_id FROM receipts WHERE member_id <> 9001 ORDER BY 1")
    assert found == [{"key": [number], "identifiers": []} for (number,) in wanted]
    assert len(found) > 2


def test_receipts_go_at_their_date_and_nobody_elses_do(app: Caller, systems: World) -> None:
    run(systems, "UPDATE receipts SET paid_on = '2016-10-31'")
    [(before,)] = run(systems, "SELECT count(*) FROM receipts")

    def expire(key: str) -> int:
        return int(app.json("/privacy/retention", "expire", key=key, **RECEIPTS, people=[MAI])["rows"])

    assert expire("k1") == 2
    assert expire("k1") == 2, "the same call is told the same"
    assert expire("k2") == 0
    assert run(systems, "SELECT count(*) FROM receipts") == [(before - 2,)]


@pytest.mark.parametrize(
    "wrong", [{"before": "2026-11-01"}, {"table": "posts"}, {"people": [{"keys": [["x"]]}]}, {"people": [{}]}]
)
def test_it_deletes_nothing_that_its_own_books_need(app: Caller, systems: World, wrong: dict[str, Any]) -> None:
    before = run(systems, "SELECT * FROM receipts")
    status, answer = app.ask("/privacy/retention", {"operation": "expire", **RECEIPTS, "people": [MAI], **wrong})
    assert (status, bool(json.loads(answer)["title"])) == (400, True)
    assert run(systems, "SELECT * FROM receipts") == before
