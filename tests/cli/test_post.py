"""The key that mail is signed with is made once, is readable to its owner alone, and comes with its DNS record."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import dkim
import pytest

import portal
from portal import config
from portal.cli import main
from portal.notices import wire

MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\nHello.\r\n"


def test_a_key_and_its_record_belong_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["dkim-key", str(tmp_path / "dkim.pem"), "--domain", "example.com", "--selector", "portal2026"]
    assert main(asked) == 0
    first = capsys.readouterr().out
    assert main(asked) == 0
    assert capsys.readouterr().out == first, "a key that is there is never written over"
    key = tmp_path / "dkim.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert first.startswith("portal2026._domainkey.example.com. IN TXT ( ")
    pieces = re.findall(r'"([^"]*)"', first)
    assert all(len(piece) <= 255 for piece in pieces)
    record = "".join(pieces).encode()
    signed = wire.sign(MAIL, key.read_text(), "example.com", "portal2026")
    assert dkim.verify(signed, dnsfunc=lambda name, **_: record)
    assert base64.b64decode(record.partition(b"p=")[2])
    assert main(["dkim-key", str(tmp_path / "other.pem"), *asked[2:]]) == 0
    other = "".join(re.findall(r'"([^"]*)"', capsys.readouterr().out)).encode()
    assert not dkim.verify(signed, dnsfunc=lambda name, **_: other)


def test_what_is_no_key_is_refused_with_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.pem").write_text("no key")
    assert main(["dkim-key", str(tmp_path / "no.pem"), "--domain", "example.com", "--selector", "x"]) == 2
    assert "holds no key" in capsys.readouterr().err
    with pytest.raises(ValueError, match="PORTAL_DKIM_KEY"):
        wire.sign(MAIL, "no key", "example.com", "x")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('dkim_domain = "example.com"', "dkim_selector"),
        ('answers = "a-name-that-is-too-long@example.com"', "at most 16"),
        ('quiet_hours = ["22:00"]', "two times"),
        ('quiet_hours = ["late", "early"]', "two times"),
    ],
)
def test_a_setting_of_mail_that_cannot_be_stops_the_start(tmp_path: Path, line: str, said: str) -> None:
    demo = Path(portal.__file__).parent / "demo" / "site.toml"
    text = re.sub(r"(?m)^\[mail\]\n(.+\n)*", f"[mail]\n{line}\n", demo.read_text())
    (tmp_path / "site.toml").write_text(text)
    with pytest.raises(config.ConfigProblem, match=said):
        config.read_site(tmp_path / "site.toml", "http://localhost")
