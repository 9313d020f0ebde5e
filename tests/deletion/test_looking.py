"""After the certificate: everything is looked at again, what came back goes again, and nobody else is touched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.deletion import service
from portal.deletion.models import Certificate, Deletion, Target
from portal.kernel import audit, clock
from portal.kernel.audit import AuditEvent
from tests.browse import Browser
from tests.deletion.conftest import GRACE, Count, Member, insert, member, new_member, new_user

DAY, WEEK = GRACE + timedelta(days=1), GRACE + timedelta(days=7)


@pytest.fixture
def gone(mai: Member) -> Member:
    """Mai, whose account was deleted a moment ago."""
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    assert mai.deletion().state == "erased"
    return mai


def keys(who: Member, source: str) -> tuple[int, ...]:
    """Return the numbers that a system knew the person by, out of the proof of the portal's own."""
    from portal.deletion.service import persons

    target = Target.get(Target.deletion == who.deletion(), Target.source == source)
    return tuple(int(key[0]) for key in persons.read(target.person).keys)


def text(who: Member) -> str:
    return Browser(who.portal.app).get(service.address_of(who.deletion().case.reference)).text


def test_two_looks_find_nothing_and_then_the_last_trace_is_forgotten(gone: Member) -> None:
    issued = Certificate.get().issued_at
    assert "After a day and after a week" in text(gone)
    for after, looks in ((DAY, 2), (WEEK, 3)):
        assert Target.select().where(Target.person.is_null(False)).count() == 4
        with clock.later(after):
            gone.portal.drain()
        assert gone.deletion().looks == looks
    assert gone.deletion().state == "done"
    assert Target.select().where(Target.person.is_null(False)).count() == 0
    assert Certificate.get().issued_at == issued
    assert Certificate.get().looked_at >= issued + timedelta(days=7)
    assert "had come back" not in text(gone)
    assert {event.keys["rows"] for event in AuditEvent.select().where(AuditEvent.name == "deletion.looked_at")} == {0}
    audit.seal()
    assert audit.verify().is_whole


def test_what_an_old_app_wrote_late_is_erased_again_and_the_certificate_says_so(gone: Member, rows: Count) -> None:
    [user] = keys(gone, "booking")
    insert(gone.portal, "booking", "location_points", user_id=user, recorded_at="2026-12-07", lat=16, lon=108)
    with clock.later(DAY):
        gone.portal.drain()
    assert not rows("booking", "SELECT COUNT(*) FROM location_points WHERE user_id = ?", user)
    assert "Looking again found 1 record that had come back" in text(gone)
    with clock.later(WEEK):
        gone.portal.drain()
    assert text(gone).count("had come back") == 1


def test_somebody_who_came_back_by_their_own_will_is_left_alone(gone: Member, rows: Count) -> None:
    new = new_user(gone.portal, gone.email)
    insert(gone.portal, "booking", "newsletter", address=gone.email, subscribed_at="2026-12-07")
    with clock.later(GRACE + timedelta(hours=1)):
        again = member(gone.portal, gone.email)
    with clock.later(DAY):
        gone.portal.drain()
    assert rows("booking", "SELECT COUNT(*) FROM users WHERE id = ? AND email = ?", new, gone.email) == 1
    assert rows("booking", "SELECT COUNT(*) FROM newsletter WHERE address = ?", gone.email) == 1
    assert again.subject != gone.subject
    with clock.later(DAY):
        assert again.browser.get("overview.page").h1 == "Your privacy"
        assert again.browser.get("deletion.page").path == "/deletion"
        again.browser.get(f"/deletion/{gone.deletion().case.reference}", status=404)


def test_a_number_that_was_given_to_somebody_else_is_left_alone(gone: Member, rows: Count) -> None:
    [number] = keys(gone, "whitelabel")
    new_member(gone.portal, number)
    for after in (DAY, WEEK):
        with clock.later(after):
            gone.portal.drain()
    assert gone.deletion().state == "done"
    assert rows("whitelabel", "SELECT COUNT(*) FROM members WHERE id = ? AND email = 'an@example.com'", number) == 1
    assert "had come back" not in text(gone)


def test_a_look_waits_for_a_system_that_is_down(gone: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.sources import registry

    crm = registry.active().get("crm")

    def down(identifier: object) -> None:
        raise crm.unavailable("told to be down")

    with monkeypatch.context() as patched:
        patched.setattr(crm, "find", down)
        with clock.later(DAY):
            gone.portal.drain()
            assert gone.deletion().looks == 1
    with clock.later(DAY + timedelta(hours=1)):
        gone.portal.drain()
    assert gone.deletion().looks == 2


def test_a_deletion_of_somebody_who_came_back_is_a_new_one(gone: Member) -> None:
    with clock.later(WEEK):
        gone.portal.drain()
        again = member(gone.portal, gone.email)
        again.schedule()
    assert Deletion.select().count() == 2
    with clock.later(WEEK + GRACE):
        gone.portal.drain()
    assert again.deletion().state == "erased"
