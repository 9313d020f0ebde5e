"""The demo's own PostgreSQL and MariaDB: in a folder, on free ports of 127.0.0.1, ended by their own processes."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # seconds until a server answers
_DEBIAN = "install Debian's postgresql, mariadb-server-core and mariadb-client-core"


class Missing(Exception):
    """A program that is needed is not on this machine; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A server that runs: where it is, its process, and the signal by which it ends in order."""

    url: str
    process: subprocess.Popen[bytes]
    farewell: signal.Signals

    def end(self) -> None:
        """End it, and wait until it has written everything."""
        if self.process.poll() is None:
            self.process.send_signal(self.farewell)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(folder: Path, password: str, port: Callable[[], int]) -> Iterator[tuple[str, str]]:
    """Run both until the block ends; the addresses of a PostgreSQL and a MariaDB database. Raises Missing."""
    started: list[Server] = []
    try:
        started.append(postgresql(folder / "postgresql", password, port()))
        started.append(mariadb(folder / "mariadb", password, port()))
        yield started[0].url, started[1].url
    finally:
        for server in started:
            server.end()


def postgresql(folder: Path, password: str, port: int) -> Server:
    """Start PostgreSQL with a database `booking`; it refuses to be root, so then it is the user postgres."""
    import psycopg

    initdb, postgres = _program("initdb"), _program("postgres")
    user = "postgres" if os.geteuid() == 0 else None
    _own(folder, user)
    data = folder / "data"
    if not data.exists():
        secret = folder / "password"
        _secret(secret, password, user)
        habits = ["--username=portal", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        _run([initdb, f"--pgdata={data}", *habits], folder, user)
        secret.unlink()
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    address = f"postgresql://portal:{password}@127.0.0.1:{port}/"

    def make() -> None:
        with psycopg.connect(address + "postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'booking'").fetchall():
                connection.execute("CREATE DATABASE booking")

    process = _start([postgres, "-D", str(data), *options], folder, user)
    _wait(make, process, folder)
    return Server(address + "booking", process, signal.SIGINT)  # SIGTERM would wait for every client to leave


def mariadb(folder: Path, password: str, port: int) -> Server:
    """Start MariaDB with a database `crm`."""
    import pymysql

    install, mariadbd, user = _program("mariadb-install-db"), _program("mariadbd"), getpass.getuser()
    _own(folder, None)
    places = ["--no-defaults", f"--user={user}", f"--datadir={folder / 'data'}", f"--tmpdir={folder}"]
    if not (folder / "data").exists():
        _run([install, *places, "--auth-root-authentication-method=normal", "--skip-test-db"], folder, None)
    begin = folder / "begin.sql"
    _secret(
        begin,
        "CREATE DATABASE IF NOT EXISTS crm;\n"
        f"CREATE OR REPLACE USER portal@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        "GRANT ALL ON crm.* TO portal@'127.0.0.1';\n"
        f"ALTER USER root@localhost IDENTIFIED BY '{password}';\n"
        "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';\n",
        None,
    )
    options = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}", f"--init-file={begin}"]
    command = [mariadbd, *places, *options, "--skip-name-resolve", "--character-set-server=utf8mb4"]
    process = _start(command, folder, None)

    def greet() -> None:
        pymysql.connect(host="127.0.0.1", port=port, user="portal", password=password, database="crm").close()

    _wait(greet, process, folder)
    begin.unlink()
    return Server(f"mysql://portal:{password}@127.0.0.1:{port}/crm", process, signal.SIGTERM)


def _program(name: str) -> str:
    debian = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", *debian])
    if found := shutil.which(name, path=path):
        return found
    raise Missing(f"{name} is missing: {_DEBIAN}")


def _own(folder: Path, user: str | None) -> None:
    """Make a folder for a server's user, who has to get into it through the folders above."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user:
        shutil.chown(folder, user)
        for above in (folder.parent, folder.parent.parent):
            above.chmod(0o711)


def _secret(file: Path, text: str, user: str | None) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    if user:
        shutil.chown(file, user)


def _run(command: Sequence[str], folder: Path, user: str | None) -> None:
    done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def _start(command: Sequence[str], folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as out:
        # In a session of its own, so that Ctrl-C reaches it only when the portal has let go of it.
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, user=user, start_new_session=True
        )


def _wait(ready: Callable[[], Any], process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(Exception):  # whatever a driver says while the server is not up yet
            ready()
            return
        time.sleep(0.1)
    Server("", process, signal.SIGTERM).end()
    raise Missing(f"a server did not start; its words are in {folder / 'log'}")
