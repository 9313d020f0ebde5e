"""A change is told with a way to say "this was not me", which undoes it and closes the account to whoever did it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.accounts import service as accounts
from portal.accounts.models import Alarm, Identifier, Session
from portal.deletion import service as deletion
from portal.deletion.models import Deletion
from portal.download import service as download
from portal.kernel import clock
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member
from tests.security.test_addresses import NEW, add_email, values

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def mai(portal: Portal) -> Member:
    """Mai, with one address that she proved long ago; somebody else sits in her session."""
    mai = member(portal, "everyday")
    Identifier.update(proven_at=clock.now() - timedelta(days=30)).where(Identifier.account == mai.account).execute()
    return mai


def link(portal: Portal, to: str) -> str:
    """Return the path in the newest mail to an address that has such a link."""
    portal.drain()
    bodies = [mail.get_body(("plain",)) for mail in portal.mails() if mail["To"] == to]
    found = re.findall(r"/security/not-me/\S+", "\n".join(body.get_content() for body in bodies if body))
    assert found, f"no link was sent to {to}"
    return str(found[-1])


def open_sessions(someone: Member) -> int:
    return Session.select().where(Session.account == someone.account, Session.ended_at.is_null()).count()


def test_looking_changes_nothing_and_the_button_undoes_an_address_that_was_added(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    path, owner = link(portal, mai.email), Browser(portal.app)
    for _ in range(3):
        owner.get(path)
        owner.client.head(path)
    assert NEW in values(mai)
    assert open_sessions(mai) == 1
    page = owner.get(path).form("This was not me").send()
    assert page.h1 == "It was undone"
    assert values(mai) == [mai.email]
    assert open_sessions(mai) == 0
    assert accounts.distrusted(mai.account) is not None
    owner.post(path)
    assert values(mai) == [mai.email]


def test_a_removed_address_can_put_itself_back_for_seven_days(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    number = min(row.id for row in Identifier.of(mai.account))
    mai.browser.get(f"/security/addresses/{number}/remove").form("Remove it").send()
    assert values(mai) == [NEW]
    path = link(portal, mai.email)
    Browser(portal.app).get(path).form("This was not me").send()
    assert mai.email in values(mai)
    with clock.later(timedelta(days=7, minutes=1)):
        Browser(portal.app).get(path, status=404)


def test_all_that_came_after_a_sign_in_from_elsewhere_is_undone_with_it(portal: Portal, mai: Member) -> None:
    from tests.accounts.test_signing_in import ask, code_of, give

    thief = portal.app.test_client()
    thief.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT) Firefox/140"
    ask(thief, mai.email)
    assert give(thief, code_of(portal)) == 303
    path = link(portal, mai.email)
    add_email(mai, NEW)
    number = min(row.id for row in Identifier.of(mai.account))
    mai.browser.get(f"/security/addresses/{number}/remove").form("Remove it").send()
    assert values(mai) == [NEW]
    Browser(portal.app).get(path).form("This was not me").send()
    assert values(mai) == [mai.email]
    assert open_sessions(mai) == 0


def test_an_address_that_was_only_just_added_gets_no_way_to_put_itself_back(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    number = max(row.id for row in Identifier.of(mai.account))
    mai.browser.get(f"/security/addresses/{number}/remove").form("Remove it").send()
    portal.drain()
    told = [mail for mail in portal.mails() if mail["To"] == NEW]
    assert len(told) == 2
    assert "not-me" not in told[-1].as_string()


def test_signing_in_again_with_the_same_device_tells_nobody(portal: Portal, mai: Member) -> None:
    from tests.accounts.test_signing_in import ask, code_of, give

    Session.update(device="").execute()
    client = portal.app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "a test"
    ask(client, mai.email)
    assert give(client, code_of(portal)) == 303
    portal.drain()
    assert Alarm.select().count() == 0


def test_a_deletion_that_somebody_else_asked_for_is_not_carried_out(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    path = link(portal, mai.email)
    deletion.schedule(mai.subject, "en")
    Browser(portal.app).get(path).form("This was not me").send()
    with clock.later(timedelta(days=14, minutes=1)):
        portal.drain()
    assert Deletion.get().state == "cancelled"
    assert values(mai) == [mai.email]


def test_its_page_does_not_go_on_announcing_it(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    path = link(portal, mai.email)
    deletion.schedule(mai.subject, "en")
    Browser(portal.app).post(path)
    deletion.stop_all_distrusted()
    assert Deletion.get().state == "cancelled"


def test_a_deletion_asked_for_afterwards_is_carried_out(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    Browser(portal.app).post(link(portal, mai.email))
    deletion.schedule(mai.subject, "en")
    deletion.stop_all_distrusted()
    with clock.later(timedelta(days=14, minutes=1)):
        portal.drain()
    assert Deletion.get().state == "erased"


def test_a_copy_that_somebody_else_asked_for_is_not_published(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    path = link(portal, mai.email)
    asked = download.ask(mai.subject, "en")
    Browser(portal.app).post(path)
    portal.drain()
    assert download.load(asked.case.reference, mai.subject).state == "expired"
    assert not [mail for mail in portal.mails() if "copy" in str(mail["Subject"])]


def test_a_copy_is_not_published_either_when_it_was_being_made(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.download import files, making

    add_email(mai, NEW)
    path = link(portal, mai.email)
    asked = download.ask(mai.subject, "en")
    write = making._publish

    def told_meanwhile(*given: object) -> None:
        Browser(portal.app).post(path)
        write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_publish", told_meanwhile)
    portal.drain()
    assert download.load(asked.case.reference, mai.subject).state == "expired"
    assert list(files.all_names()) == []


def test_a_link_to_a_copy_from_before_gives_nothing_out(portal: Portal, mai: Member) -> None:
    asked = download.ask(mai.subject, "en")
    portal.drain()
    token = download.ticket(download.load(asked.case.reference, mai.subject))
    add_email(mai, NEW)
    client = portal.app.test_client()
    assert client.get(f"/archives/{token}").status_code == 200
    Browser(portal.app).post(link(portal, mai.email))
    assert client.get(f"/archives/{token}").status_code == 410


def test_the_public_link_asks_for_the_form_of_this_site(portal: Portal, mai: Member) -> None:
    add_email(mai, NEW)
    path = link(portal, mai.email)
    answer = portal.app.test_client().post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert NEW in values(mai)
