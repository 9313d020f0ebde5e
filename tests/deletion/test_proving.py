"""The proof in each system: read again, then looked through; and a delay is told with its cause, never hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.cases.models import Case, CaseEvent
from portal.deletion import service
from portal.deletion.models import Certificate, Target
from portal.deletion.service import persons
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.sources import registry
from portal.sources.base import Identifier, Mention
from tests.browse import Browser
from tests.conftest import Portal
from tests.deletion.conftest import GRACE, Count, Member, Moody, insert, run
from tests.people import StaffMember, staff

OPEN = Mention("contacts", "phone", 2, "open")


@pytest.fixture
def found(moody: Mapping[str, Moody], monkeypatch: pytest.MonkeyPatch) -> list[Mention]:
    """What the look through the CRM's texts finds; a test may take it away."""
    finds = [OPEN, Mention("interactions", "body", 1, "others"), Mention("invoices", "billed_to", 3, "kept")]
    monkeypatch.setattr(moody["crm"], "sweep", lambda person, tables=None: list(finds))
    return finds


def target(who: Member, source: str) -> Target:
    row: Target = Target.get(Target.deletion == who.deletion(), Target.source == source)
    return row


def of_crm(who: Member) -> service.Standing:
    return next(one for one in service.standing(who.deletion().case) if one.source == "crm")


def page_of(who: Member) -> str:
    return Browser(who.portal.app).get(service.address_of(who.deletion().case.reference)).text


def test_what_nothing_explains_is_never_done_to_the_person_and_staff_are_asked_once(
    mai: Member, found: list[Mention]
) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
        assert mai.states() == {"booking": "proven", "crm": "found", "whitelabel": "proven", "portal": "counted"}
        assert "Erased in Smartos Booking App and Smartos Whitelabel App. Still working on Smartos CRM." in page_of(mai)
        assert "your address stands somewhere else there" in page_of(mai)
        assert Certificate.select().count() == 0
    with clock.later(GRACE + timedelta(days=1, minutes=1)):
        mai.portal.drain()
    assert mai.states()["crm"] == "found"
    [inquiry] = Case.select().where(Case.kind == "inquiry")
    assert CaseEvent.get(CaseEvent.case == inquiry, CaseEvent.name == "address found").facts["source"] == "crm"
    assert [event.keys["rows"] for event in AuditEvent.select().where(AuditEvent.name == "deletion.mentioned")] == [2]


