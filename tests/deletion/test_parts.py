"""Deleting one system or one kind of data: the account stays, and nothing but what was chosen goes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from portal.accounts.models import Account
from portal.cases.models import Case
from portal.deletion import service
from portal.deletion.models import Certificate, Deletion, ErasureRecord, Target
from portal.demo.canary import plant
from portal.kernel import clock, crypto, db
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.sources.base import Identifier, Person
from portal.subjects import service as subjects
from portal.subjects.models import Link
from tests.browse import Browser
from tests.conftest import Portal
from tests.deletion.conftest import GRACE, Count, Member, Moody, insert
from tests.deletion.test_carrying import everything

PART_GRACE = timedelta(days=3, minutes=1)
BOOKINGS = service.Scope("booking", "bookings")
CRM = service.Scope("crm")
WORD = "mauersegler-7p2c"


def ask(mai: Member, scope: service.Scope) -> str:
    """Ask for the deletion of a part without the pages; return its reference."""
    return service.schedule(mai.subject, "en", scope)


def test_a_person_chooses_a_kind_of_data_and_sees_what_goes_with_it(mai: Member, rows: Count) -> None:
    page = mai.browser.get("deletion.page").click("Choose what to delete")
    assert page.h1 == "Delete a part of your data"
    for kept in ("Invoices", "Profile and sign-in"):
        assert kept not in [link.text for link in page.root.all("a")], "what is kept, and the person's own row"
    link = next(link for link in page.root.all("a") if link.text.startswith("Bookings "))
    page = mai.browser.get(link["href"])
    assert page.h1 == "Delete a part: Bookings in Smartos Booking App"
    assert "This goes with it: Guests on your bookings" in page.text
    titles = [row.one("th").text for row in page.root.all("tbody")[0].all("tr")]
    assert set(titles) <= {"Bookings", "Guests on your bookings"}
    page = page.click("Continue to check")
    assert "Your account, your sign-in and all other data" in page.text
    assert "What goes with it Guests on your bookings" in page.text
    page = page.form("Delete this data").send()
    assert page.h1.startswith("Bookings in Smartos Booking App will be deleted on")
    assert timedelta(days=2) < mai.deletion().scheduled_for - clock.now() <= timedelta(days=3)
    mai.portal.drain()
    assert mai.portal.mails()[-1]["Subject"].startswith("Part of your data is going to be deleted (R-")
    assert "See this deletion" in mai.browser.get("deletion.page").text


@pytest.mark.parametrize(
    ("system", "category"),
    [("portal", ""), ("crm", "invoices"), ("booking", "users"), ("booking", "nothing"), ("nowhere", ""), ("", "x")],
)
def test_what_cannot_go_alone_is_not_found(mai: Member, system: str, category: str) -> None:
    with pytest.raises(NotFound):
        service.scope(system, category)
    mai.browser.get(f"/deletion?system={system}&category={category}", status=404)
    mai.browser.post(f"/deletion/check?system={system}&category={category}", status=404)
    assert Deletion.select().count() == 0


def test_exactly_the_category_goes_and_the_account_stays(mai: Member, rows: Count) -> None:
    user = rows("booking", "SELECT id FROM users WHERE email = ?", mai.email)
    mine = "SELECT COUNT(*) FROM {} WHERE user_id = ?"
    before = {system: everything(mai.portal, system) for system in ("booking", "crm", "whitelabel")}
    bookings = rows("booking", mine.format("bookings"), user)
    assert bookings
    reference = ask(mai, BOOKINGS)
    with clock.later(PART_GRACE):
        mai.portal.drain()
    assert (mai.deletion().state, mai.states()) == ("done", {"booking": "proven"})
    assert not rows("booking", mine.format("bookings"), user)
    after = {system: everything(mai.portal, system) for system in before}
    changed = {
        f"{system}.{name}"
        for system in before
        for name in before[system]
        if before[system][name] != after[system][name]
    }
    assert changed <= {"booking.bookings", "booking.booking_guests", "booking.payments"}
    payments = rows("booking", mine.format("payments"), user)
    assert payments == len([row for row in before["booking"]["payments"] if user in row]), "payments only let go"
    assert Account.select().count() == 1
    assert subjects.links(mai.subject)["booking"], "the person is still known there"
    assert (mai.deletion().address, Target.get().person, Target.get().held) == (None, None, None)
    page = Browser(mai.portal.app).get(service.address_of(reference))
    assert "What was deleted Bookings in Smartos Booking App" in page.text
    assert f"Bookings {bookings} Deleted" in page.text
    assert "The account and all other data stayed" in page.text
    assert "This was deleted" in mai.portal.last_mail()
    assert mai.browser.get("overview.page").path == "/overview", "the session lives"


def test_a_whole_system_goes_and_its_link_with_it(mai: Member, rows: Count) -> None:
    invoices = rows("crm", "SELECT COUNT(*) FROM invoices")
    ask(mai, CRM)
    with clock.later(PART_GRACE):
        mai.portal.drain()
    assert mai.states() == {"crm": "proven"}
    assert not rows("crm", "SELECT COUNT(*) FROM contacts WHERE email = ?", mai.email)
    assert rows("crm", "SELECT COUNT(*) FROM invoices") == invoices, "what is kept is no part of a deletion"
    assert {link.source: link.state for link in Link.select()}["crm"] == "gone"
    assert rows("booking", "SELECT COUNT(*) FROM users WHERE email = ?", mai.email) == 1
    assert (
        "Everything in Smartos CRM"
        in Browser(mai.portal.app).get(service.address_of(mai.deletion().case.reference)).text
    )


def test_a_category_of_a_system_that_is_no_database_goes_alone(mai: Member, rows: Count) -> None:
    member = rows("whitelabel", "SELECT id FROM members WHERE email = ?", mai.email)
    ask(mai, service.Scope("whitelabel", "posts"))
    with clock.later(PART_GRACE):
        mai.portal.drain()
    assert not rows("whitelabel", "SELECT COUNT(*) FROM posts WHERE member_id = ?", member)
    assert rows("whitelabel", "SELECT COUNT(*) FROM members WHERE id = ?", member) == 1
    assert rows("whitelabel", "SELECT COUNT(*) FROM check_ins WHERE member_id = ?", member)


def test_a_part_is_taken_back_by_page_and_by_mail(mai: Member, rows: Count) -> None:
    reference = ask(mai, BOOKINGS)
    page = mai.browser.get("deletion.state", reference=reference).form("Keep this data").send()
    assert page.h1 == "Your data stays"
    assert "What is still off" not in page.text
    url = service.cancel_url(ask(mai, BOOKINGS))
    stranger = Browser(mai.portal.app)
    assert stranger.get(url).h1 == "Keep this data?"
    assert stranger.get(url).form("Keep this data").send().h1 == "Your data stays"
    with clock.later(PART_GRACE):
        mai.portal.drain()
    assert {deletion.state for deletion in Deletion.select()} == {"cancelled"}
    assert ErasureRecord.select().count() == 0


def test_two_parts_may_be_under_way_and_the_account_takes_them_in(mai: Member) -> None:
    first, second = ask(mai, BOOKINGS), ask(mai, service.Scope("whitelabel", "posts"))
    assert ask(mai, BOOKINGS) == first != second
    with clock.later(timedelta(days=1)):
        Deletion.update(scheduled_for=clock.now() + GRACE, due_at=clock.now() + GRACE).execute()
    account = mai.schedule()
    assert ask(mai, CRM) == account, "everything goes already"
    with clock.later(GRACE):
        mai.portal.drain()
    states = {deletion.case.reference: deletion.state for deletion in Deletion.select()}
    assert states == {first: "cancelled", second: "cancelled", account: "erased"}
    assert {case.state for case in Case.select()} == {"revoked", "fulfilled"}
    assert Account.select().count() == 0


def test_new_data_of_a_kind_that_was_deleted_stays(mai: Member, rows: Count) -> None:
    user = rows("booking", "SELECT id FROM users WHERE email = ?", mai.email)
    ask(mai, service.Scope("booking", "favourites"))
    with clock.later(PART_GRACE):
        mai.portal.drain()
        insert(mai.portal, "booking", "favourites", user_id=user, space_id=1, label="again", created_at="2026-12-01")
    with clock.later(PART_GRACE + timedelta(days=8)):
        mai.portal.drain()
    assert rows("booking", "SELECT COUNT(*) FROM favourites WHERE user_id = ?", user) == 1
    replayed = service.replay()
    assert (replayed.erased, replayed.doubtful) == ({}, {"booking": 1}), "a restored backup is looked at by hand"


def test_a_system_that_is_silent_holds_a_part_up_and_it_is_done_later(
    mai: Member, moody: Mapping[str, Moody], rows: Count
) -> None:
    ask(mai, BOOKINGS)
    moody["booking"].is_down = True
    with clock.later(PART_GRACE):
        mai.portal.drain()
        assert mai.deletion().state == "scheduled"
        mai.browser.get("/deletion?system=booking&category=visits", status=503)
        moody["booking"].is_down = False
    with clock.later(PART_GRACE + timedelta(hours=1)):
        mai.portal.drain()
    assert mai.deletion().state == "done"


def test_a_stranger_sees_and_cancels_no_part(mai: Member, sofia: Member) -> None:
    reference = ask(mai, BOOKINGS)
    sofia.browser.get(f"/deletion/{reference}", status=404)
    sofia.browser.post(f"/deletion/{reference}/cancel", status=404)
    assert mai.deletion().state == "scheduled"


def test_what_stops_another_kind_of_data_does_not_stop_this_one(sofia: Member) -> None:
    page = sofia.browser.get("/deletion?system=booking&category=visits")
    assert "A dispute about a payment" not in page.text
    ask(sofia, service.Scope("booking", "visits"))
    with clock.later(PART_GRACE):
        sofia.portal.drain()
    assert sofia.deletion().state == "done"
    sofia.browser.post("/deletion/check?system=booking&category=payments", status=409)


def test_the_portal_holds_nobody_after_the_account_went_too(mai: Member) -> None:
    ask(mai, BOOKINGS)
    with clock.later(PART_GRACE):
        mai.portal.drain()
    mai.schedule()
    with clock.later(GRACE + PART_GRACE + timedelta(days=8)):
        mai.portal.drain()
    with clock.later(GRACE + PART_GRACE + timedelta(days=16)):
        mai.portal.drain()
    assert mai.deletion().state == "done"
    for model in db.tables():
        for row in model.select().dicts():
            said = repr(row)
            assert mai.email not in said, model.__name__
            is_no = model.__name__ == "Remembered" and "'purpose': 'marketing." in said  # it outlives them
            assert is_no or crypto.keyed_hash("email", mai.email) not in said, model.__name__


def test_every_category_that_is_offered_leads_to_a_page(mai: Member) -> None:
    page = mai.browser.get("deletion.parts")
    links = [link["href"] for link in page.root.all("a") if "category=" in link["href"]]
    offered = [source.id for source in registry.active().connected()]
    assert {re.findall(r"system=(\w+)", link)[0] for link in links} == set(offered)
    for link in links:
        assert mai.browser.get(link).h1.startswith("Delete a part:")
    assert Certificate.select().count() == 0


def test_each_category_takes_the_canary_out_of_its_own_tables_and_out_of_no_other(
    portal: Portal, tmp_path: Path
) -> None:
    canary = plant(portal.systems, WORD)
    whole = tmp_path / "whole"
    shutil.copytree(portal.systems.folder, whole)
    tried = 0
    for source in registry.active().connected():
        if source.id == "whitelabel":  # it keeps its file open; its own test erases one table
            continue
        for category in [name for name in source.manifest.tables if service.can_go(source, name)]:
            shutil.copytree(whole, portal.systems.folder, dirs_exist_ok=True)
            going = {category, *source.goes_with(category)}
            real = {source.manifest.tables[name].real for name in going}
            person = Person(tuple(source.find(Identifier("email", canary.email))), (Identifier("email", canary.email),))
            before = seen(portal, source.id)
            source.erase(person, "R-1", going)
            assert source.remaining(person, going) == {}
            after = seen(portal, source.id)
            assert {table for table in before if before[table] != after[table]} <= real, (source.id, category)
            tried += 1
    assert tried > 10


def seen(portal: Portal, system: str) -> dict[str, int]:
    """Count the cells of each table that hold the canary's word."""
    return {
        table: sum(WORD in str(cell) for row in rows for cell in row)
        for table, rows in everything(portal, system).items()
    }
