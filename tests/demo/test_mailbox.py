"""The demo's mailbox reads what the portal has sent."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal import config
from portal.app import create_app
from portal.cases import service as cases
from portal.cases.service import thread
from portal.cases.tasks import take_in_mail
from portal.demo.mailbox import newest
from portal.demo.views import room
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import member


def _letter(folder: Path, name: str, subject: str, date: str) -> None:
    message = EmailMessage()
    message["To"], message["Subject"], message["Date"] = "mai.nguyen@example.com", subject, date
    message.set_content("Mã của bạn là 123456.")
    message.add_alternative("<p>Mã của bạn là <strong>123456</strong>.</p>", subtype="html")
    (folder / name).write_bytes(bytes(message))


def test_letters_and_text_messages_come_newest_first(tmp_path: Path) -> None:
    _letter(tmp_path, "a.eml", "Mã đăng nhập", "Sun, 22 Nov 2026 10:00:00 +0700")
    sms = {"to": "+84900000008", "text": "Mã: 654321", "sent_at": "2026-11-22T03:05:00+00:00"}
    (tmp_path / "b.json").write_text(json.dumps(sms), encoding="utf-8")
    later, earlier = newest(tmp_path)
    assert (later.to, later.text, later.subject, later.html) == ("+84900000008", "Mã: 654321", "", None)
    assert (earlier.to, earlier.subject) == ("mai.nguyen@example.com", "Mã đăng nhập")
    assert earlier.text.strip() == "Mã của bạn là 123456."
    assert earlier.html is not None
    assert "<strong>" in earlier.html
    assert earlier.sent_at == datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_only_the_newest_are_read(tmp_path: Path) -> None:
    for number in range(5):
        _letter(tmp_path, f"{number}.eml", f"Letter {number}", f"Sun, 22 Nov 2026 10:0{number}:00 +0000")
        os.utime(tmp_path / f"{number}.eml", (number, number))
    assert [mail.subject for mail in newest(tmp_path, limit=2)] == ["Letter 4", "Letter 3"]


def test_a_half_written_message_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"to": "+849', encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no mail", encoding="utf-8")
    _letter(tmp_path, "b.eml", "Whole", "Sun, 22 Nov 2026 10:00:00 +0700")
    assert [mail.subject for mail in newest(tmp_path)] == ["Whole"]


def test_a_mailbox_that_got_nothing_yet_is_empty(tmp_path: Path) -> None:
    assert newest(tmp_path / "absent") == []


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
@pytest.mark.parametrize(("elsewhere", "author"), [({}, "person"), ({"elsewhere": "y"}, "mail")])
def test_an_answer_in_the_mailbox_comes_into_the_thread(
    portal: Portal, tmp_path: Path, elsewhere: dict[str, str], author: str
) -> None:
    settings = replace(portal.config, intake=tmp_path / "answers")
    config.use(settings)
    mai = member(portal, "everyday")
    asked = cases.open_case("complaint", mai.subject)
    cases.acknowledge(asked, "system")
    portal.drain()
    app = create_app(settings)
    app.register_blueprint(room)
    browser = Browser(app)
    page = browser.get("/demo/mailbox")
    (link,) = [one["href"] for one in page.root.one("main").all("a") if one["href"].startswith("/demo/mailbox/")]
    browser.post(link, data={"text": ""}, status=422)
    done = browser.post(link, data={"text": "It was Hub Da Nang.", **elsewhere})
    assert done.h1 == "Your answer is on its way"
    take_in_mail()
    assert [(row.author, row.body) for row in thread.said(asked)] == [(author, "It was Hub Da Nang.")]
    browser.get("/demo/mailbox/..", status=404)
    browser.get("/demo/mailbox/no.eml", status=404)
