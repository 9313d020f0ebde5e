"""What the portal itself stores of account and official numbers lies encrypted, wherever it lies."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from portal.accounts.keeping import of_people
from portal.accounts.models import Session
from portal.cases.models import Case, CaseMessage
from portal.cases.service import evidence
from portal.details import service
from portal.details.models import Correction, CorrectionPart
from portal.kernel import clock
from portal.kernel.db import run, tables
from tests.cases.pictures import png
from tests.people import Member

BANK, TAX = "Vietcombank 999988887777", "0312345678"
SECRETS = ("999988887777", TAX, "mai.quiet@example.com")


def stored() -> str:
    """Return all that the tables hold, as text in which bytes are read letter by letter."""
    said = []
    for table in tables():
        for row in run(f'SELECT * FROM "{table._meta.table_name}"').fetchall():
            said += [
                bytes(part).decode("latin-1") if isinstance(part, bytes | memoryview) else str(part) for part in row
            ]
    return "\n".join(said)


def ask(mai: Member, detail: str, value: str) -> None:
    data = {"value": value, "why": f"It is {value}.", "files": (BytesIO(png()), "letter.png")}
    mai.browser.post(f"/details/{detail}/review", data=data)


def test_numbers_lie_in_no_table_file_or_log_as_they_are_read(
    mai: Member, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ask(mai, "bank_account", BANK)
    ask(mai, "tax_id", TAX)
    mai.browser.post("/details/email/new", data={"value": "mai.quiet@example.com"})
    Session.update(fresh_until=clock.now()).where(Session.account == mai.account).execute()
    mai.browser.post("/details/bank_account/review", data={"value": BANK, "why": "Kept."})
    assert BANK in dict(of_people.load(mai.account, *kept(mai))).values(), "what was typed is kept for its person"
    mai.portal.drain()
    assert {row.new for row in Correction.select()} == {BANK, TAX}
    assert CorrectionPart.select().count() >= 4
    assert BANK in {message.body.removeprefix("It is ").removesuffix(".") for message in CaseMessage.select()}
    everything = stored()
    assert not [secret for secret in SECRETS if secret in everything]
    own = [path for name in ("own", "archives") for path in (tmp_path / name).rglob("*") if path.is_file()]
    own += list(tmp_path.glob("portal.db*")) + list(tmp_path.glob("queue.db*"))
    for path in own:
        content = path.read_bytes()
        assert not [secret for secret in SECRETS if secret.encode() in content], path
    said = capfd.readouterr()
    assert not [secret for secret in SECRETS if secret in said.out + said.err]
    files = [file for case in Case.select() for file in evidence.of(case)]
    assert len(files) == 2


def kept(mai: Member) -> tuple[str, int]:
    path, _, number = of_people.latest(mai.account).partition("?kept=")
    return path, int(number)


def test_what_stood_there_before_is_stored_encrypted_too(mai: Member) -> None:
    before = service.one(mai.subject, "bank_account").values
    ask(mai, "bank_account", BANK)
    assert {part.old for part in CorrectionPart.select() if part.old} == set(before)
    everything = stored()
    assert not [value for value in before if value in everything]
