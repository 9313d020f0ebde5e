"""Long after somebody is gone what was kept goes too; who comes back is seen, and never by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.cases.models import Case, CaseEvent
from portal.deletion import service
from portal.deletion.models import Retention, Returned
from portal.kernel import clock, db
from portal.sources import registry
from portal.subjects import holds
from tests.deletion.conftest import Count, Member, insert, new_user, run
from tests.deletion.test_replay import backup, erase
from tests.people import staff

__all__ = ["backup"]
MINE = "SELECT COUNT(*) FROM invoices WHERE contact_id = ?"
OTHERS = "SELECT COUNT(*) FROM invoices WHERE contact_id <> ?"


def contact(mai: Member, rows: Count) -> int:
    return rows("crm", "SELECT id FROM contacts WHERE email = ?", mai.email)


def aged(mai: Member, number: int) -> None:
    """Let everybody's invoices and their lines be from long ago."""
    run(mai.portal, "crm", "UPDATE invoices SET issued_at = '2009-05-01 08:00:00'")
    run(mai.portal, "crm", "UPDATE invoice_lines SET issued_at = '2009-05-01 08:00:00'")


def test_what_was_kept_goes_at_its_date_and_only_that_of_who_was_erased(mai: Member, rows: Count) -> None:
    number = contact(mai, rows)
    before, others = rows("crm", MINE, number), rows("crm", OTHERS, number)
    erase(mai)
    assert rows("crm", MINE, number) == before > 0, "they are kept"
    service.expire()
    assert rows("crm", MINE, number) == before, "their date has not come"
    aged(mai, number)
    service.expire()
    assert rows("crm", MINE, number) == 0
    assert rows("crm", OTHERS, number) == others, "nobody else was erased"
    lines = "SELECT COUNT(*) FROM invoice_lines WHERE invoice_id NOT IN (SELECT id FROM invoices)"
    assert rows("crm", lines) == 0
    night = Retention.get(Retention.source == "crm", Retention.table == "invoices")
    assert (night.rows, night.rows_in_all, night.failed) == (before, before, "")
    service.expire()
    night = Retention.get(Retention.source == "crm", Retention.table == "invoices")
    assert (night.rows, night.rows_in_all) == (0, before)


def test_a_system_that_speaks_http_lets_go_in_time_too(mai: Member, rows: Count) -> None:
    mine, all_ = "SELECT COUNT(*) FROM receipts WHERE member_id = 9001", "SELECT COUNT(*) FROM receipts"
    before, everybodys = rows("whitelabel", mine), rows("whitelabel", all_)
    erase(mai)
    service.expire()
    assert rows("whitelabel", mine) == before > 0, "their date has not come"
    run(mai.portal, "whitelabel", "UPDATE receipts SET paid_on = '2009-05-01'")
    service.expire()
    assert (rows("whitelabel", mine), rows("whitelabel", all_)) == (0, everybodys - before), "nobody else was erased"
    night = Retention.get(Retention.source == "whitelabel", Retention.table == "receipts")
    assert (night.rows, night.rows_in_all, night.failed) == (before, before, "")


