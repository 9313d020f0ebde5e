"""A mail is written by anybody: whatever comes in is read without an error, and only what a person wrote is kept."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from portal import config
from portal.kernel import crypto
from portal.notices import answers
from portal.notices.intake import reading, texts
from tests.conftest import KEY, Portal
from tests.notices.incoming import answer, bounce


@pytest.fixture(autouse=True)
def listening(portal: Portal) -> None:
    config.use(replace(portal.config, site=replace(portal.config.site, mail=config.Mail("answers@example.com"))))


pytestmark = pytest.mark.parametrize("urls", ["embedded"], indirect=True)
_LINES = st.lists(
    st.sampled_from(
        [
            b"From: a@b.c", b"From: =?x?q?=FF?=", b"To: <", b"Content-Type: multipart/mixed; boundary=b", b"--b",
            b"Content-Type: text/html; charset=nonsense", b"Content-Transfer-Encoding: base64", b"", b"\xff\xfe", b"=?",
            b"Content-Type: message/delivery-status", b"Content-Disposition: attachment; filename*=x''%FF", b"> quoted",
            b"Action: failed", b"Status: 5", b"<style><script>", b"Auto-Submitted: ;", b"Return-Path: <>", b"a wrote:",
        ]
    ),
    max_size=30,
)  # fmt: skip


@given(_LINES)
def test_nothing_that_comes_in_is_an_error(lines: list[bytes]) -> None:
    read = reading.read(b"\r\n".join(lines), "answers+r.r-7f3k-q2.0@example.com")
    assert read.place is None
    assert "\x00" not in read.text


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error(raw: bytes) -> None:
    assert reading.read(raw).place is None


def hostile(kind: str) -> bytes:
    """A mail of two million bytes that a parser takes the square of, or ends in an error that is not its own."""
    begin, many, kinds = {
        "introduced": ("\n\n", "wrote ", "\n> old\n"),
        "unclosed": ("Content-Type: text/html\n\n", "<a ", ""),
        "quoted": ("Content-Type: text/html\n\n", '<a b="', ""),
        "comment": ("Content-Type: text/html\n\n", "<!--", ""),
        "declared": ("Content-Type: text/html\n\n", "<![x", "]>"),
        "encoded": ("Subject: ", "=?utf-8?q?a?= ", "\n\nx"),
        "parameters": ("Content-Type: text/plain; ", "a=b; ", "\n\nx"),
        "commented": ("Cc: ", "(", "\n\nx"),
        "nested": ("", "Content-Type: message/rfc822\n\n", "x"),
        "marked": ("Content-Type: text/plain; charset=utf-8\n\na", "\u0301\u0323", ""),
    }[kind]
    head = (
        f"From: {'=?utf-8?q?a?= ' * 100_000 if kind == 'encoded' else ''}a@b.c\nTo: {answers.of_request('R-7F3K-Q2')}\n"
    )
    return (head + begin + many * (1_900_000 // len(many.encode())) + kinds).encode()


@pytest.mark.parametrize(
    "kind",
    [
        "introduced",
        "unclosed",
        "quoted",
        "comment",
        "declared",
        "encoded",
        "parameters",
        "commented",
        "nested",
        "marked",
    ],
)
@pytest.mark.timeout(120)
def test_no_mail_holds_up_those_behind_it(portal: Portal, kind: str) -> None:
    """Some of these took hours, and whoever asked for anything has an address to send them to."""
    with capture_logs() as lines:
        arrived = reading.read(hostile(kind))
    assert len(arrived.text) <= 50_000
    assert "@" not in str(lines), "nothing of a mail is logged"


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("Yes.", "Yes."),
        ("Yes.\n\nOn Sat, 28 Nov 2026 at 10:00, Smartos wrote:\n> old\n> older\n", "Yes."),
        ("Vâng.\n\nVào Th 7, 28 thg 11, 2026 lúc 10:00 Smartos đã viết:\n\n> cũ\n", "Vâng."),
        ("Ja.\n\nAm 28.11.26 um 10:00 schrieb Smartos:\n> alt", "Ja."),
        ("Yes.\n-----Original Message-----\nFrom: x\nSecret", "Yes."),
        ("> which space?\nHub Da Nang\n> when?\nMonday", "> which space?\nHub Da Nang\n> when?\nMonday"),
        ("These are my reasons:\n> quoted", "These are my reasons:"),
        ("One\r\n\r\n\r\n\r\nTwo\x00\u202e\u2066", "One\n\nTwo"),
        ("Tie\u0302\u0301ng", "Ti\u1ebfng"),
        ("> only\n> a quotation", ""),
    ],
)
def test_what_is_quoted_and_what_is_no_text_goes(came: str, kept: str) -> None:
    assert texts.unquoted(texts.tidy(came)) == kept


def test_a_report_is_read_by_its_own_part_and_no_words(portal: Portal) -> None:
    place = answers.of_message(7)
    assert reading.read(bounce(place)).status == "5.1.1"
    assert reading.read(bounce(place, "nonsense")).status == "5.0.0"
    assert reading.read(bounce(place, action="delayed")).status == ""
    assert reading.read(bytes(answer(place, "a@b.example", "Status: 5.1.1\nAction: failed"))).status == ""
    assert reading.read(bounce("answers@example.com")).status == ""


def test_a_mail_from_several_is_from_nobody() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "mai@example.com, eve@example.net", answers.of_request("R-7F3K-Q2")
    mail.set_content("Hello.")
    assert reading.read(bytes(mail)).sender == ""


def test_an_address_needs_the_portals_own_key(portal: Portal) -> None:
    address = answers.of_request("R-7F3K-Q2")
    assert answers.opened(address) == answers.Place("r", "R-7F3K-Q2")
    assert len(address.partition("@")[0]) <= 64
    crypto.use_keys("another key", (KEY,), (KEY,))
    assert answers.opened(address) is None
    crypto.use_keys(portal.config.secret_key, portal.config.encryption_keys, portal.config.hash_keys)
