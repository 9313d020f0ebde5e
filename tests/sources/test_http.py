"""A system that speaks the HTTP protocol: asked over real connections, in every way that they fail."""

import json
import socket
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Identifier, Line, Person, Setting, Source, Young
from portal.sources.drift import changes
from portal.sources.history import After, History, Reported, Span, Tally
from portal.sources.http import client
from portal.sources.manifest import Text, parse
from portal.sources.registry import connect
from tests.servers.engines import free_port
from tests.sources.systems import SECRET, Answer, System, json_of, lines_of, listening

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AS_OF = "2026-11-22T03:04:05Z"
PERSON = Person((("m-1",),), (Identifier("email", "anh@example.com"),))
SENT = {"keys": [["m-1"]], "identifiers": [{"kind": "email", "value": "anh@example.com"}]}
HEAD = {"as_of": AS_OF, "counts": {"members": 1, "bookings": 2}}
ROWS = [
    {"table": "members", "row": {"id": "m-1", "photo": {"$bytes": "AP8="}}},
    {"table": "bookings", "row": {"id": 1}},
    {"table": "bookings", "row": {"id": 2}},
]
END = {"end": True}
MANIFEST = """
[source]
id = "whitelabel"
title = "Whitelabel App"
url = "env:WHITELABEL_URL"
secret = "env:WHITELABEL_SECRET"
controller = "smartos"

[subject]
table = "members"
match = { email = "email" }

[tables.members]
erase = "delete"

[tables.bookings]
erase = "delete"

[tables.receipts]
erase = "keep"
keep = { reason = "Law" }
columns.total = { title = "Total" }

[preferences]
"marketing.events.email" = {}
"""


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setattr(client, "PAUSES", (0.01, 0.01))
    with listening() as system:
        yield system


@pytest.fixture
def source(system: System) -> Source:
    return source_at(system.url)


def source_at(url: str, secret: str = SECRET, manifest: str = MANIFEST) -> Source:
    environ = {"WHITELABEL_URL": url, "WHITELABEL_SECRET": secret}
    return connect(parse(tomllib.loads(manifest), "whitelabel.toml"), environ)


def refusal(call: Any) -> SourceUnavailable:
    with pytest.raises(SourceUnavailable) as caught:
        call()
    assert caught.value.facts["source"] == "Whitelabel App"
    return caught.value


def test_an_identifier_finds_persons(system: System, source: Source) -> None:
    system.answer("find", json_of({"keys": [["m-2"], ["m-1"]]}))
    assert source.find(Identifier("email", "anh@example.com")) == [("m-1",), ("m-2",)]
    assert system.asked[0].path == "/portal/privacy/counts"
    assert system.asked[0].body == {"operation": "find", "identifiers": SENT["identifiers"]}
    assert source.find(Identifier("phone", "+84912345678")) == []
    assert len(system.asked) == 1


def test_a_system_whose_manifest_says_where_dates_of_birth_are_is_asked_who_is_young(system: System) -> None:
    since = date(2013, 11, 28)
    assert source_at(system.url).young(since, 500) == []
    assert system.asked == []
    column = '[tables.members]\ncolumns.born_on = { title = "Born on" }'
    dated = MANIFEST.replace("[subject]", '[subject]\nborn = "born_on"').replace("[tables.members]", column)
    source = source_at(system.url, manifest=dated)
    row = {"key": ["m-1"], "born": "2015-03-01", "identifiers": SENT["identifiers"]}
    system.answer("young", json_of({"young": [row]}))
    assert source.young(since, 500, 20) == [Young(("m-1",), date(2015, 3, 1), tuple(PERSON.identifiers))]
    assert system.asked[0].body == {"operation": "young", "born_after": "2013-11-28", "limit": 500, "offset": 20}
    system.answer("young", json_of({"young": [{**row, "born": "in spring"}]}))
    with pytest.raises(SourceUnavailable):
        source.young(since, 500)


