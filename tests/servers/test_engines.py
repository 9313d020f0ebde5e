"""Each server of tests/servers/engines.py answers a real question."""

import smtplib
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import boto3
import psycopg
import pymysql
import pytest
import redis

from tests.servers.engines import Mailbox, need

pytestmark = pytest.mark.servers


def test_postgresql_keeps_text_in_every_script(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as database:
        database.execute("CREATE TABLE person (name text)")
        database.execute("INSERT INTO person VALUES (%s)", ["Nguyễn Thị Ánh"])
        assert database.execute("SELECT name FROM person").fetchone() == ("Nguyễn Thị Ánh",)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database(postgresql_url: str, mariadb_url: str, turn: int) -> None:
    with psycopg.connect(postgresql_url) as database:
        database.execute("CREATE TABLE mine (id int)")
    with mysql(mariadb_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")


def test_mariadb_keeps_text_in_every_script(mariadb_url: str) -> None:
    with mysql(mariadb_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE person (name varchar(80))")
        cursor.execute("INSERT INTO person VALUES (%s)", ["Trần Đức 🙂"])
        cursor.execute("SELECT name FROM person")
        assert cursor.fetchone() == ("Trần Đức 🙂",)


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.incr("count") == 1


def test_s3_gives_back_a_range(s3_url: str) -> None:
    address = urlsplit(s3_url)
    [endpoint] = parse_qs(address.query)["endpoint"]
    client = boto3.client("s3", endpoint_url=endpoint)
    client.put_object(Bucket=address.netloc, Key="archives/a", Body=b"0123456789")
    part = client.get_object(Bucket=address.netloc, Key="archives/a", Range="bytes=2-4")
    assert part["Body"].read() == b"234"


def test_smtp_shows_what_was_sent(smtp: Mailbox) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Xin chào", "a@example.com", "b@example.com"
    message.set_content("Mã của bạn")
    address = urlsplit(smtp.url)
    with smtplib.SMTP(str(address.hostname), address.port or 0, timeout=10) as client:
        client.send_message(message)
    assert smtp.messages[0]["Subject"] == "Xin chào"
    assert smtp.messages[0].get_content().strip() == "Mã của bạn"


def test_a_missing_server_is_a_skip_or_where_all_must_run_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_TEST_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is missing: install it"):
        need("no-such-server", "install it")
    monkeypatch.setenv("PORTAL_TEST_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is missing: install it"):
        need("no-such-server", "install it")


def mysql(url: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    address = urlsplit(url)
    return pymysql.connect(
        host=str(address.hostname), port=address.port or 0, user="root", database=address.path[1:], charset="utf8mb4"
    )
