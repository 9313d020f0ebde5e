"""Every message, in every state and language, as a real server gets it: headers, signature and both bodies."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser

import dkim
import pytest

from portal import config
from portal.notices import messages, service
from portal.notices.messages.declared import ANSWERED, AT_NIGHT, OPTIONAL
from portal.notices.models import Message
from portal.notices.smtp import open_post
from tests.conftest import Portal
from tests.notices.every import AT, CODES, OTHER, REFERENCE, URL, every, queue
from tests.notices.signing import DOMAIN, PEM, SELECTOR, record
from tests.servers.engines import Mailbox

PERSON = "mai.nguyen@example.com"
ANSWERS = "answers@smartos.example.com"


@pytest.fixture
def signing(portal: Portal) -> Portal:
    """A portal that signs its mail and takes answers in."""
    mail = config.Mail(ANSWERS, DOMAIN, SELECTOR)
    config.use(replace(portal.config, dkim_key=PEM, site=replace(portal.config.site, mail=mail)))
    return portal


class Seen(HTMLParser):
    """What somebody reads of a mail whose reader loads nothing, and everything that it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "title")
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag in ("img", "link", "script", "iframe", "object", "video") or {"src", "background"} & given.keys():
            self.loaded.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    return parser


def flat(text: str) -> str:
    return " ".join(text.split())


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_list_of_every_message_is_whole() -> None:
    assert {name for name, _ in every()} == set(messages.DECLARED)
    assert not (AT_NIGHT | ANSWERED | OPTIONAL) - set(messages.DECLARED)
    assert all("reference" in messages.DECLARED[name] for name in ANSWERED)


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_server_gets_every_message_signed_and_whole(signing: Portal, smtp: Mailbox, language: str) -> None:
    to = messages.Recipient(PERSON, language, account=7)
    sent = list(every())
    with open_post(smtp.url).several() as post:
        for number, (name, facts) in enumerate(sent):
            queue(name, to, f"cause {number}", facts)
            row = Message.get(Message.cause == f"cause {number}" + (":7" if name == "policy_changes" else ""))
            post.send(service.write(row), f"returns+{number}@{DOMAIN}")
    assert len(smtp.raw) == len(sent)
    seen_numbers = set()
    for number, (name, _) in enumerate(sent):
        mail = smtp.messages[number]
        check_headers(mail, name, language)
        check_signature(smtp.raw[number])
        check_bodies(mail, name)
        assert smtp.senders[number] == f"returns+{number}@{DOMAIN}"
        seen_numbers.add(mail["Message-ID"])
    assert len(seen_numbers) == len(sent)


def check_headers(mail: EmailMessage, name: str, language: str) -> None:
    assert mail["From"] == "Smartos Privacy <privacy@smartos.example.com>"
    assert mail["To"] == PERSON
    assert mail["Content-Language"] == language
    assert mail["Auto-Submitted"] == "auto-generated", "so that no machine answers (RFC 3834)"
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail["Date"].datetime.tzinfo is not None
    subject = str(mail["Subject"])
    assert subject
    assert "\n" not in subject
    for personal in (PERSON, OTHER, "123456", "Firefox", URL, "A05", "Full name"):
        assert personal not in subject, name
    assert not [header for header in mail if header.lower().startswith("list-")], "a service message (RULES M10)"
    assert ("Reply-To" in mail) == (name in ANSWERED)
    if name in ANSWERED:
        answer = str(mail["Reply-To"])
        assert re.fullmatch(rf"answers\+r\.{REFERENCE.lower()}\.[0-9a-f]{{32}}@{re.escape(DOMAIN)}", answer)


def check_signature(raw: bytes) -> None:
    assert dkim.verify(raw, dnsfunc=record)
    header = dkim.rfc822_parse(raw)[0][0]
    assert header[0] == b"DKIM-Signature"
    tags = dkim.parse_tag_value(header[1])
    signed = b"".join(tags[b"h"].split()).split(b":")
    for once in (b"message-id", b"mime-version", b"content-type", b"auto-submitted"):
        assert signed.count(once) == 1, once
    for twice in (b"from", b"to", b"subject", b"date"):
        assert signed.count(twice) == 2, "so that nobody adds a second one"
    assert tags[b"d"] == DOMAIN.encode()
    assert tags[b"c"] == b"relaxed/relaxed"
    assert not dkim.verify(raw.replace(b"\r\n\r\n", b"\r\n\r\nMore.\r\n", 1), dnsfunc=record)
    assert not dkim.verify(raw.replace(b"\r\nTo: ", b"\r\nFrom: a@b.example\r\nTo: ", 1), dnsfunc=record)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def check_bodies(mail: EmailMessage, name: str) -> None:
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    text, html = body(mail, "plain"), body(mail, "html")
    shown = seen(html)
    assert not shown.loaded, f"{name} is read without images and loads nothing"
    assert {link for link in shown.links if link} <= set(re.findall(r"https?://\S+", text)), name
    assert "{{" not in text + html
    if name in CODES:
        assert flat(text).count("123456") == flat(" ".join(shown.words)).count("123456") == 1
        assert re.search(r"\b10\b", text), f"{name} says how long its code works"


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_each_code_says_what_it_does_and_no_two_languages_say_the_same(signing: Portal) -> None:
    codes: dict[str, str] = {}
    for number, (name, facts) in enumerate(every()):
        drawn = []
        for language in ("en", "vi"):
            cause = f"{language} {number}"
            queue(name, messages.Recipient(PERSON, language, account=7), cause, facts)
            row = Message.get(Message.cause == cause + (":7" if name == "policy_changes" else ""))
            drawn.append(service.drawn(row))
        english, vietnamese = drawn
        for part in english:
            assert english[part] != vietnamese[part], f"{name}/{part}"
        assert AT.strftime("%B") not in vietnamese["body.txt"]
        if name in CODES:
            codes[name] = english["subject.txt"] + flat(english["body.txt"]).partition("123456")[0]
    assert codes.keys() == CODES
    assert len(set(codes.values())) == len(CODES), "no code can be taken for another"
    words = {
        "sign_in_code": "sign in", "sign_up_code": "make your account", "sign_up_known": "signs you in",
        "confirm_code": "confirm that it is you", "proof_code": "use this address", "request_code": "sent us a request",
        "staff_code": "member of the staff",
    }  # fmt: skip
    assert all(words[name] in said for name, said in codes.items())
