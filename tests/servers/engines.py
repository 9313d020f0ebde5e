"""Fixtures for PostgreSQL, MariaDB, Redis, S3 and SMTP.

A server starts with the first test of a process that asks for it; each test has a database, bucket or mailbox alone.
"""

import getpass
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.servers.lending import Lent

PATIENCE = 60.0  # seconds; a server on a busy machine takes its time
PORTS = range(10_240, 32_000)
numbers = count(1)


def need(name: str, reason: str) -> str:
    """Return where this program or module is. Without it the test is skipped, or fails where all must run."""
    debian = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", *debian])
    if found := shutil.which(name, path=path):
        return found
    with suppress(ModuleNotFoundError):
        if spec := importlib.util.find_spec(name):
            return str(spec.origin)
    if os.environ.get("PORTAL_TEST_REQUIRE_ALL"):
        pytest.fail(f"{name} is missing: {reason}", pytrace=False)
    pytest.skip(f"{name} is missing: {reason}")


def free_port() -> int:
    """Return a port that nothing listens at, below those that the system lends to whoever calls out.

    One of the system's own choice is lent again at once, and then the server that was to have it cannot start.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def folder_of(user: str) -> Iterator[Path]:
    """A folder that the server's user may reach; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="portal-server-") as name:
        shutil.chown(name, user)
        yield Path(name)


def run(command: list[str], folder: Path, user: str | None = None) -> None:
    done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{command!r} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}", pytrace=False)


@contextmanager
def running(
    command: list[str],
    ready: Callable[[], Any],
    folder: Path,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Run a server until the block ends; the block starts once `ready` no longer raises."""
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, user=user)
    try:
        wait_for(ready, server, log)
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(ready: Callable[[], Any], server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            ready()
            return
        except Exception:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{server.args!r} did not start:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False)
            time.sleep(0.05)


# PostgreSQL


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server, up to its database's name."""
    import psycopg

    why = "install Debian's postgresql"
    initdb, postgres = need("initdb", why), need("postgres", why)
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    with folder_of(user or getpass.getuser()) as folder:
        data = folder / "data"
        habits = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        run([initdb, f"--pgdata={data}", *habits], folder, user)
        port = free_port()
        settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [postgres, "-D", str(data), *options]
        address = f"postgresql://postgres@127.0.0.1:{port}/"
        # SIGTERM would wait for every client to leave.
        with running(command, lambda: psycopg.connect(address).close(), folder, user, stop=signal.SIGINT):
            yield address


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server for all tests of a process."""
    with postgresql_server() as address:
        yield address


@pytest.fixture(scope="session")
def empty_database(postgresql: str) -> "Lent":
    """A database without tables, lent to one test after another."""
    from tests.servers.lending import Lent

    return Lent(postgresql)


@pytest.fixture
def postgresql_url(empty_database: "Lent") -> str:
    """The address of an empty PostgreSQL database."""
    return empty_database.lend()


# MariaDB


def as_root(port: int) -> Any:
    """Open a connection; without TLS, whose context is 17 ms of work each time."""
    import pymysql

    return pymysql.connect(host="127.0.0.1", port=port, user="root", ssl_disabled=True)


@contextmanager
def mariadb_server() -> Iterator[int]:
    """The port of a MariaDB server; root needs no password."""
    why = "install Debian's mariadb-server-core and mariadb-client-core"
    install, mariadbd = need("mariadb-install-db", why), need("mariadbd", why)
    user = getpass.getuser()
    with folder_of(user) as folder:
        places = ["--no-defaults", f"--user={user}", f"--datadir={folder / 'data'}", f"--tmpdir={folder}"]
        habits = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
        run([install, *places, *habits], folder)
        port = free_port()
        options = [f"--port={port}", f"--socket={folder / 'socket'}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
        habits = ["--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4", "--lock-wait-timeout=10"]
        command = [mariadbd, *places, *options, *habits]
        with running(command, lambda: as_root(port).close(), folder):
            yield port


@pytest.fixture(scope="session")
def mariadb() -> Iterator[int]:
    """A server for all tests of a process."""
    with mariadb_server() as port:
        yield port


@pytest.fixture
def mariadb_url(mariadb: int) -> Iterator[str]:
    """The address of an empty MariaDB database."""
    name = f"test_{next(numbers)}"
    with as_root(mariadb) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"mysql://root@127.0.0.1:{mariadb}/{name}"
        cursor.execute(f"DROP DATABASE {name}")


# Redis


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a Redis server that keeps nothing on disk."""
    import redis

    program = need("redis-server", "install Debian's redis-server")
    port = free_port()
    with folder_of(getpass.getuser()) as folder, redis.Redis(port=port) as client:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with running(command, client.ping, folder):
            yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """The address of an empty Redis database."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
        yield redis_server
        client.flushall()


# S3


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's S3 server, which keeps objects in memory."""
    need("moto.server", "install the test requirements")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3_client(s3_server: str) -> Any:
    """A client of that server; making one takes longer than a test."""
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1", **keys)


@pytest.fixture
def s3_url(s3_server: str, s3_client: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket, in the form of PORTAL_ARCHIVES_URL; its keys are in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    bucket = f"test-{next(numbers)}"
    s3_client.create_bucket(Bucket=bucket)
    return f"s3://{bucket}/archives?endpoint={s3_server}"


# SMTP


@dataclass
class Mailbox:
    """What an SMTP server took: `url` is its address, `messages` what came, in order, as it came and from where."""

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # the name aiosmtpd calls
        self.messages.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        self.raw.append(envelope.content)
        self.senders.append(envelope.mail_from)
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[Mailbox]:
    """An SMTP server and what it was sent."""
    need("aiosmtpd", "install the test requirements")
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{controller.port}"
    yield mailbox
    controller.stop()
