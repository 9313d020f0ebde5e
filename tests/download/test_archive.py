"""What is in an archive: everything that the systems hold, in three forms, and what the law wants told beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sqlite3
from contextlib import closing
from typing import Any
from zipfile import ZipFile

import pytest

from portal.accounts.models import Account
from portal.cases import deadlines
from portal.consents import service as consents
from portal.consents.receipts import SCHEMA
from portal.download import service
from portal.download.choice import Choice
from portal.download.models import Download
from portal.sources import registry, values
from portal.subjects import service as subjects
from tests.conftest import Portal
from tests.download.conftest import Member, member, read, unpacked
from tests.lint import lint

MANDATORY = {
    "schema_version", "record_id", "receipt_id", "pii_principal_id", "privacy_notice", "language", "purpose",
    "pii_information", "pii_controllers", "storage_locations", "retention_period", "jurisdiction",
    "recipient_third_parties", "withdrawal_method", "party", "event",
}  # fmt: skip
ARTICLE_15 = {
    "controller", "purposes", "categories", "recipients", "retention", "rights", "complaint", "sources",
    "automated_decisions", "transfers",
}  # fmt: skip


@pytest.fixture
def copy(mai: Member) -> Download:
    """Mai's copy, after two choices."""
    for state in ("on", "off"):
        terms = {"notice_version": "1", "language": "en", "wording": "May we?"}
        consents.record(mai.subject, "marketing.events.email", state, **terms)
    return mai.copy()


def test_every_table_of_every_manifest_is_there_with_as_many_rows_as_the_system_holds(
    mai: Member, copy: Download
) -> None:
    archive = unpacked(copy)
    told = {
        (file["source"], file["table"]): file["rows"]
        for file in read(archive, "manifest.json")["files"]
        if "table" in file
    }
    for source in registry.active().connected():
        with source.snapshot(subjects.person(mai.subject, source.id)) as snapshot:
            for table in source.manifest.tables:
                written = read(archive, f"data/{source.id}/{table}.json")
                assert len(written["rows"]) == written["count"] == snapshot.counts[table] == told[source.id, table]
                assert len(cells(archive, f"data/{source.id}/{table}.csv")) == snapshot.counts[table] + 1
    own = registry.active().get("portal").manifest.tables
    assert {table for source, table in told if source == "portal"} == set(own)


def test_counts_agree_with_statements_of_ones_own(portal: Portal, mai: Member, copy: Download) -> None:
    archive = unpacked(copy)
    [number] = [key[0] for key in subjects.links(mai.subject)["booking"]]
    with closing(sqlite3.connect(portal.systems.database("booking"))) as booking:
        for table in ("bookings", "visits", "location_points", "payments"):
            [held] = booking.execute(f"SELECT count(*) FROM {table} WHERE user_id = ?", (number,)).fetchone()
            assert len(read(archive, f"data/booking/{table}.json")["rows"]) == held > 0


def test_values_turn_back_into_what_they_were(mai: Member, copy: Download) -> None:
    archive = unpacked(copy)
    for source in registry.active().connected():
        with source.snapshot(subjects.person(mai.subject, source.id)) as snapshot:
            for table in source.manifest.tables:
                written = read(archive, f"data/{source.id}/{table}.json")
                kinds = {name: column["kind"] for name, column in written["columns"].items()}
                again = [
                    {name: values.decode(value, kinds[name]) for name, value in row.items()} for row in written["rows"]
                ]
                assert again == list(snapshot.rows(table)), f"{source.id}.{table}"


def test_the_list_of_files_names_every_file_with_its_size_and_checksum(copy: Download) -> None:
    archive = unpacked(copy)
    files = {file["name"]: file for file in read(archive, "manifest.json")["files"]}
    assert {*files, "manifest.json"} == set(archive.namelist())
    for name, file in files.items():
        body = archive.read(name)
        assert (len(body), hashlib.sha256(body).hexdigest()) == (file["size"], file["sha256"])
    assert 0 in {file.get("rows") for file in files.values()}, "tables without rows are stated"
    assert archive.testzip() is None


def test_every_system_says_as_of_when_it_is(copy: Download) -> None:
    told = read(unpacked(copy), "manifest.json")["sources"]
    assert [(system["id"], system["state"]) for system in told] == [
        (source.id, "complete") for source in registry.active().all()
    ]
    assert all(re.fullmatch(r"2\d{3}-\d\d-\d\dT.*\+00:00", system["as_of"]) for system in told)


def test_names_lead_nowhere_else(copy: Download) -> None:
    for name in unpacked(copy).namelist():
        assert re.fullmatch(r"([A-Za-z0-9_-]+/){0,2}[A-Za-z0-9_-]+\.(json|csv|html)", name), name


def test_about_answers_article_15(portal: Portal, copy: Download) -> None:
    told = read(unpacked(copy), "about.json")
    assert ARTICLE_15 <= told.keys()
    assert told["complaint"]["authority"] == deadlines.authority_in("en", "")
    assert {one["category"] for one in told["categories"]} >= {"Bookings", "Invoices", "Check-ins"}
    assert "Location" in {purpose["title"] for purpose in told["purposes"]}
    assert all(right["how"] for right in told["rights"])


def made_here(archive: ZipFile) -> list[dict[str, Any]]:
    """Return the receipts of choices, without those of what the systems had recorded before."""
    receipts = [read(archive, name) for name in archive.namelist() if name.startswith("consents/")]
    return [receipt for receipt in receipts if "imported" not in receipt]


