"""What a system that speaks HTTP is asked once somebody is gone: only what its manifest says that it can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from portal.sources.base import Identifier, Mention, Person, Source
from portal.sources.http import client
from tests.sources.systems import Answer, System, json_of, lines_of, listening
from tests.sources.test_http import AS_OF, END, MANIFEST, PERSON, SENT, refusal, source_at

ABLE = MANIFEST.replace('controller = "smartos"\n', 'controller = "smartos"\nsweep = true\nretention = true\n').replace(
    'keep = { reason = "Law" }', 'keep = { reason = "Law", until = { column = "paid_on", years = 10 } }'
)
KNOWN = Person(PERSON.keys, PERSON.identifiers, (Identifier("phone", "+84912345678"), Identifier("name", "Ánh")))
TODAY = date(2026, 11, 28)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setattr(client, "PAUSES", (0.01, 0.01))
    with listening() as system:
        yield system


@pytest.fixture
def able(system: System) -> Source:
    return source_at(system.url, manifest=ABLE)


def overdue(source: Source) -> list[Person]:
    with closing(source.overdue("receipts", TODAY)) as found:
        return list(found)


def test_a_system_that_cannot_is_never_asked_and_says_so(system: System) -> None:
    unable = source_at(system.url)
    assert (unable.proof, unable.ages) == ("counts", False)
    assert (unable.traced(PERSON), unable.sweep(KNOWN), overdue(unable)) == (PERSON, [], [])
    assert system.asked == []


def test_it_is_told_what_to_look_for_and_whose_rows_are_theirs_and_no_names(system: System, able: Source) -> None:
    told = [{"table": "bookings", "column": "note", "rows": 2, "why": "open"}]
    system.answer("sweep", json_of({"mentions": told}))
    assert able.proof == "texts"
    assert able.sweep(KNOWN, ["bookings"]) == [Mention("bookings", "note", 2, "open")]
    [call] = system.asked
    assert call.path.endswith("/privacy/sweep")
    sought = [{"kind": "email", "value": "anh@example.com"}, {"kind": "phone", "value": "+84912345678"}]
    assert call.body == {"operation": "sweep", "person": SENT, "sought": sought, "tables": ["bookings"]}


def test_before_an_erasure_their_row_says_what_else_they_are_known_by(system: System, able: Source) -> None:
    head = {"as_of": AS_OF, "counts": {"members": 1}, "next": None}
    system.answer(
        "access", lines_of(head, {"table": "members", "row": {"id": "m-1", "email": " ANH@work.example "}}, END)
    )
    assert able.traced(PERSON).traces == (*PERSON.identifiers, Identifier("email", "anh@work.example"))
    assert able.traced(PERSON).identifiers == PERSON.identifiers, "nobody has proven it"
    hiding = source_at(
        system.url, manifest=ABLE.replace("[tables.members]", "[tables.members]\ncolumns.email = { export = false }")
    )
    assert hiding.traced(PERSON).traces == able.traced(PERSON).traces, "it is sought, though it is not exported"


def test_who_is_not_known_by_anything_is_not_looked_for(system: System, able: Source) -> None:
    assert able.sweep(Person(PERSON.keys)) == []
    assert system.asked == []


def test_a_look_that_takes_long_is_asked_for_again(system: System, able: Source) -> None:
    system.answer("sweep", json_of({}, 202), json_of({"mentions": []}))
    assert not refusal(lambda: able.sweep(KNOWN)).permanent
    assert able.sweep(KNOWN) == []


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"mentions": [{"table": "elsewhere", "column": "a", "rows": 1, "why": "open"}]},
        {"mentions": [{"table": "bookings", "column": "a", "rows": 0, "why": "open"}]},
        {"mentions": [{"table": "bookings", "column": "a", "rows": 1, "why": "because"}]},
    ],
)
def test_an_answer_that_the_protocol_does_not_know_proves_nothing(system: System, able: Source, told: Any) -> None:
    system.answer("sweep", json_of(told))
    assert refusal(lambda: able.sweep(KNOWN)).permanent


def test_who_is_overdue_is_read_page_by_page(system: System, able: Source) -> None:
    address = [{"kind": "email", "value": "anh@example.com"}]
    pages = [
        {"people": [{"key": ["m-1"]}, {"key": None, "identifiers": address}], "next": "m-1"},
        {"people": [{"key": ["m-2"], "identifiers": []}], "next": None},
    ]
    system.answer("overdue", *map(json_of, pages))
    people = overdue(able)
    assert people == [Person((("m-1",),)), Person((), PERSON.identifiers), Person((("m-2",),))]
    asked = [(call.body["table"], call.body["before"], call.body["after"]) for call in system.asked]
    assert asked == [("receipts", "2016-11-28", ""), ("receipts", "2016-11-28", "m-1")]


@pytest.mark.parametrize(
    "told",
    [{"people": []}, {"people": [{"key": None, "identifiers": []}], "next": None}, {"people": [], "next": ""}],
)
def test_pages_that_lead_nowhere_are_refused(system: System, able: Source, told: Any) -> None:
    system.answer("overdue", json_of(told))
    assert refusal(lambda: overdue(able)).permanent


def test_what_has_come_to_its_date_is_deleted_for_the_people_named(system: System, able: Source) -> None:
    system.answer("expire", Answer(status=503), json_of({"rows": 3}))
    assert able.expire("receipts", [PERSON], TODAY) == 3
    first, second = system.asked
    assert first.key == second.key, "a repetition is known as one"
    named = {"operation": "expire", "table": "receipts", "before": "2016-11-28"}
    assert second.body == {**named, "people": [SENT]}


def test_what_it_can_do_is_compared_with_the_manifest(system: System, able: Source) -> None:
    tables: dict[str, Any] = {
        "members": {"erase": "delete", "columns": []},
        "bookings": {"erase": "delete", "columns": []},
    }
    tables["receipts"] = {"erase": "keep", "columns": ["total"], "keep": {"column": "paid_on", "years": 10}}
    described = {"protocol": 1, "identifiers": ["email"], "preferences": ["marketing.events.email"], "tables": tables}
    can = {"sweep": True, "retention": True}
    shorter = {**tables, "receipts": {**tables["receipts"], "keep": {"column": "paid_on", "years": 5}}}
    system.answer(
        "describe", json_of({**described, **can}), json_of(described), json_of({**described, **can, "tables": shorter})
    )
    assert able.check() == []
    assert [str(found) for found in able.check()] == [
        "error: It cannot look through its texts. Take out sweep.",
        "error: It cannot say what has come to its date. Take out retention.",
    ]
    [said] = able.check()
    assert str(said) == "error: receipts: It does not keep rows by paid_on for 10 years. Mend until, or the system."


def test_what_it_could_do_and_is_not_asked_is_a_warning(system: System) -> None:
    unasked = source_at(system.url, manifest=ABLE.replace("sweep = true\nretention = true\n", ""))
    tables = {name: {"erase": "delete", "columns": []} for name in ("members", "bookings")}
    tables["receipts"] = {"erase": "keep", "columns": ["total"]}
    described = {"protocol": 1, "identifiers": ["email"], "preferences": ["marketing.events.email"], "tables": tables}
    system.answer("describe", json_of({**described, "sweep": True, "retention": True}))
    assert [str(found) for found in unasked.check()] == [
        "warning: It can look through its texts after an erasure. Write sweep = true.",
        "warning: It can delete what has come to its date when it is asked. Write retention = true.",
        "warning: receipts: It deletes what has come to its date by itself; nobody sees it here.",
    ]
