"""From draft to retired: what may move, and what the database itself refuses."""

from __future__ import annotations

from datetime import timedelta

import peewee
import pytest

from portal.consents import service as consents
from portal.kernel import clock, db
from portal.kernel.problems import NotFound, NotNow
from portal.policies import service
from portal.policies.models import DRAFT, IN_FORCE, RETIRED, SCHEDULED, PolicyText, PolicyVersion
from portal.policies.service import states
from tests.conftest import Portal
from tests.policies.conftest import BY, day_in, drafted, scheduled


def of(version: PolicyVersion) -> PolicyVersion:
    return PolicyVersion.get_by_id(version.id)


def test_every_state_but_the_last_leads_somewhere_and_none_back() -> None:
    order = [DRAFT, SCHEDULED, IN_FORCE, RETIRED]
    for state, onward in states.MOVES.items():
        assert all(order.index(next_) > order.index(state) for next_ in onward)


def test_a_version_is_scheduled_then_in_force_then_retired_by_the_next(portal: Portal) -> None:
    third, before = scheduled(), PolicyVersion.get(document="privacy", version="2")
    portal.drain()
    assert (of(third).state, of(before).state) == (SCHEDULED, IN_FORCE)
    with clock.later(timedelta(days=30)):
        portal.drain()
        assert (of(third).state, of(before).state) == (IN_FORCE, RETIRED)
        assert of(before).ended_on == third.effective_from
        assert service.in_force("privacy", "vi").version == "3"
        fourth = scheduled()
    with clock.later(timedelta(days=60)):
        portal.drain()
        assert (of(third).state, of(fourth).state) == (RETIRED, IN_FORCE)


def test_a_draft_begins_with_the_text_in_force_and_gets_the_next_number(portal: Portal) -> None:
    draft = service.create("privacy", False, BY)
    assert draft.version == "3"
    assert service.draft(draft.id).texts["vi"].text == service.in_force("privacy", "vi").text
    with pytest.raises(NotNow):
        service.create("privacy", False, BY)
    with pytest.raises(NotFound):
        service.version("privacy", "en", "3")  # nobody reads a draft
    with pytest.raises(NotFound):
        service.create("no-such", False, BY)


def test_a_minor_change_begins_at_once_asks_nobody_and_tells_nobody(portal: Portal) -> None:
    draft = drafted(minor=True)
    assert draft.version == "2.1"
    service.schedule(draft.id, clock.today(), (), BY)
    portal.drain()
    assert (of(draft).state, of(draft).asks, of(draft).told) == (IN_FORCE, False, 0)
    assert service.in_force("privacy", "en").version == "2.1"
    assert service.asked() == ()
    assert portal.mails() == []
    assert drafted(minor=True).version == "2.2"


def test_only_a_complete_draft_is_published_and_only_in_time(portal: Portal) -> None:
    draft = drafted()
    with pytest.raises(service.TooSoon) as problem:
        service.schedule(draft.id, day_in(29), (), BY)
    assert problem.value.facts["day"] == day_in(30)
    with pytest.raises(consents.UnknownChoice):
        service.schedule(draft.id, day_in(30), ["no.such"], BY)
    text = service.draft(draft.id).texts["vi"]
    service.write(draft.id, "vi", "", text.text, text.sha256, BY)
    with pytest.raises(service.Unfinished) as lacking:
        service.schedule(draft.id, day_in(30), (), BY)
    assert lacking.value.facts["language"] == "vi"
    assert of(draft).state == DRAFT


def test_what_is_published_takes_no_change_any_more(portal: Portal) -> None:
    version = scheduled()
    text = service.draft(version.id).texts["en"]
    for act in (
        lambda: service.write(version.id, "en", "x", "y", text.sha256, BY),
        lambda: service.drop(version.id, BY),
        lambda: service.schedule(version.id, day_in(40), (), BY),
        lambda: service.retire(version.id, BY),
    ):
        with pytest.raises(NotNow):
            act()
    assert service.draft(version.id).texts["en"].text == text.text


REFUSED = [
    "UPDATE policy_texts SET text = 'other' WHERE version = '3'",
    "UPDATE policy_texts SET summary = 'other' WHERE version = '1'",
    "DELETE FROM policy_texts WHERE version = '3'",
    "DELETE FROM policy_versions WHERE version = '3'",
    "UPDATE policy_versions SET state = 'draft' WHERE version = '3'",
    "UPDATE policy_versions SET effective_from = '2030-01-01' WHERE version = '3'",
    "UPDATE policy_versions SET version = '9' WHERE version = '3'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_to_change_what_people_were_told_of(portal: Portal, statement: str) -> None:
    scheduled()
    with pytest.raises(peewee.DatabaseError, match="people were told of"), db.atomic():
        db.run(statement)


def test_the_database_replaces_no_text(portal: Portal) -> None:
    before = PolicyText.get(document="privacy", version="1", language="en")
    if db.is_sqlite():
        PolicyText.replace(**{**before.__data__, "id": None, "text": "other"}).execute()
    else:
        with pytest.raises(peewee.DatabaseError), db.atomic():
            db.run("TRUNCATE policy_texts")
    assert PolicyText.get(document="privacy", version="1", language="en").text == before.text


def test_a_draft_may_be_written_and_thrown_away(portal: Portal) -> None:
    draft = drafted()
    text = service.draft(draft.id).texts["en"]
    kept = service.write(draft.id, "en", "<p>Short.</p>", "<h2>Née & Đà</h2><p onclick='x()'>y</p>", text.sha256, BY)
    assert kept.text == '<h2 id="nee-da">Née &amp; Đà</h2><p>y</p>'
    with pytest.raises(service.Changed):
        service.write(draft.id, "en", "<p>Mine.</p>", "<p>z</p>", text.sha256, BY)
    service.drop(draft.id, BY)
    assert PolicyText.select().where(PolicyText.version == "3").count() == 0


def test_sections_get_places_of_their_own(portal: Portal) -> None:
    draft = drafted()
    text = service.draft(draft.id).texts["en"]
    kept = service.write(
        draft.id, "en", "x", '<h2 id="main">A</h2><h2>A</h2><h2 id="a">B</h2><h2>!</h2>', text.sha256, BY
    )
    names = [name for name, _ in service.sections(kept.text)]
    assert len(set(names)) == 4
    assert "main" not in names


def test_a_withdrawn_version_never_begins_and_says_so(portal: Portal) -> None:
    version = scheduled()
    service.withdraw(version.id, BY)
    assert service.asked() == ()
    with clock.later(timedelta(days=31)):
        portal.drain()
        assert service.in_force("privacy", "en").version == "2"
        with pytest.raises(NotNow):
            service.withdraw(version.id, BY)
    assert portal.mails() == []


def test_terms_may_end_without_another_but_the_notice_may_not(portal: Portal) -> None:
    notice, cookies = (PolicyVersion.get(document=one, state=IN_FORCE) for one in ("privacy", "cookies"))
    with pytest.raises(NotNow):
        service.retire(notice.id, BY)
    service.retire(cookies.id, BY)
    with pytest.raises(NotFound):
        service.in_force("cookies", "en")
    assert service.version("cookies", "en", "1").sha256 == PolicyText.get(document="cookies", language="en").sha256