COUNTS = {
    "as_of": AS_OF,
    "lines": [
        {"table": "receipts", "rows": 2, "remaining": 0, "until": "2036-05-01", "controller": "space-7"},
        {"table": "bookings", "controller": "space-9", "rows": 1, "remaining": 1},
        {"table": "bookings", "controller": "space-7", "rows": 3, "remaining": 2},
    ],
    "blockers": [
        {"kind": "warn", "table": "bookings", "say": {"en": "On {day}", "vi": "Ngày {day}"}, "facts": {"day": 5}}
    ],
}


def test_the_preview_has_a_line_for_every_table(system: System, source: Source) -> None:
    system.answer("counts", json_of(COUNTS))
    preview = source.preview(PERSON)
    law = Text.of("Law")
    assert preview.lines == (
        Line("members", Text.of("Members"), 0, "delete", "smartos"),
        Line("bookings", Text.of("Bookings"), 3, "delete", "space-7"),
        Line("bookings", Text.of("Bookings"), 1, "delete", "space-9"),
        Line("receipts", Text.of("Receipts"), 2, "keep", "space-7", law, date(2036, 5, 1)),
    )
    assert preview.as_of == datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    assert [blocker.say.filled("vi", blocker.facts) for blocker in preview.blockers] == ["Ngày 5"]
    assert source.remaining(PERSON) == {"bookings": 3}
    assert system.asked[0].body["person"] == SENT


def test_a_snapshot_streams_counted_rows_in_any_order(system: System, source: Source) -> None:
    system.answer("access", lines_of(HEAD, *ROWS, END))
    with source.snapshot(PERSON) as snapshot:
        assert snapshot.counts == {"members": 1, "bookings": 2, "receipts": 0}
        assert list(snapshot.rows("bookings")) == [{"id": 1}, {"id": 2}]
        assert list(snapshot.rows("members")) == [{"id": "m-1", "photo": b"\x00\xff"}]
        assert list(snapshot.rows("receipts")) == []
        assert snapshot.as_of.tzinfo is not None


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        (lines_of(HEAD, *ROWS), False),
        (lines_of(HEAD, *ROWS, END, cut=90), False),
        (lines_of(HEAD, *ROWS[:2], cut=200), False),
        (Answer(b""), False),
        (lines_of(HEAD, *ROWS[:2], END), True),
        (lines_of(HEAD, ROWS[1], ROWS[0], ROWS[2], END), True),
        (lines_of(HEAD, *ROWS, {"table": "secrets", "row": {}}, END), True),
        (lines_of({"as_of": AS_OF, "counts": {"secrets": 0}}, END), True),
        (lines_of({"as_of": "2026-11-22T03:04:05", "counts": {}}, END), True),
        (lines_of(END), True),
        (Answer(b"not json\n"), True),
        (Answer(b"[1]\n"), True),
    ],
)
def test_a_stream_that_is_cut_or_miscounted_is_refused_whole(
    system: System, source: Source, answer: Answer, permanent: bool
) -> None:
    system.answer("access", answer)

    def use() -> None:
        with source.snapshot(PERSON):
            pytest.fail("it was handed out")

    assert refusal(use).permanent == permanent


def test_choices_are_sent_and_read_back(system: System, source: Source) -> None:
    system.answer("preferences", json_of({"stored": {"marketing.events.email": "off", "other": "on"}}))
    source.prefer(PERSON, {"marketing.events.email": "off", "unknown": "on"})
    assert source.stored(PERSON) == {"marketing.events.email": "off"}
    source.prefer(PERSON, {"unknown": "on"})
    assert [call.body["choices"] for call in system.asked] == [{"marketing.events.email": "off"}, {}]
    assert len({call.key for call in system.asked}) == 2


def test_many_people_are_asked_about_in_one_call_and_in_their_order(system: System, source: Source) -> None:
    told = [{"stored": {"marketing.events.email": "on", "other": "on"}}, {"stored": {}}]
    system.answer("stored", json_of({"people": told}))
    other = Person((("m-2",),))
    assert source.stored_by({5: PERSON, 3: other}) == {5: {"marketing.events.email": "on"}, 3: {}}
    [call] = system.asked
    assert (call.path, call.body["people"]) == (
        "/portal/privacy/preferences",
        [SENT, {"keys": [["m-2"]], "identifiers": []}],
    )


