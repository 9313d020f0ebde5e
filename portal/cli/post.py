"""`portal dkim-key`: the key that mail is signed with, and its record; `portal intake`: one mail from a mail server."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.parsing import Trouble, declare
from portal.cli.processes import ready
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands

_LATER = 75
_PIECE = 250  # characters of one string in a TXT record; 255 is the limit (RFC 1035)


def add(commands: Commands) -> None:
    """Declare them."""
    key = declare(commands, "dkim-key", _key, "make a key that signs mail, or read one; print its record for the DNS")
    key.add_argument(
        "file", metavar="FILE", type=Path, help="the key, for PORTAL_DKIM_KEY_FILE; made if it is not there"
    )
    key.add_argument("--domain", required=True, help="as mail.dkim_domain in site.toml: the part of From behind the @")
    key.add_argument("--selector", required=True, help="as mail.dkim_selector: a name for this key, such as portal2026")
    taken = declare(commands, "intake", _intake, "take in one mail from standard input, as a mail server pipes it")
    taken.add_argument("recipient", metavar="RECIPIENT", nargs="?", default="", help="the address it came to")


def _intake(options: argparse.Namespace) -> int:
    """End with 0 whatever became of it, and with 75 where it should be delivered again later (EX_TEMPFAIL)."""
    from portal import start
    from portal.cases.service import by_mail
    from portal.notices.intake.reading import LARGEST

    try:
        settings = from_environment(os.environ)
        ready(settings)
        start.open_house(settings)
        print(by_mail.take_in(sys.stdin.buffer.read(LARGEST), options.recipient))
    except Exception as problem:  # whatever it is, the mail server keeps the mail
        print(type(problem).__name__, file=sys.stderr)
        return _LATER
    return 0


def _key(options: argparse.Namespace) -> int:
    if not options.file.exists():
        _make(options.file)
    record = f"v=DKIM1; k=rsa; p={_public(options.file)}"
    pieces = " ".join(f'"{record[begin : begin + _PIECE]}"' for begin in range(0, len(record), _PIECE))
    print(f"{options.selector}._domainkey.{options.domain}. IN TXT ( {pieces} )")
    return 0


def _make(file: Path) -> None:
    """Write a key that only its owner may read; one that is there is never written over."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = rsa.generate_private_key(65537, 2048)
    text = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(text)


def _public(file: Path) -> str:
    from base64 import b64encode

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError):
        raise Trouble(f"{file} holds no key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise Trouble(f"{file} holds no RSA key; not every mail server can check another kind")
    return b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
