"""A copy that nobody asked for in a session of their own leaves after a second look, without what is about others."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.cases.models import Case
from portal.cases.service import by_reference, deciding, handling, identity, open_case, open_without_account
from portal.download import redaction, service
from portal.download.models import Download, Release
from portal.kernel import clock
from portal.kernel.problems import NotNow
from portal.sources.manifest import Table, Text
from portal.subjects import holdings
from tests.conftest import Portal
from tests.people import Member, member, staff

SAM, PAUL = 1, 2
HERE = {"Sec-Fetch-Site": "same-origin"}
TABLE = Table("t", "t", Text.of("T"), "delete")


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.fixture
def asked(mai: Member) -> Case:
    """A stranger's request for Mai's data, proven, matched and agreed to by two."""
    case = open_without_account("download", mai.email, "en")
    Case.update(subject=mai.subject).where(Case.id == case.id).execute()
    case = by_reference(case.reference)
    identity.prove(case, "code", "person")
    row = deciding.propose(case, SAM, deciding.FULFIL)
    deciding.agree(case, PAUL, row.id)
    return by_reference(case.reference)


def archive(portal: Portal, download: Download) -> dict[str, bytes]:
    raw = b"".join(service.read(service.archive(download), 0, None))
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_no_copy_is_made_before_it_was_prepared_and_released_by_two(portal: Portal, asked: Case) -> None:
    portal.drain()
    assert not Download.select().exists()
    row = service.prepare(asked, [], SAM)
    portal.drain()
    assert not Download.select().exists()
    with pytest.raises(deciding.SecondPerson):
        service.release(asked, row.prepared_at.isoformat(), SAM)
    with pytest.raises(NotNow):
        service.start_approved(asked)
    service.release(asked, row.prepared_at.isoformat(), PAUL)
    portal.drain()
    assert Download.get().state == "ready"


def test_what_is_about_others_is_left_out_and_named(portal: Portal, asked: Case) -> None:
    row = service.prepare(asked, ["crm.notes", "booking.visits", "nowhere.nothing"], SAM)
    assert "booking" in row.withheld
    service.release(asked, row.prepared_at.isoformat(), PAUL)
    portal.drain()
    held = archive(portal, Download.get())
    assert not any(name.startswith("data/booking/visits") for name in held)
    told = json.loads(held["about.json"])["this_copy"]
    assert "visits" in [one["table"] for one in told["withheld"]]
    assert told["everything"] is False
    assert told["not_asked_for"] == []
    assert "about other people" in held["index.html"].decode()
    assert "about other people" in held["data/booking.html"].decode()


def test_a_copy_that_was_prepared_anew_meanwhile_is_not_released_unseen(asked: Case) -> None:
    seen = service.prepare(asked, ["booking.visits"], SAM).prepared_at.isoformat()
    service.prepare(asked, [], SAM)
    with pytest.raises(NotNow):
        service.release(asked, seen, PAUL)
    assert Release.get().released_at is None


def test_one_s_own_confirmed_copy_needs_nobody(portal: Portal, mai: Member) -> None:
    case = open_case("download", mai.subject)
    assert not service.needs_release(case)
    with pytest.raises(NotNow):
        service.prepare(case, [], SAM)
    portal.drain()
    assert Download.get().state == "ready"


def test_what_staff_made_of_a_question_needs_two_and_a_second_look(portal: Portal, mai: Member) -> None:
    case = open_case("inquiry", mai.subject, approved=False)
    assert not deciding.needs_two(case)
    handling.change_kind(case, "download", SAM)
    deciding.propose(case, SAM, deciding.FULFIL)
    assert by_reference(case.reference).state == "open"
    deciding.agree(case, PAUL, deciding.proposal(case).id)  # type: ignore[union-attr]
    portal.drain()
    assert not Download.select().exists()
    row = service.prepare(by_reference(case.reference), [], SAM)
    service.release(by_reference(case.reference), row.prepared_at.isoformat(), PAUL)
    portal.drain()
    assert Download.get().state == "ready"


def test_single_records_about_others_are_left_out_wherever_they_stand(portal: Portal, asked: Case, mai: Member) -> None:
    sam = staff(portal, "staff")
    place = f"/staff/requests/{asked.reference}/copy"
    whole = [row["id"] for row in holdings.rows(mai.subject, "booking", "bookings").rows]
    page = sam.browser.get(f"{place}/booking/bookings")
    marks = [node["value"] for node in page.root.all("input") if node["name"] == "withheld"]
    assert len(marks) == len(whole) > 3
    secret = sam.browser.client.post(
        f"{place}/booking/bookings", data={"shown": marks, "withheld": marks[1:3]}, headers=HERE
    )
    assert secret.status_code == 303
    assert "left out: 2" in sam.browser.get(place).text
    ticked = [
        node["value"]
        for node in sam.browser.get(f"{place}/booking/bookings").root.all("input")
        if "checked" in node.attributes
    ]
    assert ticked == marks[1:3]
    row = service.release_of(asked)
    assert row
    service.release(asked, row.prepared_at.isoformat(), PAUL + 100)
    portal.drain()
    held = archive(portal, Download.get())
    kept = [one["id"] for one in json.loads(held["data/booking/bookings.json"])["rows"]]
    assert sorted(kept) == sorted(set(whole) - set(whole[1:3]))
    told = json.loads(held["about.json"])["this_copy"]
    assert [(one["table"], one["records"]) for one in told["withheld_records"]] == [("bookings", 2)]
    assert told["everything"] is False
    assert "Left out because they are about other people: 2 records" in held["data/booking.html"].decode()


def test_what_was_ticked_on_one_page_stays_when_another_is_saved(asked: Case) -> None:
    one, two, three = (redaction.marks("booking", TABLE, {"x": number})[0] for number in range(3))
    service.withhold_records(asked, ("booking", "bookings"), [one, two], [one, two], SAM)
    service.prepare(asked, ["crm.messages"], SAM)
    found = service.withhold_records(asked, ("booking", "bookings"), [two, three], [three, "<script>"], SAM)
    assert found.records == {"booking": {"bookings": [one, three]}}
    assert found.withheld == {"crm": ["messages"]}


def test_a_record_without_a_key_that_changed_since_goes_out_with_nobody(portal: Portal, asked: Case) -> None:
    stale = redaction.marks("booking", TABLE, {"x": 1})[0]
    row = service.withhold_records(asked, ("booking", "visits"), [stale], [stale], SAM)
    service.release(asked, row.prepared_at.isoformat(), PAUL)
    for minutes in range(3):
        with clock.later(timedelta(minutes=2 * minutes)):
            portal.drain()
    held = archive(portal, Download.get())
    assert not any(name.startswith("data/booking") for name in held)
    assert "data/crm.html" in held


def test_a_record_is_known_by_its_key_or_by_all_that_it_says(portal: Portal) -> None:
    keyed = replace(TABLE, key=("id",))
    assert redaction.marks("a", keyed, {"id": 1, "x": 2}) == redaction.marks("a", keyed, {"id": 1, "x": 3})
    assert redaction.marks("a", keyed, {"id": 1}) != redaction.marks("b", keyed, {"id": 1})
    assert redaction.marks("a", TABLE, {"id": 1, "x": 2}) == redaction.marks("a", TABLE, {"x": 2, "id": 1})
    assert redaction.marks("a", TABLE, {"id": 1, "x": 2}) != redaction.marks("a", TABLE, {"id": 1, "x": 3})
