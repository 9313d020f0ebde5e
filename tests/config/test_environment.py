"""What the environment may hold, and how an operator is told of what it may not."""

from pathlib import Path

import pytest

import portal
from portal.config import Config, ConfigProblem, from_environment

DEMO = Path(portal.__file__).parent / "demo"
KEY = "A" * 43 + "="


def good(folder: Path) -> dict[str, str]:
    return {
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{folder}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{folder}/archives",
        "PORTAL_SECRET_KEY": "a secret of the tests",
        "PORTAL_ENCRYPTION_KEYS": KEY,
        "PORTAL_HASH_KEYS": KEY,
        "PORTAL_MAIL_URL": "smtp://mail.example.com:587",
        "PORTAL_BASE_URL": "https://privacy.example.com/",
        "PORTAL_SOURCES": str(DEMO / "sources"),
        "PORTAL_SITE": str(DEMO / "site.toml"),
    }


def read(folder: Path, **changes: str) -> Config:
    return from_environment(good(folder) | changes)


def test_a_start_needs_no_more_than_this(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert (config.base_url, config.lease_seconds, config.trusted_proxies) == ("https://privacy.example.com", 60, 0)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORTAL_BASE_URL", "privacy.example.com", "without a path: https://privacy.example.com"),
        ("PORTAL_BASE_URL", "https://example.com/privacy", "without a path"),
        ("PORTAL_BASE_URL", "ftp://example.com", "without a path"),
        ("PORTAL_SECRET_KEY", "short", "too short to be a secret; `portal keys new`"),
        ("PORTAL_ENCRYPTION_KEYS", ",", "names no key; `portal keys new`"),
        ("PORTAL_MAIL_URL", "mail.example.com", "has to begin with one of smtp://, smtps://, file://"),
        ("PORTAL_MAIL_URL", "smtp://", "smtp:// needs a host behind it"),
        ("PORTAL_ARCHIVES_URL", "/var/archives", "has to begin with one of file://, s3://"),
        ("PORTAL_SMS_URL", "http://sms.example.com", "http:// only goes to 127.0.0.1"),
        ("PORTAL_TRUSTED_PROXIES", "yes", "PORTAL_TRUSTED_PROXIES is 'yes'; write a number, 0 at the least"),
        ("PORTAL_TRUSTED_PROXIES", "-1", "write a number, 0 at the least"),
        ("PORTAL_LEASE_SECONDS", "inf", "PORTAL_LEASE_SECONDS is 'inf'; write a number"),
        ("PORTAL_DATABASE_URL", "sqlite:////nowhere/portal.db", "there is no folder /nowhere. Make it"),
        ("PORTAL_QUEUE_URL", "sqlite:////nowhere/queue.db", "there is no folder /nowhere. Make it"),
        ("PORTAL_SOURCES", "/nowhere", "PORTAL_SOURCES: there is no folder /nowhere"),
        ("PORTAL_SITE", "/nowhere", "PORTAL_SITE: there is no file /nowhere"),
        ("PORTAL_WEBHOOK_NETWORKS", "10.0.0.1/8", "has host bits set; write networks as 10.1.0.0/16"),
        ("PORTAL_PUSH_KEY_FILE", "/nowhere", "PORTAL_PUSH_KEY_FILE: /nowhere cannot be read"),
    ],
)
def test_what_cannot_be_is_named_with_what_to_write(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigProblem) as refused:
        read(tmp_path, **{name: value})
    assert str(refused.value).startswith(name.removesuffix("_FILE"))
    assert said in str(refused.value)


def test_a_file_of_a_secret_that_is_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    with pytest.raises(ConfigProblem, match=r"PORTAL_SECRET_KEY_FILE: .*/key is empty"):
        read(tmp_path, PORTAL_SECRET_KEY="", PORTAL_SECRET_KEY_FILE=str(tmp_path / "key"))


def test_the_folder_of_the_tables_is_made_where_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    read(tmp_path, PORTAL_DATABASE_URL="")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
