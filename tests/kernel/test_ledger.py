"""The database itself refuses to change the ledger."""

from __future__ import annotations

import peewee
import pytest

from portal.consents.models import ConsentEvent, ErasurePermit
from portal.kernel import db
from portal.subjects.models import Subject

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def event() -> ConsentEvent:
    subject = Subject.create()
    words = {"notice": "privacy", "notice_version": "1", "language": "en", "wording": "May we?"}
    return ConsentEvent.create(subject=subject, purpose="p", state="on", actor="person", channel="portal", **words)


def test_an_event_is_never_changed_and_not_deleted_without_a_permit(event: ConsentEvent) -> None:
    for change in (ConsentEvent.update(state="off"), ConsentEvent.delete()):
        with pytest.raises(peewee.DatabaseError, match="append-only"), db.database.atomic():
            change.execute()
    ErasurePermit.create(subject=event.subject_id)
    with pytest.raises(peewee.DatabaseError, match="append-only"), db.database.atomic():
        ConsentEvent.update(state="off").execute()
    assert ConsentEvent.delete().execute() == 1


def test_a_permit_is_for_one_person(event: ConsentEvent) -> None:
    ErasurePermit.create(subject=event.subject_id + 1)
    with pytest.raises(peewee.DatabaseError, match="append-only"), db.database.atomic():
        ConsentEvent.delete().execute()
