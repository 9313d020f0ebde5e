"""Messages go out once a cause, and their addresses are forgotten once they are sent."""

from __future__ import annotations

from portal.notices import messages
from portal.notices.models import Message
from portal.notices.smtp import open_post
from tests.conftest import Portal
from tests.servers.engines import Mailbox

TO = messages.Recipient("mai.nguyen@example.com", "vi")


def test_one_cause_gives_one_message_and_its_address_goes_with_it(portal: Portal) -> None:
    for _ in range(2):
        messages.sign_in_code(TO, "cause", "123456", 10)
    assert portal.drain() == 1
    (mail,) = portal.mails()
    assert mail["To"] == TO.address
    assert "123456" not in mail["Subject"]
    assert mail["Content-Language"] == "vi"
    sent = Message.get()
    assert (sent.state, sent.address, sent.facts) == ("sent", None, None)


def test_a_message_that_is_sent_again_has_the_same_message_id(portal: Portal) -> None:
    messages.sign_in_code(TO, "cause", "123456", 10)
    from portal.notices import service

    message = Message.get()
    assert service.write(message)["Message-ID"] == service.write(message)["Message-ID"]


def test_a_real_server_takes_both_forms_of_a_mail(portal: Portal, smtp: Mailbox) -> None:
    from portal.notices import service

    messages.sign_in_code(TO, "cause", "123456", 10)
    open_post(smtp.url).send(service.write(Message.get()))
    (mail,) = smtp.messages
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_while_the_mail_server_is_down_the_message_waits(portal: Portal) -> None:
    from portal import config

    messages.sign_in_code(TO, "cause", "123456", 10)
    settings = config.active()
    config.use(settings.__class__(**{**vars(settings), "mail_url": "smtp://127.0.0.1:1"}))
    portal.drain()
    waiting = Message.get()
    assert (waiting.state, waiting.attempts, waiting.address) == ("queued", 1, TO.address)
    config.use(settings)