@pytest.mark.parametrize("refused", [json_of({}, 400), json_of({"people": []})])
def test_a_system_that_does_not_know_that_is_asked_about_each_alone(
    system: System, source: Source, refused: Answer
) -> None:
    system.answer("stored", refused)
    system.answer("preferences", json_of({"stored": {"marketing.events.email": "off"}}))
    for _ in range(2):
        assert source.stored_by({5: PERSON, 3: PERSON}) == dict.fromkeys((5, 3), {"marketing.events.email": "off"})
    asked = [call.body["operation"] for call in system.asked]
    assert asked == ["stored", *["preferences"] * 4], "it is not tried a second time"


def test_a_fault_that_passes_is_told_as_one_and_nobody_is_asked_about_alone(system: System, source: Source) -> None:
    system.answer("stored", json_of({}, 503))
    assert not refusal(lambda: source.stored_by({5: PERSON})).permanent
    assert {call.body["operation"] for call in system.asked} == {"stored"}


def test_an_erasure_is_done_or_asked_again_with_the_same_key(system: System, source: Source) -> None:
    system.answer("erasure", json_of({"done": False}, 202), json_of({"done": True, "rows": {"bookings": 3}}))
    assert not source.erase(PERSON, "R-7").done
    erased = source.erase(PERSON, "R-7")
    assert (erased.done, erased.rows) == (True, {"bookings": 3})
    assert [(call.key, call.body["request_id"]) for call in system.asked] == [("R-7", "R-7")] * 2


def test_every_person_is_listed(system: System, source: Source) -> None:
    told = {"key": ["m-1"], "identifiers": SENT["identifiers"]}
    system.answer("keys", lines_of({"as_of": AS_OF}, told, told, END), lines_of({"as_of": AS_OF}, told))
    assert list(source.keys()) == [(("m-1",), [Identifier("email", "anh@example.com")])] * 2
    assert not refusal(lambda: list(source.keys())).permanent


def test_everybodys_settings_are_streamed(system: System, source: Source) -> None:
    told = {"key": ["m-1"], "stored": {"marketing.events.email": "on", "something.else": "on"}}
    system.answer("settings", lines_of({"as_of": AS_OF}, told, END), lines_of({"as_of": AS_OF}, told), json_of({}, 400))
    assert list(source.settings()) == [Setting(("m-1",), {"marketing.events.email": "on"})]
    assert not refusal(lambda: list(source.settings())).permanent
    assert refusal(lambda: list(source.settings())).permanent


@pytest.mark.parametrize(("status", "tries"), [(502, 3), (503, 3), (504, 3), (500, 1), (429, 1)])
def test_what_may_pass_is_tried_and_told_so(system: System, source: Source, status: int, tries: int) -> None:
    system.answer("find", json_of({}, status))
    problem = refusal(lambda: source.find(PERSON.identifiers[0]))
    assert (problem.permanent, problem.facts["detail"]) == (False, f"find: answered {status}")
    assert len(system.asked) == tries
    assert len({call.key for call in system.asked}) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 501, 302])
def test_what_will_not_pass_is_told_at_once(system: System, source: Source, status: int) -> None:
    system.answer("find", Answer(status=status, headers={"Location": system.url}))
    assert refusal(lambda: source.find(PERSON.identifiers[0])).permanent
    assert len(system.asked) == 1


def test_a_passing_fault_is_over_at_the_second_try(system: System, source: Source) -> None:
    system.answer("erasure", json_of({}, 503), json_of({"done": True}))
    assert source.erase(PERSON, "R-7").done
    assert [call.key for call in system.asked] == ["R-7", "R-7"]


def test_a_wrong_secret_is_permanent(system: System) -> None:
    problem = refusal(lambda: source_at(system.url, "another").find(PERSON.identifiers[0]))
    assert (problem.permanent, problem.facts["detail"]) == (True, "find: answered 401")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>"),
        Answer(b"[]"),
        json_of({}),
        json_of({"keys": "m-1"}),
        json_of({"keys": ["m-1"]}),
        json_of({"keys": [[]]}),
    ],
)
def test_an_answer_that_is_not_the_protocol_is_permanent(system: System, source: Source, answer: Answer) -> None:
    system.answer("find", answer)
    problem = refusal(lambda: source.find(PERSON.identifiers[0]))
    assert (problem.permanent, problem.facts["detail"]) == (True, "find: the answer is not as the protocol says")