def test_a_system_that_cannot_be_asked_is_not_said_to_have_been(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    whitelabel = registry.active().get("whitelabel")
    monkeypatch.setattr(whitelabel, "manifest", replace(whitelabel.manifest, retention=False, sweep=False))
    service.expire()
    assert not Retention.select().where(Retention.source == "whitelabel").exists()
    page = staff(mai.portal, "staff").browser.get("/staff/retention").text
    assert "Not deleted from here: whoever runs the system deletes it at its date" in page


def test_the_log_says_how_many_and_names_nobody(mai: Member, rows: Count) -> None:
    number = contact(mai, rows)
    erase(mai)
    aged(mai, number)
    service.expire()
    logged = db.run("SELECT actor, subject, keys FROM audit_events WHERE name = 'deletion.aged_out'").fetchall()
    assert len(logged) == 2
    assert all(actor == "worker" and subject is None for actor, subject, _ in logged)
    assert mai.email not in str(logged)


def test_a_legal_hold_keeps_it_beyond_its_date_and_no_longer(mai: Member, rows: Count) -> None:
    number = contact(mai, rows)
    until = clock.now().date() + timedelta(days=400)
    holds.place(mai.subject, "R-1", ("crm", "invoices"), until, "A dispute", 1, "")
    erase(mai)
    aged(mai, number)
    service.expire()
    assert rows("crm", MINE, number) > 0
    with clock.later(timedelta(days=402)):
        mai.portal.drain()
        service.expire()
    assert rows("crm", MINE, number) == 0


def test_a_system_that_does_not_answer_is_named_and_asked_the_next_night(
    mai: Member, rows: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = contact(mai, rows)
    erase(mai)
    aged(mai, number)
    crm = registry.active().get("crm")

    def down(*_: object) -> None:
        raise crm.unavailable("told to be down")

    with monkeypatch.context() as broken:
        broken.setattr(crm, "expire", down)
        service.expire()
    night = Retention.get(Retention.source == "crm", Retention.table == "invoices")
    assert (night.rows, night.failed) == (0, "told to be down")
    service.expire()
    assert rows("crm", MINE, number) == 0


def cases() -> list[Case]:
    return list(Case.select().where(Case.channel == "sweep"))


def test_who_is_back_is_told_to_staff_once_and_without_a_name(mai: Member) -> None:
    erase(mai)
    assert service.sweep_returned() == 0
    new_user(mai.portal, mai.email)
    assert service.sweep_returned() == 1
    [case] = cases()
    event = CaseEvent.get(CaseEvent.case == case, CaseEvent.name == "people returned")
    assert (event.facts["source"], event.facts["people"], event.facts["old_keys"]) == ("booking", 1, 0)
    assert case.subject_id is None
    assert case.contact is None
    assert mai.email not in str(event.facts)
    assert service.sweep_returned() == 0
    assert len(cases()) == len(Returned.select()) == 1


def test_who_is_back_in_a_system_that_speaks_http_is_told_too(mai: Member, caplog: pytest.LogCaptureFixture) -> None:
    erase(mai)
    row = {"space": "saigon-works", "member_code": "new-1", "full_name": "Mai", "joined_at": "2026-11-28T00:00:00Z"}
    insert(mai.portal, "whitelabel", "members", **row, email=mai.email.upper())
    assert service.sweep_returned() == 1
    [case] = cases()
    event = CaseEvent.get(CaseEvent.case == case, CaseEvent.name == "people returned")
    assert (event.facts["source"], event.facts["people"]) == ("whitelabel", 1)
    assert mai.email not in (str(event.facts) + caplog.text).casefold()


def test_a_restored_backup_is_one_case_a_system_and_is_told_as_such(mai: Member, backup: Callable[[], None]) -> None:
    erase(mai)
    backup()
    assert service.sweep_returned() == 3
    facts = [CaseEvent.get(CaseEvent.case == case, CaseEvent.name == "people returned").facts for case in cases()]
    assert {(one["source"], one["people"], one["old_keys"]) for one in facts} == {
        ("booking", 1, 1),
        ("crm", 1, 1),
        ("whitelabel", 1, 1),
    }


def test_staff_see_what_is_kept_what_went_and_who_is_back(mai: Member, rows: Count) -> None:
    number = contact(mai, rows)
    erase(mai)
    aged(mai, number)
    new_user(mai.portal, mai.email)
    service.expire()
    service.sweep_returned()
    page = staff(mai.portal, "staff").browser.get("/staff/retention").text
    assert "10 years after" in page
    assert "deleted on" in page
    assert cases()[0].reference in page
    assert mai.email not in page
    shown = staff(mai.portal, "admin").browser.get(f"/staff/requests/{cases()[0].reference}")
    assert "People who had been erased are in a system again" in shown.text