def test_the_authority_is_that_of_the_country_where_somebody_lives(mai: Member) -> None:
    Account.update(age_rule="US-CA-13").where(Account.id == mai.account).execute()
    terms = {"notice_version": "1", "language": "vi", "wording": "May we?"}
    consents.record(mai.subject, "marketing.events.email", "on", **terms)
    archive = unpacked(mai.copy())
    [receipt] = made_here(archive)
    assert read(archive, "about.json")["complaint"]["authority"] == deadlines.authority_in("en", "US-CA")
    assert receipt["authority_party"] == deadlines.authority_in("vi", "US-CA")


def test_each_choice_has_a_receipt(copy: Download) -> None:
    archive = unpacked(copy)
    receipts = made_here(archive)
    assert sorted(receipt["event"]["choice"] for receipt in receipts) == ["off", "on"]
    for receipt in receipts:
        assert MANDATORY <= receipt.keys()
        assert all(receipt[field] for field in MANDATORY)
        assert receipt["schema_version"] == SCHEMA
        assert receipt["event"]["state"] == (
            "consent_given" if receipt["event"]["choice"] == "on" else "consent_withdrawn"
        )
        assert {"id", "name", "address", "contact", "type"} <= receipt["party"].keys()
        assert {"time", "validity_duration", "entity_id", "type", "state"} <= receipt["event"].keys()


def test_pages_are_sound_html_that_asks_nobody_and_runs_nothing(copy: Download) -> None:
    archive = unpacked(copy)
    pages = [name for name in archive.namelist() if name.endswith(".html")]
    assert sorted(pages) == [
        "data/booking.html", "data/crm.html", "data/portal.html", "data/whitelabel.html", "index.html",
    ]  # fmt: skip
    for name in pages:
        page = archive.read(name).decode()
        wrong = [fault for fault in lint(page, "nowhere.invalid")[1] if "style" not in fault]
        assert not wrong, f"{name}: {wrong}"
        assert "<script" not in page
        for there in re.findall(r'href="([^"#]+)"', page):
            assert there in archive.namelist(), f"{name} leads to {there}"


def test_a_page_shows_what_the_files_hold(copy: Download) -> None:
    archive = unpacked(copy)
    page = archive.read("data/booking.html").decode()
    assert "Nguyễn Thị Mai" in page
    [*_, last] = read(archive, "data/booking/bookings.json")["rows"]
    assert last["reference"] in page
    assert "password_hash" not in archive.read("data/booking/users.json").decode()


def test_the_archive_speaks_the_language_in_which_it_was_asked_for(portal: Portal) -> None:
    somebody = member(portal, "mai.nguyen@example.com", "vi")
    somebody.browser.post("/download")
    portal.drain()
    [made] = Download.of(somebody.subject)
    archive = unpacked(made)
    assert '<html lang="vi">' in archive.read("index.html").decode()
    assert "Lịch đặt chỗ" in archive.read("data/booking.html").decode()
    assert read(archive, "data/booking/bookings.json")["title"] == "Lịch đặt chỗ"


def test_somebody_of_whom_nothing_is_held_gets_an_archive_that_says_so(portal: Portal) -> None:
    nobody = member(portal, "nobody.at.all@example.com")
    archive = unpacked(nobody.copy())
    told = read(archive, "manifest.json")["files"]
    assert {file["rows"] for file in told if file.get("source") == "crm" and "table" in file} == {0}
    assert "Nothing is held here." in archive.read("data/crm.html").decode()


def test_who_shares_an_address_is_told_that_records_are_left_out(portal: Portal) -> None:
    shared = member(portal, "nha.hoang@example.com")
    archive = unpacked(shared.copy())
    assert "Records that may be yours are not in this copy" in archive.read("index.html").decode()


def test_a_copy_for_california_masks_numbers_in_every_form_and_says_so(portal: Portal, mai: Member) -> None:
    whole, masked = unpacked(mai.copy()), unpacked(made_for(mai, "us-ca"))
    [before], [after] = (read(archive, "data/booking/users.json")["rows"] for archive in (whole, masked))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {name for name in ("tax_id", "bank_account") if before[name]} == {"tax_id", "bank_account"}
    for name in changed:
        assert after[name] == f"•••• {str(before[name])[-4:]}"
        for form in ("data/booking.html", "data/booking/users.csv", "data/booking/users.json"):
            assert str(before[name]) in whole.read(form).decode()
            assert str(before[name]) not in masked.read(form).decode()
    columns = read(masked, "data/booking/users.json")["columns"]
    assert {name for name, told in columns.items() if told.get("masked")} == changed
    note = "To confirm that a number is yours, write it to privacy@smartos.example.com"
    for page in ("index.html", "data/booking.html", "data/crm.html"):
        assert note in masked.read(page).decode()
        assert note not in whole.read(page).decode()
    told = read(masked, "about.json")["this_copy"]
    assert note in told["masked_note"]
    assert {("booking", "users"), ("booking", "payments")} <= {(one["source"], one["table"]) for one in told["masked"]}
    assert read(whole, "about.json")["this_copy"]["masked"] == []
    assert "masked, as California asks" in mai.browser.get(f"/download/{last(mai).case.reference}").text


def test_who_lives_elsewhere_gets_all_of_it(mai: Member) -> None:
    [row] = read(unpacked(made_for(mai, "other")), "data/booking/users.json")["rows"]
    assert "•" not in "".join(str(value) for value in row.values())


def made_for(owner: Member, country: str) -> Download:
    asked = service.ask(owner.subject, "en", Choice(country=country))
    owner.portal.drain()
    return owner.now(asked)


def last(owner: Member) -> Download:
    return service.recent(owner.subject)[0]


def cells(archive: ZipFile, name: str) -> list[list[str]]:
    text = archive.read(name).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))
