"""A command that cannot begin says in one line what to write."""

from pathlib import Path

import pytest

from portal.cli import main


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["serve", "--port", "99999"], "argument --port: write a whole number from 1 to 65535"),
        (["serve", "--port", "http"], "write a whole number from 1 to 65535"),
        (["worker", "--threads", "0"], "argument --threads: write a whole number from 1 to 256"),
    ],
)
def test_a_number_out_of_bounds_is_refused_with_its_bounds(
    command: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["dkim-key", f"{tmp_path}/no/dkim.pem", "--domain", "example.com", "--selector", "x"]
    assert main(asked) == 2
    assert capsys.readouterr().err == f"{tmp_path}/no/dkim.pem: No such file or directory\n"


def test_a_setting_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PORTAL_BASE_URL", raising=False)
    assert main(["migrate"]) == 2
    assert capsys.readouterr().err == (
        "PORTAL_BASE_URL is not set. Set it, or PORTAL_BASE_URL_FILE to a file that holds it.\n"
    )
