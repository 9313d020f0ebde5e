"""Answers to a mail come into the thread of its request; machines and strangers change nothing."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal import config
from portal.cases import service
from portal.cases.models import LONGEST, Case, CaseMessage
from portal.cases.service import by_mail, thread
from portal.cases.tasks import take_in_mail
from portal.notices import answers
from portal.notices.models import Arrival, Bounce, Message
from tests.browse import Browser
from tests.conftest import Portal
from tests.live import ROOT, command
from tests.notices.incoming import answer, bounce
from tests.people import Member, member, staff

ANSWERS = "answers@smartos.example.com"
MAI, STRANGER = "mai.nguyen@example.com", "somebody@example.net"


@pytest.fixture
def listening(portal: Portal, tmp_path: Path) -> Iterator[Portal]:
    """A portal to which people can answer by mail."""
    site = replace(portal.config.site, mail=config.Mail(ANSWERS))
    config.use(replace(portal.config, site=site, intake=tmp_path / "maildir"))
    yield portal
    config.use(portal.config)


@pytest.fixture
def mai(listening: Portal) -> Member:
    return member(listening, "everyday")


@pytest.fixture
def asked(mai: Member) -> Case:
    """A request that waits for the person."""
    case = service.open_case("complaint", mai.subject)
    Case.update(waiting="person", state="open").where(Case.id == case.id).execute()
    return service.by_reference(case.reference)


def words(case: Case) -> list[tuple[str, str]]:
    return [(row.author, row.body) for row in thread.said(case)]


def reply_to(portal: Portal) -> str:
    """Return the address that the newest mail asks to answer to."""
    portal.drain()
    return str(portal.mails()[-1]["Reply-To"])


def test_an_answer_to_a_mail_of_ours_is_in_the_thread_once(mai: Member, asked: Case) -> None:
    thread.send(asked, 1, "Which space was it?")
    CaseMessage.update(due_at=asked.received_at).execute()
    address = reply_to(mai.portal)
    assert asked.reference.lower() in address
    assert MAI.partition("@")[0] not in address
    mail = answer(
        address, MAI, "It was Hub Da Nang.\n\nOn Sat, 28 Nov 2026 at 10:00, Smartos\n<x@y> wrote:\n> News\n> more"
    )
    assert by_mail.take_in(bytes(mail)) == by_mail.FILED
    assert by_mail.take_in(b"Received: again\r\n" + bytes(mail)) == by_mail.AGAIN
    assert words(asked) == [("staff:1", "Which space was it?"), ("person", "It was Hub Da Nang.")]
    assert service.by_reference(asked.reference).waiting == ""


def test_somebody_else_is_heard_marked_and_changes_nothing(mai: Member, asked: Case) -> None:
    address = answers.of_request(asked.reference)
    assert by_mail.take_in(bytes(answer(address, STRANGER, "Delete everything <b>now</b>."))) == by_mail.UNPROVEN
    assert words(asked) == [("mail", "Delete everything <b>now</b>.")]
    same = service.by_reference(asked.reference)
    assert (same.waiting, same.state, same.contact) == ("person", "open", asked.contact)
    said = "Somebody by mail, from an address that is not proven"
    assert said in desk_page(mai, asked)
    assert said in mai.browser.get("cases.one", reference=asked.reference).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner-email=x"},
        {"Return_Path": "<>"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<a.list.example.com>"},
    ],
)
def test_machines_are_not_answers(mai: Member, asked: Case, headers: dict[str, str]) -> None:
    mail = answer(answers.of_request(asked.reference), MAI, "I am on holiday.", **headers)
    assert by_mail.take_in(bytes(mail)) == by_mail.AUTOMATIC
    assert words(asked) == []
    mai.portal.drain()
    assert not [mail for mail in mai.portal.mails() if "not arrive" in str(mail["Subject"])]


@pytest.mark.parametrize("sender", ["privacy@smartos.example.com", "answers+x@smartos.example.com", "MAILER-DAEMON@mx"])
def test_mail_of_our_own_goes_round_no_second_time(mai: Member, asked: Case, sender: str) -> None:
    mail = answer(answers.of_request(asked.reference), sender, "Round and round.")
    assert by_mail.take_in(bytes(mail)) == by_mail.AUTOMATIC
    assert words(asked) == []


def test_an_address_that_was_made_up_leads_nowhere(mai: Member, asked: Case) -> None:
    good = answers.of_request(asked.reference)
    other = service.open_case("complaint", mai.subject)
    made_up = (
        good.replace("@smartos", "@other"),
        re.sub(r"\.[0-9a-f]{32}@", ".00000000000000000000000000000000@", good),
        good.replace(asked.reference.lower(), other.reference.lower()),
        good.replace("+r.", "+b."),
        ANSWERS,
        f"answers+r.{asked.reference.lower()}@smartos.example.com",
    )
    for address in made_up:
        assert by_mail.take_in(bytes(answer(address, MAI, "Hello."))) in (by_mail.NOBODY, by_mail.AGAIN), address
    assert CaseMessage.select().count() == 0
    assert by_mail.take_in(bytes(answer(good.upper(), MAI, "Hello.", "2"))) == by_mail.FILED


def test_the_address_ends_with_the_request_and_whoever_asked_is_told(mai: Member, asked: Case) -> None:
    service.cancel(asked, "person")
    mai.portal.drain()
    before = len(mai.portal.mails())
    for number in ("1", "2"):
        mail = answer(answers.of_request(asked.reference), STRANGER, "One thing more.", number)
        assert by_mail.take_in(bytes(mail)) == by_mail.LATE
    mai.portal.drain()
    (told,) = mai.portal.mails()[before:]
    assert told["To"] == MAI, "never to whoever wrote"
    assert "did not arrive" in str(told["Subject"])
    assert words(asked) == []


def test_only_text_is_kept_cleaned_and_of_bounded_length(mai: Member, asked: Case) -> None:
    mail = answer(answers.of_request(asked.reference), MAI, "ignored")
    mail.set_content(
        "<p>First\u202e line</p><script>bad()</script><div>Second &amp; last</div><blockquote>old</blockquote>", "html"
    )
    mail.add_attachment(b"MZ\x90", "application", "x-msdownload", filename="photo.exe")
    assert by_mail.take_in(bytes(mail)) == by_mail.FILED
    assert words(asked) == [("person", "First line\nSecond & last")]
    assert "were not taken" in mai.browser.get("cases.one", reference=asked.reference).text
    assert (
        by_mail.take_in(bytes(answer(answers.of_request(asked.reference), MAI, "long " * 9_000, "2"))) == by_mail.FILED
    )
    assert len(words(asked)[-1][1]) <= LONGEST
    alone = EmailMessage()
    alone["From"], alone["To"], alone["Message-ID"] = MAI, answers.of_request(asked.reference), "<3@x>"
    alone.add_attachment(b"\x89PNG", "image", "png", filename="a.png")
    assert by_mail.take_in(bytes(alone)) == by_mail.EMPTY


def test_one_request_takes_thirty_answers_an_hour(mai: Member, asked: Case) -> None:
    address = answers.of_request(asked.reference)
    came = [by_mail.take_in(bytes(answer(address, MAI, f"Number {n}", str(n)))) for n in range(32)]
    assert came == [by_mail.FILED] * 30 + [by_mail.TOO_MANY] * 2


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 100, b"From: \r\nTo: \r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\nx"]
)
def test_what_is_no_mail_is_nothing(mai: Member, raw: bytes) -> None:
    assert by_mail.take_in(raw) == by_mail.NOBODY


@pytest.fixture
def told(mai: Member, asked: Case) -> str:
    """The address that a message to Mai comes back to."""
    thread.send(asked, 1, "News.")
    CaseMessage.update(due_at=asked.received_at).execute()
    mai.portal.drain()
    return answers.of_message(Message.get(Message.kind == "request_news").id)


@pytest.mark.parametrize("status", ["5.1.1", "5.4.4", "5.2.1"])
def test_a_mailbox_that_is_gone_is_shown_to_both(mai: Member, asked: Case, told: str, status: str) -> None:
    assert by_mail.take_in(bounce(told, status)) == by_mail.RETURNED
    assert by_mail.take_in(bounce(told, status)) == by_mail.AGAIN
    row = Bounce.get()
    assert (row.lasting, row.status, row.times, row.account) == (True, status, 1, mai.account)
    assert f"Mail to this address comes back: {MAI}" in mai.browser.get("security.page").text
    assert "Mail to this person comes back" in desk_page(mai, asked)


@pytest.mark.parametrize(
    ("status", "action", "outcome"),
    [("4.2.2", "delayed", "automatic"), ("5.2.2", "failed", "returned"), ("5.7.1", "failed", "returned")],
)
def test_what_may_pass_is_told_to_staff_alone(
    mai: Member, asked: Case, told: str, status: str, action: str, outcome: str
) -> None:
    assert by_mail.take_in(bounce(told, status, action)) == outcome
    assert not [row for row in Bounce.select() if row.lasting]
    assert "comes back" not in mai.browser.get("security.page").text
    assert ("It may pass" in desk_page(mai, asked)) == (outcome == "returned")


def test_an_answer_of_a_machine_to_the_way_back_is_no_report(mai: Member, told: str) -> None:
    away = answer(told, MAI, "I am on holiday.", Auto_Submitted="auto-replied")
    assert by_mail.take_in(bytes(away)) == by_mail.AUTOMATIC
    assert Bounce.select().count() == 0


def test_a_code_that_was_typed_shows_that_mail_arrives_again(mai: Member, told: str) -> None:
    by_mail.take_in(bounce(told))
    page = Browser(mai.portal.app).get("accounts.sign_in")
    page = page.form(page.root.one("main").one("button").text).send(email=MAI)
    mai.portal.drain()
    assert Bounce.select().count() == 1
    code = re.search(r"\b\d{6}\b", mai.portal.last_mail())
    assert code
    page.form(page.root.one("main").one("button").text).send(code=code[0])
    assert Bounce.select().count() == 0


def desk_page(mai: Member, case: Case) -> str:
    """Return a request as staff read it, with the reason that they have to give for it."""
    desk = staff(mai.portal, "staff")
    page = desk.browser.get("staff.case", reference=case.reference)
    return str(page.text)


def test_a_folder_is_emptied_and_a_bad_mail_holds_up_none(
    mai: Member, asked: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = config.active().intake
    assert folder is not None
    take_in_mail()
    (folder / "new").mkdir()
    for number in (1, 2, 3):
        mail = answer(answers.of_request(asked.reference), MAI, f"Number {number}", str(number))
        (folder / "new" / f"{number}.host").write_bytes(bytes(mail))
    real = by_mail.take_in

    def fails_once(raw: bytes, recipient: str = "") -> str:
        if b"Number 2" in raw and not Arrival.select().where(Arrival.outcome == "filed").count() > 1:
            raise OSError("the database is away")
        return real(raw, recipient)

    monkeypatch.setattr(by_mail, "take_in", fails_once)
    take_in_mail()
    assert [text for _, text in words(asked)] == ["Number 1", "Number 3"]
    left = list((folder / "cur").iterdir())
    assert [file.name for file in left] == ["2.host"]
    os.utime(left[0], (time.time() - 3600,) * 2)
    take_in_mail()
    assert len(words(asked)) == 3
    assert not [*(folder / "new").iterdir(), *(folder / "cur").iterdir()]


@pytest.mark.parametrize("urls", ["one folder"], indirect=True)
def test_a_mail_server_may_pipe_mail_into_a_command(portal: Portal, environ: dict[str, str], tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    demo = Path(environ["PORTAL_SITE"])
    site.write_text(f'mail.answers = "{ANSWERS}"\n' + re.sub(r"(?m)^\[mail\][^\[]*", "", demo.read_text()))
    (tmp_path / "policies").symlink_to(demo.parent / "policies")
    mai = member(portal, "everyday")
    case = service.open_case("complaint", mai.subject)
    config.use(replace(portal.config, site=replace(portal.config.site, mail=config.Mail(ANSWERS))))
    address = answers.of_request(case.reference)
    mail = bytes(answer("undisclosed-recipients:;", MAI, "By a pipe."))
    settings = {**os.environ, **environ, "PORTAL_SITE": str(site)}
    done = subprocess.run([*command("intake"), address], input=mail, env=settings, cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"filed\n"), done.stderr
    assert words(case) == [("person", "By a pipe.")]
    broken = {**settings, "PORTAL_DATABASE_URL": "sqlite:////nowhere/portal.db"}
    late = subprocess.run([*command("intake"), address], input=mail, env=broken, cwd=ROOT, capture_output=True)
    assert late.returncode == 75, "so that the mail server keeps it"