@pytest.mark.parametrize("change", [{"table": "secrets"}, {"rows": None}, {"until": "soon"}])
def test_a_line_that_is_not_understood_is_permanent(system: System, source: Source, change: dict[str, Any]) -> None:
    system.answer("counts", json_of({**COUNTS, "lines": [{**COUNTS["lines"][0], **change}]}))  # type: ignore[dict-item]
    assert refusal(lambda: source.preview(PERSON)).permanent


def test_a_system_that_is_down_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSES", (0.01,))
    problem = refusal(lambda: source_at(f"http://127.0.0.1:{free_port()}").find(PERSON.identifiers[0]))
    assert (problem.permanent, problem.facts["detail"]) == (False, "find: ConnectionRefusedError")


def test_a_system_that_is_silent_is_not_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        problem = refusal(lambda: source_at(f"http://127.0.0.1:{silent.getsockname()[1]}").find(PERSON.identifiers[0]))
    assert (problem.permanent, problem.facts["detail"]) == (False, "find: no answer in time")


def test_an_answer_cut_short_passes(system: System, source: Source) -> None:
    system.answer("find", Answer(b'{"keys": []}', cut=4))
    assert not refusal(lambda: source.find(PERSON.identifiers[0])).permanent


def test_a_description_is_compared_with_the_manifest(system: System, source: Source) -> None:
    tables = {"members": {"erase": "delete", "columns": []}, "bookings": {"erase": "delete", "columns": []}}
    fit = {
        "protocol": 1,
        "identifiers": ["email"],
        "preferences": ["marketing.events.email"],
        "tables": {**tables, "receipts": {"erase": "keep", "columns": ["total"]}},
    }
    other = {"members": {"erase": "keep", "columns": []}, "receipts": {"erase": "keep", "columns": []}, "logs": {}}
    misfit = {"protocol": 2, "identifiers": [], "preferences": [], "tables": other}
    system.answer("describe", json_of(fit), json_of(misfit))
    assert source.check() == []
    assert [str(finding) for finding in source.check()] == [
        "error: It speaks version 2 of the protocol, not 1.",
        "error: members: It cannot find anybody by email. Take it out of match.",
        "error: marketing.events.email: It does not know this preference. Take it out of [preferences].",
        "error: logs: It holds this table and the manifest does not cover it.",
        "error: bookings: It does not know this table. Mend the name, or take the table out.",
        'error: members: It does "keep" where the manifest promises "delete".',
        "warning: receipts.total: It has no such column.",
    ]


def test_what_its_description_says_anew_is_told_as_a_change(system: System, source: Source) -> None:
    members = {"erase": "delete", "columns": ["id", "name"]}
    kept = {"erase": "keep", "columns": ["total"], "keep": {"column": "paid_on", "years": 10}}
    told = {"tables": {"members": members, "receipts": kept}}
    newer = {
        "tables": {
            "members": {**members, "columns": ["id", "nickname"]},
            "receipts": {**kept, "keep": {"column": "paid_on", "years": 5}},
            "photos": members,
        }
    }
    system.answer("describe", json_of(told), json_of(newer), json_of({"tables": {"members": {}}}))
    before, after = source.shape(), source.shape()
    assert [str(change) for change in changes(before, after)] == [
        "warning: members.name: Since the last check: It is gone. It was: column.",
        "warning: members.nickname: Since the last check: It is new: column. Say in the manifest what becomes of it.",
        "warning: photos: Since the last check: The table is new. If it holds persons, cover it.",
        "warning: receipts.kept: Since the last check: It was: 10 years by paid_on. Now it is: 5 years by paid_on.",
    ]
    assert refusal(source.shape).permanent


LOCATED = """
[tables.places]
erase = "delete"
[location]
points = "places"
time = "at"
latitude = "lat"
longitude = "lon"
"""
PLACE = {"key": [7], "at": "2026-03-02T00:00:00Z", "latitude": 16.5, "longitude": 107.5}
DAYS = [Span(None, NOON), Span(NOON)]


