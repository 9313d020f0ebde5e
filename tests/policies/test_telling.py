"""Everybody is told of a new version in advance: none missed, and one repeat a kill at most, with its Message-ID."""

from __future__ import annotations

import random
import smtplib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.message import EmailMessage

import pytest

from portal.accounts.models import Identifier
from portal.consents import service as consents
from portal.kernel import clock, failpoints
from portal.notices import inbox, mailing, messages
from portal.notices.models import Message
from portal.notices.smtp import Undeliverable
from portal.policies import service
from portal.policies.models import PolicyVersion
from tests.conftest import Portal
from tests.counting import transactions
from tests.dying import Dying, Killed
from tests.people import member
from tests.policies.conftest import BY, drafted, readers, scheduled

MANY, KILLS = 2_000, 10


class Post:
    """A mail server that keeps who was sent what, and may refuse or be away."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refuses: dict[str, Exception] = {}
        self.away_after: list[int] = []

    def send(self, mail: EmailMessage, returns: str = "") -> None:
        failpoints.point("mail: before send")
        if problem := self.refuses.get(str(mail["To"])):
            raise problem
        self.taken.append((str(mail["To"]), str(mail["Message-ID"])))
        if self.away_after and len(self.taken) >= self.away_after[0]:
            self.away_after.pop(0)
            raise smtplib.SMTPServerDisconnected("killed after it took the mail, before it said so")
        failpoints.point("mail: after send")

    @contextmanager
    def several(self) -> Iterator[Post]:
        yield self


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    carrier = Post()
    monkeypatch.setattr(mailing, "open_post", lambda url: carrier)
    return carrier


def test_everybody_with_an_address_is_told_once_with_date_and_links(portal: Portal) -> None:
    mai, an = member(portal, "everyday"), member(portal, "an@example.com", "vi")
    version = scheduled()
    portal.drain()
    mails = {str(mail["To"]): mail for mail in portal.mails() if "/answer" in mail.get_body(("plain",)).get_content()}  # type: ignore[union-attr]
    assert mails.keys() == {mai.email, an.email}
    text = mails[mai.email].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "/privacy-policy/compare?to=3" in text
    assert "/privacy-policy/answer" in text
    assert mails[an.email]["Content-Language"] == "vi"
    told = PolicyVersion.get_by_id(version.id)
    assert (told.told, told.told_at is not None) == (2, True)
    assert {row.facts for row in Message.select().where(Message.kind == "policy_changes")} == {None}


def test_a_code_to_sign_in_waits_behind_no_mailing(portal: Portal, post: Post) -> None:
    readers(500)
    scheduled()
    portal.drain()
    waiting = Message.select().where(Message.kind == "policy_changes", Message.due_at.is_null(False))
    assert not waiting.exists()
    assert len(post.taken) == 500


def test_a_refused_address_stops_nobody_else_and_is_tried_again_alone(portal: Portal, post: Post) -> None:
    addresses = readers(3)
    post.refuses = {
        addresses[0]: Undeliverable(),
        addresses[1]: smtplib.SMTPRecipientsRefused({addresses[1]: (450, b"later")}),
    }
    scheduled()
    portal.drain()
    assert [to for to, _ in post.taken] == [addresses[2]]
    states = Counter(row.state for row in Message.select().where(Message.kind == "policy_changes"))
    assert states == {"failed": 1, "queued": 1, "sent": 1}
    with clock.later(timedelta(minutes=2)):
        portal.drain()
    assert addresses[1] in {str(mail["To"]) for mail in portal.mails()}


def test_what_is_withdrawn_is_told_to_nobody_more(portal: Portal, post: Post) -> None:
    readers(5)
    version = scheduled()
    to, facts = [messages.Recipient("x@example.com", "en", 1)], ("Privacy policy", version.begins, "/a", "/b")
    messages.policy_changes(to, "policy:privacy:3", "policy:privacy:3", *facts)
    service.withdraw(version.id, BY)
    portal.drain()
    assert post.taken == []


def test_no_transaction_of_a_mailing_is_long(portal: Portal, post: Post) -> None:
    readers(450)
    service.schedule(drafted().id, clock.today() + timedelta(days=30), ["location"], BY)
    with transactions() as seen:
        portal.drain()
    assert max(one.rows for one in seen) <= 200
    assert max(one.statements for one in seen) <= 6


def test_it_is_told_in_the_inbox_and_by_push_and_unread_until_opened_there_or_on_its_pages(portal: Portal) -> None:
    mai, an = member(portal, "everyday"), member(portal, "an@example.com")
    version = scheduled()
    portal.drain()
    for who, place in ((mai, "/privacy-policy/compare?to=3"), (an, "")):
        ((letter,), _) = inbox.listed(who.account, "en")
        assert (letter.kind, letter.unread, letter.state) == ("policy_changes", True, "sent")
        assert "A new version: Privacy policy" in who.browser.client.get("/overview").text
        who.browser.get(place or f"/inbox/{letter.number}")
        assert not inbox.listed(who.account, "en")[0][0].unread
        page = who.browser.client.get("/overview").text
        assert f"Not answered yet: Privacy policy, version {version.version}" in page
        assert "A new version: Privacy policy" not in page
    assert all(not one.event for one in consents.standing(mai.subject).values()), "reading is no answer"


def test_the_banner_is_not_on_the_page_that_it_leads_to(portal: Portal) -> None:
    mai = member(portal, "everyday")
    scheduled()
    assert "/privacy-policy/answer" in mai.browser.client.get("/terms").text
    assert "A new version: Privacy policy" not in mai.browser.client.get("/privacy-policy/answer").text


def test_who_has_no_address_is_told_in_the_inbox(portal: Portal, post: Post) -> None:
    mai = member(portal, "everyday")
    Identifier.update(kind="external_id").where(Identifier.account == mai.account).execute()
    scheduled()
    portal.drain()
    assert post.taken == []
    ((letter,), _) = inbox.listed(mai.account, "en")
    assert (letter.channel, letter.state, letter.to) == ("inbox", "sent", "")
    assert "It lies here and went nowhere else" in mai.browser.get(f"/inbox/{letter.number}").text


def test_who_comes_after_everybody_was_told_finds_it_in_the_inbox_and_gets_no_mail(portal: Portal, post: Post) -> None:
    version = scheduled()
    portal.drain()
    mai = member(portal, "everyday")
    for _ in range(2):
        service.tell_newcomers()
    portal.drain()
    assert post.taken == []
    ((letter,), _) = inbox.listed(mai.account, "en")
    assert (letter.channel, letter.state, letter.unread) == ("inbox", "sent", True)
    assert "A new version: Privacy policy" in mai.browser.client.get("/overview").text
    assert "version is in force: Privacy policy" in mai.browser.get(f"/inbox/{letter.number}").text
    assert f"Not answered yet: Privacy policy, version {version.version}" in mai.browser.client.get("/overview").text


def test_nobody_is_told_of_what_is_over_or_asks_nobody(portal: Portal) -> None:
    service.withdraw(scheduled().id, BY)
    service.schedule(drafted(minor=True).id, clock.today(), [], BY)
    portal.drain()
    mai = member(portal, "everyday")
    service.tell_newcomers()
    assert inbox.listed(mai.account, "en")[0] == []


def test_what_was_withdrawn_before_it_was_sent_is_in_nobodys_inbox(portal: Portal, post: Post) -> None:
    mai = member(portal, "everyday")
    version = scheduled()
    to, facts = [messages.Recipient(mai.email, "en", mai.account)], ("Privacy policy", version.begins, "/a", "/b")
    messages.policy_changes(to, "policy:privacy:3", "policy:privacy:3", *facts)
    service.withdraw(version.id, BY)
    portal.drain()
    assert inbox.listed(mai.account, "en")[0] == []
    assert " new<" not in mai.browser.client.get("/overview").text


def test_a_minor_change_tells_and_asks_nobody(portal: Portal, post: Post) -> None:
    mai = member(portal, "everyday")
    service.schedule(drafted(minor=True).id, clock.today(), [], BY)
    portal.drain()
    assert service.in_force("privacy", "en").minor
    assert post.taken == []
    assert inbox.listed(mai.account, "en")[0] == []
    assert 'class="notice banner"' not in mai.browser.client.get("/overview").text


class Mortal(Dying):
    """Dies at some of the places that are passed, one after the other."""

    def __init__(self, places: list[int]) -> None:
        super().__init__()
        self.places = places

    def point(self, name: str) -> None:
        self.passed.append(name)
        if self.places and len(self.passed) >= self.places[0]:
            self.places.pop(0)
            raise Killed(name)


@pytest.mark.parametrize("urls", ["one folder"], indirect=True)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ten_kills_of_worker_and_server_miss_nobody_and_repeat_one_each_at_most(
    portal: Portal, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses, chance = readers(MANY), random.Random(20261128)
    scheduled()
    mortal = Mortal(sorted(chance.sample(range(20, MANY * 4), KILLS // 2)))
    post.away_after = sorted(chance.sample(range(20, MANY), KILLS // 2))
    monkeypatch.setattr(failpoints, "point", mortal.point)
    for minute in range(60):
        with suppress(Killed), clock.later(timedelta(minutes=minute)):
            portal.drain()
        if not mortal.places and PolicyVersion.get(PolicyVersion.version == "3").told_at:
            break
    sent = Counter(to for to, _ in post.taken)
    assert not mortal.places
    assert not post.away_after
    assert sent.keys() == set(addresses)
    assert sum(sent.values()) - len(addresses) <= KILLS
    assert all(len({number for to, number in post.taken if to == again}) == 1 for again in sent if sent[again] > 1)
