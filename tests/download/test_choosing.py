"""Choosing what goes into a copy, and that the copy holds that and says what it leaves out (RULES X5)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.download import service
from portal.download.choice import Choice
from portal.download.models import Download
from portal.kernel import clock
from portal.sources import registry, sql
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.download.conftest import Member, Only, member, read, unpacked
from tests.download.fakes import FakeSource, rows


def boxes(page: Page, name: str) -> dict[str, bool]:
    return {
        box["value"]: "checked" in box.attributes
        for box in page.root.all("input")
        if box["type"] == "checkbox" and box["name"] == name
    }


def send(browser: Browser, systems: list[str], tables: list[str], *, status: int = 200, **more: str) -> Page:
    return browser.post(
        "/download",
        data={"chosen": "yes", "when": "all", "country": "", "system": systems, "table": tables, **more},
        status=status,
    )


def everything() -> list[str]:
    return [f"{source.id}.{table}" for source in registry.active().all() for table in source.manifest.tables]


def systems() -> list[str]:
    return [source.id for source in registry.active().all()]


def copy_of(owner: Member, **chosen: Any) -> Download:
    asked = service.ask(owner.subject, "en", Choice(**chosen))
    owner.portal.drain()
    return owner.now(asked)


def test_everything_is_offered_ticked_and_counted_live(portal: Portal, mai: Member) -> None:
    page = mai.browser.get("/download")
    assert boxes(page, "system") == dict.fromkeys(systems(), True)
    assert boxes(page, "table") == dict.fromkeys(everything(), True)
    offered = " ".join(page.text.split())
    with closing(sqlite3.connect(portal.systems.database("booking"))) as booking:
        held = "SELECT count(*) FROM bookings JOIN users ON users.id = user_id WHERE lower(email) = ?"
        [count] = booking.execute(held, (mai.email,)).fetchone()
    assert f"Bookings{count}" in offered.replace(" ", "")


def test_a_silent_system_is_offered_without_a_count_and_the_others_with_one(
    mai: Member, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, well = FakeSource("shop", {"orders": rows()}), FakeSource("club", {"cards": rows({"id": 1}, {"id": 2})})
    monkeypatch.setattr(silent, "glance", lambda person: (_ for _ in ()).throw(silent.unavailable("out of reach")))
    only(silent, well)
    monkeypatch.setattr("portal.subjects.service.waiting", lambda subject: [])
    page = mai.browser.get("/download")
    assert "Does not answer at the moment, so we cannot count." in page.text
    assert "2 records" in page.text
    assert boxes(page, "table")["shop.orders"]


def test_very_many_rows_are_offered_as_more_than_a_number(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "stopped counting" not in mai.browser.get("/download").text
    monkeypatch.setattr(sql, "GLANCED", 1)
    page = mai.browser.get("/download")
    assert "Visits to the app1+" in page.text.replace(" 1+", "1+")
    assert "we stopped counting there" in page.text


def test_who_leaves_all_ticked_asks_for_everything_also_for_what_comes_later(mai: Member) -> None:
    send(mai.browser, systems(), everything())
    assert Download.get().choice == {}


def test_a_category_goes_in_where_it_and_its_system_are_ticked(mai: Member) -> None:
    page = send(
        mai.browser, ["booking", "portal"], ["booking.bookings", "booking.visits", "crm.contacts", "portal.cases"]
    )
    assert page.h1 == "Your copy is being prepared"
    assert Download.get().choice == {"tables": {"booking": ["visits", "bookings"], "portal": ["cases"]}}
    assert "Without Smartos CRM." in page.text
    shown = [step.text for step in page.root.all("li") if step.within("ol")]
    assert [name.split(" Waiting")[0].split("Waiting")[0].strip() for name in shown] == [
        "Smartos Booking App", str(registry.active().get("portal").title),
    ]  # fmt: skip


def test_a_copy_holds_what_was_chosen_as_statements_of_ones_own_count_it(portal: Portal, mai: Member) -> None:
    chosen = {"booking": ("bookings", "payments", "favourites"), "whitelabel": ("check_ins",)}
    archive = unpacked(copy_of(mai, tables=chosen))
    files = {
        (file["source"], file["table"]): file["rows"]
        for file in read(archive, "manifest.json")["files"]
        if "table" in file
    }
    assert set(files) == {(source, table) for source, tables in chosen.items() for table in tables}
    with closing(sqlite3.connect(portal.systems.database("booking"))) as booking:
        for table in chosen["booking"]:
            mine = f"SELECT count(*) FROM {table} JOIN users ON users.id = user_id WHERE lower(email) = ?"
            [held] = booking.execute(mine, (mai.email,)).fetchone()
            assert files["booking", table] == held
    assert not [name for name in archive.namelist() if name.startswith(("consents/", "data/crm"))]


def test_what_was_left_out_is_stated_in_every_place(mai: Member) -> None:
    archive = unpacked(copy_of(mai, tables={"booking": ("bookings",)}))
    listed = read(archive, "manifest.json")
    assert {one["id"]: one["state"] for one in listed["sources"]} == {
        "booking": "complete", "crm": "not asked for", "whitelabel": "not asked for", "portal": "not asked for",
    }  # fmt: skip
    for told in (listed["this_copy"], read(archive, "about.json")["this_copy"]):
        assert not told["everything"]
        left = {f"{one['source']}.{one['table']}" for one in told["not_asked_for"]}
        assert left == set(everything()) - {"booking.bookings"}
    taken = {one["table"] for one in read(archive, "about.json")["categories"] if one["in_this_copy"]}
    assert taken == {"bookings"}
    index = archive.read("index.html").decode()
    assert "Not asked for" in index
    assert "Location history" in index
    assert (
        archive.read("data/booking.html").decode().count("not asked for")
        == len(registry.active().get("booking").manifest.tables) - 1
    )


def test_a_whole_copy_says_that_nothing_was_left_out(mai: Member) -> None:
    archive = unpacked(copy_of(mai))
    told = read(archive, "manifest.json")["this_copy"]
    assert (told["everything"], told["not_asked_for"], told["masked"]) == (True, [], [])
    assert "Not asked for" not in archive.read("index.html").decode()


def test_only_the_days_asked_for_are_there_as_statements_of_ones_own_count_them(
    portal: Portal, mai: Member, today: date
) -> None:
    since, until = today - timedelta(days=90), today - timedelta(days=10)
    archive = unpacked(copy_of(mai, since=since, until=until))
    dated = {"visits": "started_at", "bookings": "starts_at", "location_points": "recorded_at", "payments": "paid_at"}
    some = False
    with closing(sqlite3.connect(portal.systems.database("booking"))) as booking:
        for table, column in dated.items():
            mine = f"""SELECT count(*) FROM {table} JOIN users ON users.id = user_id WHERE lower(email) = ?
            AND date({column}) BETWEEN ? AND ?"""
            [held] = booking.execute(mine, (mai.email, since.isoformat(), until.isoformat())).fetchone()
            written = read(archive, f"data/booking/{table}.json")
            assert (len(written["rows"]), written["count"], written["dated_by"]) == (held, held, column)
            some = some or held > 0
    assert some
    told = read(archive, "manifest.json")["this_copy"]
    assert (told["since"], told["until"]) == (since.isoformat(), until.isoformat())
    whole = {(one["source"], one["table"]) for one in told["whole_for_want_of_a_date"]}
    assert ("booking", "users") in whole
    assert not {("booking", table) for table in dated} & whole
    assert len(read(archive, "data/booking/users.json")["rows"]) == 1
    assert "These have no date, so all of them are here." in archive.read("data/booking.html").decode()
    assert "Only from" in archive.read("index.html").decode()


def test_a_system_without_types_is_filtered_by_the_column_it_declares(mai: Member, only: Only) -> None:
    given = [{"id": n, "at": f"2026-0{n}-15T08:00:00+00:00"} for n in range(1, 6)] + [{"id": 9, "at": None}]
    shop = FakeSource("shop", {"orders": rows(*given)}, time={"orders": "at"})
    only(shop)
    archive = unpacked(copy_of(mai, since=date(2026, 2, 1), until=date(2026, 3, 31)))
    written = read(archive, "data/shop/orders.json")
    assert [row["id"] for row in written["rows"]] == [2, 3, 9]
    assert written["count"] == 3


def test_days_that_hold_nothing_leave_a_table_with_its_columns(mai: Member, only: Only) -> None:
    only(FakeSource("shop", {"orders": rows({"id": 1, "at": "2020-01-01"})}, time={"orders": "at"}))
    archive = unpacked(copy_of(mai, since=date(2026, 1, 1)))
    written = read(archive, "data/shop/orders.json")
    assert (written["rows"], written["count"]) == ([], 0)


def test_days_are_sent_with_the_form_and_shown_with_the_copy(mai: Member) -> None:
    page = send(mai.browser, systems(), everything(), when="some", since="2026-01-05", until="2026-02-01")
    assert Download.get().choice == {"since": "2026-01-05", "until": "2026-02-01"}
    assert "Only from 5 January 2026 to 1 February 2026." in page.text


def test_days_that_are_wrong_stay_in_the_form_with_a_sentence(mai: Member) -> None:
    wrong = {
        "The last day is before the first one.": {"since": "2026-02-01", "until": "2026-01-01"},
        "Write the first day, the last day or both.": {"since": "", "until": ""},
        "Write the day as year, month and day: 2026-11-22.": {"since": "1/2/26", "until": ""},
    }
    for sentence, days in wrong.items():
        page = send(mai.browser, ["booking"], ["booking.bookings"], when="some", status=422, **days)
        assert sentence in page.text
        assert page.root.one(id="since")["value"] == days["since"]
        assert boxes(page, "system") == {source: source == "booking" for source in systems()}
    assert Download.select().count() == 0


def test_a_form_without_a_tick_is_refused_in_words(mai: Member) -> None:
    page = send(mai.browser, [], everything(), status=422)
    assert "Tick at least one category." in page.text
    assert Download.select().count() == 0


def test_the_choice_outlives_the_way_through_confirming(mai: Member) -> None:
    with clock.later(timedelta(minutes=16)):
        chosen = ["booking.bookings", "crm.contacts"]
        confirm = send(mai.browser, systems(), chosen, when="some", since="2026-01-05", country="us-ca")
        assert confirm.path == "/confirm"
        sent = mai.browser.client.post(
            "/download",
            data={"chosen": "yes", "when": "some", "since": "2026-01-05", "country": "us-ca",
                  "system": systems(), "table": chosen},
            headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        [onward] = parse_qs(urlsplit(sent.location).query)["next"]
        assert len(onward) < 255
        page = mai.browser.get(onward)
        assert {name for name, ticked in boxes(page, "table").items() if ticked} == set(chosen)
        assert page.root.one(id="since")["value"] == "2026-01-05"
    assert Download.select().count() == 0


def test_making_it_again_takes_the_same_choice(mai: Member) -> None:
    first = copy_of(mai, tables={"booking": ("bookings",)}, since=date(2026, 1, 5), country="us-ca")
    service.disable(first)
    page = mai.browser.get(f"/download/{first.case.reference}").click("Change what goes in")
    assert {name for name, ticked in boxes(page, "table").items() if ticked} == {"booking.bookings"}
    assert page.root.one(id="since")["value"] == "2026-01-05"
    again = mai.browser.get(f"/download/{first.case.reference}").form("Make it again").send()
    assert again.path != f"/download/{first.case.reference}"
    assert Download.select().order_by(Download.id.desc()).get().choice == first.choice


def test_nobody_is_shown_the_choice_of_somebody_else(portal: Portal, mai: Member) -> None:
    first = copy_of(mai, tables={"booking": ("bookings",)})
    stranger = member(portal, "duc.pham@example.com")
    stranger.browser.get(f"/download?again={first.case.reference}", status=404)
    stranger.browser.post("/download", data={"again": first.case.reference}, status=404)
    stranger.browser.get("/download?without=zz", status=404)


def test_a_system_that_was_not_asked_for_is_not_read(mai: Member, only: Only) -> None:
    asked, other = FakeSource("shop", {"orders": rows({"id": 1})}), FakeSource("club", {"cards": rows({"id": 2})})
    other.silent = 9
    only(asked, other)
    assert copy_of(mai, tables={"shop": ("orders",)}).state == "ready"
    assert (asked.asked, other.asked) == (1, 0)
