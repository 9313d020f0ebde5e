"""The log of what happened."""

from __future__ import annotations

import pytest

from portal.kernel import audit
from portal.kernel.audit import AuditEvent

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_declared", {})
    audit.declare("test.happened", "where")


def test_the_chain_holds_until_a_line_is_changed() -> None:
    for place in ("here", "there", "elsewhere"):
        audit.record("test.happened", subject=1, where=place)
    assert audit.verify() is None
    second = AuditEvent.select().order_by(AuditEvent.id)[1]
    AuditEvent.update(keys={"where": "nowhere"}).where(AuditEvent.id == second.id).execute()
    assert audit.verify() == second.id


def test_a_line_taken_out_is_noticed() -> None:
    for place in ("here", "there", "elsewhere"):
        audit.record("test.happened", where=place)
    first, second, third = AuditEvent.select().order_by(AuditEvent.id)
    AuditEvent.delete().where(AuditEvent.id == second.id).execute()
    assert audit.verify() == third.id


def test_only_declared_events_with_exactly_their_keys_are_recorded() -> None:
    with pytest.raises(KeyError):
        audit.record("test.unheard")
    with pytest.raises(ValueError, match="where"):
        audit.record("test.happened", who="somebody")
    assert AuditEvent.select().count() == 0