def test_staff_and_the_certificate_say_how_far_each_proof_goes(
    mai: Member, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    whitelabel, crm = registry.active().get("whitelabel"), registry.active().get("crm")
    monkeypatch.setattr(whitelabel, "manifest", replace(whitelabel.manifest, sweep=False))
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        assert {one.source: one.proof for one in service.standing(mai.deletion().case)} == {
            "booking": "texts", "crm": "texts", "whitelabel": "counts",
        }  # fmt: skip
        page = staff(portal, "staff").browser.get("staff.case", reference=mai.deletion().case.reference).text
    assert page.count("Its texts were not looked through: the proof is its own count.") == 1
    said = page_of(mai)
    assert said.count("Then every text there was looked through for your e-mail addresses and phone numbers.") == 2
    assert said.count("Its texts could not be looked through for your e-mail addresses and phone numbers") == 1
    assert "Genuine" in said
    assert crm.proof == "texts"


def test_a_system_that_speaks_http_is_looked_through_too(mai: Member, portal: Portal) -> None:
    run(portal, "whitelabel", "UPDATE members SET phone_location = NULL, photo = NULL WHERE id = 9001")
    run(portal, "whitelabel", "UPDATE door_events SET badge = ? WHERE member_id IS NULL", mai.email)
    insert(portal, "whitelabel", "door_events", space="saigon-works", door=1, badge=mai.email, opened_at="2026-12-01")
    run(portal, "whitelabel", "UPDATE posts SET body = ? WHERE member_id <> 9001", f"ask {mai.email.upper()}")
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        found = {(one.table, one.column, one.why) for one in service.standing(mai.deletion().case)[2].mentions}
        assert found == {("door_events", "badge", "open"), ("posts", "body", "others")}
        assert mai.states()["whitelabel"] == "found"
        run(portal, "whitelabel", "UPDATE door_events SET badge = NULL WHERE badge = ?", mai.email)
    with clock.later(GRACE + timedelta(days=1, minutes=1)):
        portal.drain()
    assert mai.states()["whitelabel"] == "proven"


def test_what_was_mended_is_proven_by_the_next_look(mai: Member, found: list[Mention]) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    found.remove(OPEN)
    with clock.later(GRACE + timedelta(days=1, minutes=1)):
        mai.portal.drain()
    assert mai.states()["crm"] == "proven"
    assert mai.deletion().state == "erased"


def test_rows_of_others_and_rows_that_are_kept_hold_nothing_up(mai: Member, found: list[Mention]) -> None:
    found.remove(OPEN)
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    assert mai.deletion().state == "erased"
    assert not Case.select().where(Case.kind == "inquiry").exists()


def test_a_note_about_somebody_who_is_gone_is_found_in_the_live_system(mai: Member, portal: Portal) -> None:
    insert(portal, "crm", "contacts", full_name="A", phone=mai.email, created_at="2026-12-01", updated_at="2026-12-01")
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        found = [(one.table, one.column, one.rows, one.why) for one in of_crm(mai).mentions]
    assert found == [("contacts", "phone", 1, "others")]
    assert mai.deletion().state == "erased"


def test_who_it_was_is_written_down_before_and_forgotten_after_the_last_look(mai: Member, rows: Count) -> None:
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    known = persons.read(target(mai, "crm").person).traces
    assert Identifier("email", mai.email) in known
    with clock.later(GRACE + timedelta(days=7, minutes=1)):
        mai.portal.drain()
    assert target(mai, "crm").person is None


def test_the_cause_of_a_delay_is_for_staff_and_the_person_reads_that_we_go_on(
    mai: Member, moody: Mapping[str, Moody]
) -> None:
    mai.schedule()
    moody["crm"].is_down = True
    with clock.later(GRACE):
        mai.portal.drain()
        assert "We are still working on it: it could not be erased there yet." in page_of(mai)
        assert "told to be down" not in page_of(mai)
        trouble = of_crm(mai).trouble
        assert trouble is not None
        assert (trouble.detail, trouble.permanent) == ("told to be down", False)
        moody["crm"].is_down = False
    with clock.later(GRACE + timedelta(hours=1)):
        mai.portal.drain()
    assert of_crm(mai).trouble is None
    assert mai.deletion().state == "erased"


def test_what_does_not_pass_by_itself_is_tried_each_hour_and_at_once_when_staff_say_so(
    mai: Member, moody: Mapping[str, Moody], portal: Portal
) -> None:
    run(portal, "crm", "CREATE TABLE keycards (id integer PRIMARY KEY, message integer REFERENCES messages (id))")
    hers = "SELECT id FROM conversations WHERE contact_id = (SELECT id FROM contacts WHERE email = ?)"
    run(
        portal,
        "crm",
        f"INSERT INTO keycards SELECT 1, MIN(id) FROM messages WHERE conversation_id IN ({hers})",
        mai.email,
    )
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        trouble = of_crm(mai).trouble
        assert trouble is not None
        assert trouble.permanent
        assert "FOREIGN KEY" in trouble.detail
        assert mai.deletion().due_at >= clock.now() + timedelta(minutes=59)
        assert mai.states()["crm"] == "counted"
        run(portal, "crm", "DROP TABLE keycards")
        member = staff(portal, "staff")
        page = member.browser.get("staff.case", reference=mai.deletion().case.reference)
        assert "Somebody has to mend something first: IntegrityError: FOREIGN KEY" in page.text
        page.form("Try it now").send()
        portal.drain()
    assert mai.deletion().state == "erased"


def test_an_approver_lets_a_find_stay_with_a_reason_and_the_deletion_ends(
    mai: Member, found: list[Mention], portal: Portal
) -> None:
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        reference = mai.deletion().case.reference
        approver: StaffMember = staff(portal, "approver")
        page = approver.browser.get("staff.case", reference=reference)
        assert "Nothing explains it: contacts.phone , 2 records" in page.text
        assert "In records of other people: interactions.body , 1 record" in page.text
        assert "Kept for a reason: invoices.billed_to , 3 records" in page.text
        page = page.form("Let it stay Smartos CRM").send(reason="no", status=422)
        assert "Say in a sentence why it may stay." in page.text
        assert ">no</textarea>" in page.response.text
        page.form("Let it stay Smartos CRM").send(reason="It is the number of the front desk.")
        portal.drain()
        assert (mai.deletion().state, mai.states()["crm"]) == ("erased", "proven")
    settled = AuditEvent.get(AuditEvent.name == "deletion.settled")
    assert (settled.actor, settled.keys["source"]) == (f"staff:{approver.number}", "crm")
    assert target(mai, "crm").mentions["reason"] == "It is the number of the front desk."
    assert "front desk" not in page_of(mai)


def test_nobody_else_lets_a_find_stay(mai: Member, found: list[Mention], portal: Portal) -> None:
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        page = staff(portal, "staff").browser.get("staff.case", reference=mai.deletion().case.reference)
    assert "What was found in Smartos CRM" in page.text
    assert "Let it stay" not in page.text