@pytest.fixture
def history(system: System) -> History:
    found = source_at(system.url, manifest=MANIFEST + LOCATED).history
    assert found
    return found


def test_a_system_that_offers_no_history_has_none(source: Source) -> None:
    assert source.history is None


def test_a_history_is_asked_for_as_the_protocol_says(system: System, history: History) -> None:
    system.answer("reported", json_of({"reported": {"state": "denied", "at": None}}), json_of({"reported": None}))
    system.answer("tally", json_of({"first": AS_OF, "spans": [3, 4]}))
    system.answer("points", json_of({"points": [PLACE]}))
    system.answer("forget", json_of({"deleted": 2}))
    assert (history.reported(PERSON), history.reported(PERSON)) == (Reported("denied"), None)
    assert history.tally(PERSON, DAYS) == Tally(datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC), (3, 4))
    [point] = history.page(PERSON, After(NOON, included=True), 5)
    assert (point.key, point.at, point.latitude) == ((7,), datetime(2026, 3, 2, tzinfo=UTC), 16.5)
    history.page(PERSON, After(point.at, point.mark, point.key), 5)
    assert history.delete(PERSON, DAYS[0], 100) == 2
    assert history.delete_one(PERSON, point.key) == 2
    noon, bodies = NOON.isoformat(), [call.body for call in system.asked]
    assert {call.path for call in system.asked} == {"/portal/privacy/location"}
    assert all(body.pop("person") == SENT for body in bodies)
    assert bodies[2:] == [
        {"operation": "tally", "spans": [{"until": noon}, {"since": noon}]},
        {"operation": "points", "limit": 5, "after": {"at": noon, "included": True}},
        {"operation": "points", "limit": 5, "after": {"at": "2026-03-02T00:00:00Z", "key": [7]}},
        {"operation": "forget", "span": {"until": noon}, "limit": 100},
        {"operation": "forget", "point": [7]},
    ]


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("tally", {"first": None, "spans": [1]}),
        ("tally", {"first": None, "spans": [1, -1]}),
        ("tally", {"first": "2026-03-02T00:00:00", "spans": [1, 1]}),
        ("tally", {"spans": [1, 1]}),
        ("points", {"points": [PLACE, PLACE, PLACE]}),
        ("points", {"points": [PLACE, {**PLACE, "at": "2026-03-03T00:00:00Z"}]}),
        ("points", {"points": [{**PLACE, "key": []}]}),
        ("points", {"points": [{**PLACE, "latitude": "north"}]}),
        ("points", {"points": [{**PLACE, "at": "0001-01-01T00:00:00+14:00"}]}),
        ("forget", {"deleted": "all"}),
        ("forget", {}),
        ("reported", {"reported": {"at": AS_OF}}),
        ("reported", {}),
    ],
)
def test_a_history_that_is_not_as_the_protocol_says_is_refused_and_never_taken_for_none(
    system: System, history: History, operation: str, answer: Any
) -> None:
    system.answer(operation, json_of(answer))
    calls = {
        "tally": lambda: history.tally(PERSON, DAYS),
        "points": lambda: history.page(PERSON, None, 2),
        "forget": lambda: history.delete(PERSON, DAYS[0], 100),
        "reported": lambda: history.reported(PERSON),
    }
    assert refusal(calls[operation]).permanent


def test_whether_a_history_is_offered_is_compared_with_the_manifest(system: System, source: Source) -> None:
    tables = {"members": {"erase": "delete", "columns": []}, "bookings": {"erase": "delete", "columns": []}}
    tables["receipts"] = {"erase": "keep", "columns": ["total"]}
    described = {"protocol": 1, "identifiers": ["email"], "preferences": ["marketing.events.email"], "tables": tables}
    system.answer("describe", json_of({**described, "location": True}))
    assert [str(finding) for finding in source.check()] == [
        "warning: It has a location history that nobody sees here. Write a [location]."
    ]
    tables["places"] = {"erase": "delete", "columns": ["at", "lat"]}
    system.answer("describe", json_of(described))
    assert [str(finding) for finding in source_at(system.url, manifest=MANIFEST + LOCATED).check()] == [
        "error: places: It has no location history to ask for. Take out [location].",
        "error: places.lon: It has no such column. Mend [location].",
    ]


