"""Mails as they come in: answers of people and machines, and reports of mail servers."""

from __future__ import annotations

from email.message import EmailMessage

BOUNCE = """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{number}@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your mail to mai.nguyen@example.com.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sat, 28 Nov 2026 09:30:00 +0000

Final-Recipient: rfc822; mai.nguyen@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Subject: anything

--b--
"""


def bounce(to: str, status: str = "5.1.1", action: str = "failed", number: str = "1") -> bytes:
    """Return a report that a message did not arrive (RFC 3464)."""
    return BOUNCE.format(to=to, status=status, action=action, number=number).replace("\n", "\r\n").encode()


def answer(to: str, sender: str, text: str, number: str = "1", **headers: str) -> EmailMessage:
    """Return an answer as a mail program writes it; headers with _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Mai <{sender}>", to, "Re: There is news on your request"
    mail["Message-ID"] = f"<{number}@phone.example.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail
