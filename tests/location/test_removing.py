"""One place, a span or all go: counted first, confirmed, carried out by a worker, and nothing else goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.kernel import audit, clock
from portal.kernel.audit import AuditEvent
from portal.location import service
from portal.location.models import Removal, RemovalPart
from portal.location.service import removing
from tests.browse import Page
from tests.conftest import Portal
from tests.location.conftest import MAI, PLACES, booking, count, others, within
from tests.people import Member, member


def days_of_mai(portal: Portal) -> list[str]:
    """Return the days of Mai's places as they are where the company sits, seven hours ahead."""
    asked = "SELECT DISTINCT date(recorded_at, '+7 hours') FROM {} WHERE {} = ({})"
    days = (within(portal, system, asked.format(*place)) for system, place in PLACES.items())
    return sorted({day for rows in days for (day,) in rows})


def span(first: str, last: str) -> str:
    return f"AND date(recorded_at, '+7 hours') BETWEEN '{first}' AND '{last}'"


def test_a_span_is_counted_then_deleted_and_nothing_else(mai: Member) -> None:
    days = days_of_mai(mai.portal)
    first, last = days[5], days[12]
    inside, all_, strangers = count(mai.portal, span(first, last)), count(mai.portal), others(mai.portal)
    of_booking = count(mai.portal, span(first, last), ["booking"])
    assert 1 < of_booking < inside < all_
    page = mai.browser.get("location.delete").form("Count them").send(since=first, until=last)
    assert f"{inside} places from " in page.text
    mai.portal.drain()
    assert count(mai.portal) == all_, "counting deletes nothing"
    page = page.form(f"Delete {inside} places").send()
    assert page.path.startswith("/location/removals/")
    assert "Not yet" in page.text
    mai.portal.drain()
    assert (count(mai.portal, span(first, last)), count(mai.portal)) == (0, all_ - inside)
    assert others(mai.portal) == strangers
    page = mai.browser.get(page.path)
    assert f"{of_booking} places deleted. Asked at" in page.text
    assert f"{inside - of_booking} place" in page.text
    assert not page.root.one(id="removal")["hx-get"]


def test_all_goes_and_nothing_from_before_is_taken_in_again(mai: Member) -> None:
    before, strangers, now = count(mai.portal), others(mai.portal), clock.now()
    assert service.taken_from(mai.subject) is None
    page = mai.browser.get("location.history").form("Delete all history").send()
    assert f"{before} places" in page.text
    page = page.form(f"Delete {before} places").send()
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    new = f"INSERT INTO location_points (user_id, recorded_at, lat, lon) VALUES (({MAI}), ?, 1, 1)"
    booking(mai.portal, new, later)
    mai.portal.drain()
    assert count(mai.portal) == 1, "what came after it was asked stays"
    assert others(mai.portal) == strangers
    assert "never taken in again" in mai.browser.get(page.path).text
    moment = service.taken_from(mai.subject)
    assert moment
    assert now <= moment <= clock.now()


def test_one_place_goes_after_it_was_asked_once_more(mai: Member) -> None:
    before = count(mai.portal)
    page = mai.browser.get("location.points")
    button = page.root.all("button", name="place")[0]
    check = mai.browser.post("location.points", data={"place": button["value"]})
    assert "The place of " in check.text
    check.form("Delete 1 place").send()
    mai.portal.drain()
    assert count(mai.portal) == before - 1
    assert button["value"] not in str(mai.browser.get("location.points").root)


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        ("", "", "Write at least one"),
        ("2026-05-09", "2026-03-03", "before the first"),
        ("soon", "", "Write a day"),
        ("", "0001-01-01", "Write a day"),
    ],
)
def test_what_is_no_span_is_refused_and_stays_in_the_form(mai: Member, since: str, until: str, wrong: str) -> None:
    form = mai.browser.get("location.delete").form("Count them")
    page = form.send(since=since, until=until, status=422)
    assert wrong in page.root.one(id="errors").text
    assert (page.root.one(id="since")["value"], page.root.one(id="until")["value"]) == (since, until)
    assert Removal.select().count() == 0


def test_a_span_without_places_has_nothing_to_delete(mai: Member) -> None:
    page = mai.browser.get("location.delete").form("Count them").send(since="1999-01-01", until="1999-01-02")
    assert "There is nothing to delete." in page.text
    assert not page.root.all("button", id="sure")


def test_a_system_that_is_down_is_said_and_caught_up_with_later(mai: Member) -> None:
    elsewhere = count(mai.portal, systems=["whitelabel"])
    file = mai.portal.systems.database("booking")
    gone = file.rename(file.with_suffix(".away"))
    page = mai.browser.get("location.delete").form("Count them").send(since="2020-01-01")
    assert "No answer yet from Smartos Booking App" in page.text
    page = page.form(f"Delete {elsewhere} places").send()
    mai.portal.drain()
    assert count(mai.portal, systems=["whitelabel"]) == 0, "the others do not wait"
    page = mai.browser.get(page.path)
    assert "does not answer at the moment, and we keep trying" in page.text
    assert page.root.one(id="removal")["hx-trigger"] == "every 20s"
    gone.rename(file)
    with clock.later(timedelta(minutes=1)):
        mai.portal.drain()
    assert count(mai.portal) == 0
    assert "Deleted" in mai.browser.get(page.path).text


def test_an_errand_under_way_is_named_with_the_history(mai: Member) -> None:
    number = service.remove(mai.subject, service.days(None, clock.today()))
    page: Page = mai.browser.get("location.history")
    assert f"/location/removals/{number}" in page.links.values()
    mai.portal.drain()
    assert f"/location/removals/{number}" not in mai.browser.get("location.history").links.values()


def test_a_stranger_finds_neither_errand_nor_place(mai: Member) -> None:
    number, token = service.remove_all(mai.subject), ""
    page = mai.browser.get("location.points")
    token = page.root.all("button", name="place")[0]["value"]
    stranger = member(mai.portal, "sharer")
    stranger.browser.get(f"/location/removals/{number}", status=404)
    stranger.browser.post("location.points", data={"place": token, "sure": "yes"}, status=404)
    assert Removal.select().count() == 1


def test_it_is_written_down_without_anything_personal(mai: Member) -> None:
    before = {system: count(mai.portal, systems=[system]) for system in PLACES}
    number = service.remove_all(mai.subject)
    mai.portal.drain()
    events = [(event.name, event.keys) for event in AuditEvent.select() if event.name.startswith("location.")]
    assert events == [
        ("location.removal_asked", {"removal": number, "kind": "all"}),
        *(("location.removed", {"removal": number, "source": system, "places": before[system]}) for system in PLACES),
    ]
    audit.seal()
    assert audit.verify().is_whole


def test_it_goes_in_chunks(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "CHUNK", 3)
    before = count(mai.portal)
    service.remove_all(mai.subject)
    mai.portal.drain()
    assert count(mai.portal) == 0
    assert sum(part.found or 0 for part in RemovalPart.select()) == before
