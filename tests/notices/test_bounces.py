"""Mail that comes back is noted by its address; where there is no mailbox, what is not needed is not sent there."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from portal import config
from portal.kernel import clock
from portal.notices import bounces, messages, service
from portal.notices.models import Bounce, Message
from portal.notices.smtp import Undeliverable, open_post
from tests.conftest import Portal
from tests.notices.test_sms import Gateway, gateway, through  # noqa: F401 - fixtures are found by name
from tests.policies.conftest import readers, scheduled
from tests.servers.engines import Mailbox, free_port

MAI = messages.Recipient("mai.nguyen@example.com", "en", account=7)
AT, DAY = clock.now(), date(2026, 12, 8)


class Refusing:
    """A mail server that takes nobody's mail, for a reason."""

    says = "550 5.1.1 no such user"

    async def handle_RCPT(self, *_: Any) -> str:  # the name aiosmtpd calls
        return self.says


@pytest.fixture
def refusing(portal: Portal) -> Any:
    handler = Refusing()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    config.use(replace(portal.config, mail_url=f"smtp://127.0.0.1:{controller.port}"))
    yield handler
    controller.stop()
    config.use(portal.config)


def opt_out(cause: str, to: messages.Recipient = MAI) -> None:
    messages.opted_out(to, cause, "Events by e-mail", AT, DAY, "https://privacy.example.com/marketing")


def state(cause: str) -> str:
    return str(Message.get(Message.cause == cause).state)


@pytest.mark.parametrize(
    ("says", "status", "lasting"),
    [
        ("550 5.1.1 no such user", "5.1.1", True),
        ("550 no such user", "5.1.1", True),
        ("550 5.2.1 mailbox closed", "5.2.1", True),
        ("552 5.2.2 mailbox full", "5.2.2", False),
        ("554 5.7.1 you are blocked", "5.7.1", False),
        ("554 no", "5.0.0", False),
    ],
)
def test_a_refusal_while_sending_is_noted_with_its_reason(
    portal: Portal, refusing: Refusing, says: str, status: str, lasting: bool
) -> None:
    refusing.says = says
    messages.sign_in_code(MAI, "code", "123456", 10)
    portal.drain()
    assert state("code") == "failed"
    row = Bounce.get()
    assert (row.status, row.lasting, row.times, row.account) == (status, lasting, 1, 7)
    assert MAI.address not in str(vars(row))
    assert bounces.of("email", MAI.address) == row
    assert bounces.of("email", "somebody@example.com") is None


def test_what_may_pass_is_tried_again_and_noted_as_nothing(portal: Portal, refusing: Refusing) -> None:
    refusing.says = "451 4.7.1 try later"
    messages.sign_in_code(MAI, "code", "123456", 10)
    portal.drain()
    assert state("code") == "queued"
    assert Bounce.select().count() == 0


def test_what_is_not_needed_is_spared_and_a_code_goes_out(portal: Portal) -> None:
    opt_out("first")
    portal.drain()
    bounces.note(Message.get(), "5.1.1")
    opt_out("second")
    messages.sign_in_code(MAI, "code", "123456", 10)
    messages.request_news(MAI, "news", "R-7F3K-Q2", "https://privacy.example.com/requests/R-7F3K-Q2")
    portal.drain()
    assert (state("second"), state("code"), state("news")) == ("spared", "sent", "sent")
    spared = Message.get(Message.cause == "second")
    assert (spared.address, spared.facts) == (None, None)
    bounces.arrived("email", MAI.address)
    opt_out("third")
    portal.drain()
    assert state("third") == "sent"


def test_a_full_mailbox_is_spared_nothing_and_one_that_is_gone_stays_so(portal: Portal) -> None:
    opt_out("first")
    message = Message.get()
    bounces.note(message, "5.2.2")
    assert bounces.lasting([message.address_hash]) == set()
    bounces.note(message, "5.1.1")
    bounces.note(message, "4.2.2")
    assert bounces.lasting([message.address_hash, ""]) == {message.address_hash}
    row = Bounce.get()
    assert (row.times, row.lasting, row.status) == (3, True, "4.2.2")


def test_a_notice_to_everybody_leaves_out_whom_no_mail_reaches(portal: Portal) -> None:
    addresses = readers(3)
    messages.sign_in_code(messages.Recipient(addresses[1], "en", account=1), "code", "123456", 10)
    bounces.note(Message.get(), "5.1.1")
    portal.drain()
    scheduled()
    portal.drain()
    told = [str(mail["To"]) for mail in portal.mails() if "new version" in str(mail["Subject"])]
    assert sorted(told) == [addresses[0], addresses[2]]
    assert Message.select().where(Message.state == "spared").count() == 1


def test_the_last_mail_to_somebody_who_is_gone_leaves_nothing(portal: Portal, refusing: Refusing) -> None:
    messages.deletion_done(MAI, "done", "R-7F3K-Q2", "", "https://privacy.example.com/certificates/R-7F3K-Q2")
    portal.drain()
    assert state("done") == "failed"
    assert Bounce.select().count() == 0


def test_a_phone_that_no_text_reaches_is_noted_too(portal: Portal, through: Gateway) -> None:  # noqa: F811
    through.status = 422
    phone = messages.Recipient("+84900000008", "vi", 7, channel="sms")
    messages.proof_code(phone, "cause", "123456", 10)
    portal.drain()
    assert bounces.of("sms", phone.address) is not None


@pytest.mark.parametrize("wide", [True, False])
def test_an_address_beyond_ascii_goes_to_a_server_that_takes_it(portal: Portal, wide: bool) -> None:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=wide)
    controller.start()
    messages.sign_in_code(replace(MAI, address="mãi@example.com"), "code", "123456", 10)
    post, mail = open_post(f"smtp://127.0.0.1:{controller.port}"), service.write(Message.get())
    if wide:
        post.send(mail)
        assert "To: mãi@example.com\r\n".encode() in box.raw[0]
    else:
        with pytest.raises(Undeliverable) as refused:
            post.send(mail)
        assert refused.value.status == "5.6.7"
    controller.stop()


def test_a_server_that_goes_away_is_an_error_that_passes(portal: Portal) -> None:
    messages.sign_in_code(MAI, "code", "123456", 10)
    with pytest.raises((OSError, smtplib.SMTPException)):
        open_post("smtp://127.0.0.1:1").send(service.write(Message.get()))


def test_only_lasting_ones_are_shown_with_since_when(portal: Portal) -> None:
    opt_out("first")
    message = Message.get()
    bounces.note(message, "5.2.2")
    assert bounces.since(7, "email", [MAI.address]) == {}
    bounces.note(message, "5.1.1")
    (moment,) = bounces.since(7, "email", [MAI.address, "other@example.com"]).values()
    assert clock.now() - moment < timedelta(minutes=1)
    assert bounces.since(8, "email", [MAI.address]) == {}