def test_the_protocol_file_knows_every_address_and_operation() -> None:
    file = Path(client.__file__).parents[1] / "protocol.openapi.json"
    protocol = json.loads(file.read_text(encoding="utf-8"))
    schemas = protocol["components"]["schemas"]
    operations = {
        schema["properties"]["operation"]["const"]
        for schema in schemas.values()
        if "operation" in schema.get("properties", {})
    }
    assert set(protocol["paths"]) == {
        f"/privacy/{name}"
        for name in (
            "describe",
            "counts",
            "access",
            "erasure",
            "preferences",
            "correction",
            "location",
            "sweep",
            "retention",
        )
    }
    known = {"describe", "find", "counts", "access", "keys", "erasure", "preferences", "correction"}
    optional = {"settings", "young", "reported", "tally", "points", "forget", "sweep", "overdue", "expire", "stored"}
    assert operations == known | optional
    used = set(references(protocol))
    kinds = ("schemas", "parameters", "responses")
    assert used == {f"#/components/{kind}/{name}" for kind in kinds for name in protocol["components"][kind]}


def references(part: Any) -> Iterator[str]:
    """Every reference in a part of the file."""
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        yield from (found for value in part.values() for found in references(value))
    if isinstance(part, list):
        yield from (found for value in part for found in references(value))


def test_a_page_is_asked_for_by_table_and_by_what_the_page_before_said(system: System, source: Source) -> None:
    head = {"as_of": AS_OF, "counts": {"bookings": 2}}
    row = ROWS[1]
    system.answer(
        "access", lines_of({**head, "next": "b-9"}, row, row, END), lines_of({**head, "next": None}, row, row, END)
    )
    first = source.page(PERSON, "bookings", limit=2)
    assert (first.rows, first.after) == (({"id": 1}, {"id": 1}), "b-9")
    assert source.page(PERSON, "bookings", first.after or "", 2).after is None
    asked = [call.body for call in system.asked]
    assert [(body["table"], body["after"], body["limit"]) for body in asked] == [
        ("bookings", "", 2),
        ("bookings", "b-9", 2),
    ]


def test_a_system_that_knows_no_pages_is_counted_through_the_newest_first(system: System, source: Source) -> None:
    rows = [{"table": "bookings", "row": {"id": number}} for number in range(5)]
    system.answer("access", lines_of({"as_of": AS_OF, "counts": {"bookings": 5}}, *rows, END))
    found, after = [], ""
    for _ in range(3):
        page = source.page(PERSON, "bookings", after, 2)
        found.append([row["id"] for row in page.rows])
        after = page.after or ""
    assert found == [[4, 3], [2, 1], [0]]
    assert after == ""


def test_what_the_manifest_does_not_export_is_given_to_nobody_whatever_is_sent(system: System) -> None:
    hiding = MANIFEST.replace("[tables.bookings]\n", "[tables.bookings]\ncolumns.pin = { export = false }\n")
    rows = [{"table": "bookings", "row": {"id": number, "pin": "1234", "by": "x"}} for number in range(2)]
    system.answer("access", lines_of({"as_of": AS_OF, "counts": {"bookings": 2}}, *rows, END))
    source = source_at(system.url, manifest=hiding)
    given = [{"id": 0, "by": "x"}, {"id": 1, "by": "x"}]
    with source.snapshot(PERSON) as snapshot:
        assert list(snapshot.rows("bookings")) == given
        assert [batch.names for batch in snapshot.batches("bookings")] == [("id", "by")] * 2
    assert list(source.page(PERSON, "bookings").rows) == given[::-1]


def test_a_page_that_is_not_as_the_protocol_says_is_refused(system: System, source: Source) -> None:
    system.answer("access", lines_of({"as_of": AS_OF, "counts": {"bookings": 3}, "next": None}, ROWS[1], END))
    assert refusal(lambda: source.page(PERSON, "bookings")).permanent
