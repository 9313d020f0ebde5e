"""Staff see where systems say otherwise than people chose; admins have a system compared at once."""

from __future__ import annotations

import pytest

from portal.consents.models import Drift, Reconciliation
from portal.kernel import clock
from portal.kernel.outbox import Delivery
from portal.policies import service as policies
from tests.conftest import Portal
from tests.people import member, staff

pytestmark = pytest.mark.parametrize("urls", ["embedded"], indirect=True)
EVENTS = "marketing.events.email"


@pytest.fixture
def found(portal: Portal) -> int:
    """A person of whom the CRM says yes after a no, three times."""
    mai = member(portal, "everyday")
    now = clock.now()
    seen = {"kind": "yes", "stored": "on", "wanted": "off", "found_at": now, "seen_at": now, "tries": 3}
    Drift.create(subject=mai.subject, source="crm", purpose=EVENTS, **seen)
    Reconciliation.create(source="crm", due_at=None, ended_at=now, rows=412)
    Reconciliation.create(source="whitelabel", due_at=None, trouble="settings: answered 400")
    return mai.subject


def test_staff_see_counts_examples_by_number_and_what_could_not_be_compared(portal: Portal, found: int) -> None:
    page = staff(portal, "staff").browser.get("/staff/drift").text
    assert "A system does not keep what it is asked" in page
    assert "412 settings" in page
    assert "settings: answered 400" in page
    assert f" {found} " in f" {page} "
    assert "@" not in page


def test_an_admin_has_a_system_compared_now(portal: Portal, found: int) -> None:
    admin = staff(portal, "admin")
    page = admin.browser.get("/staff/drift")
    admin.browser.post("/staff/drift/crm")
    assert Reconciliation.get(Reconciliation.source == "crm").due_at <= clock.now()
    admin.browser.post("/staff/drift/nowhere", status=404)
    staff(portal, "approver").browser.post("/staff/drift/crm", status=404)
    assert "Compare now" in page.text


def test_a_person_reads_that_a_system_was_asked_again(portal: Portal) -> None:
    mai = member(portal, "everyday")
    policies.choose(mai.subject, EVENTS, "off", "en")
    portal.drain()
    now = clock.now()
    Delivery.update(again_at=now, confirmed=0, confirmed_at=None).where(Delivery.source == "crm").execute()
    page = mai.browser.get("/marketing").text
    assert "was asked again" in page
