"""`portal demo`: the demo systems, the portal and a worker as processes of one terminal."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from portal.demo import moving, servers, world
from portal.demo.crew import CREW
from portal.demo.world import World
from portal.notices import keys

HERE = Path(__file__).parent
PATIENCE = 20.0  # seconds for everything to answer


def settings(folder: Path, port: int, whitelabel_port: int) -> dict[str, str]:
    """Return the environment of a demo in a folder; its keys are made once and kept there, readable by the owner."""
    state = folder.resolve()
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    systems = state / "demo"
    return {
        **_keys(state / "keys"),
        "BOOKING_KEY": f"pak_{_key(state / 'keys' / 'booking_key')}",
        "BOOKING_WEBHOOK_SECRET": f"whsec_{_plain(_key(state / 'keys' / 'booking_webhook_secret'))}",
        "PORTAL_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "PORTAL_DATABASE_URL": f"sqlite:///{state}/portal.db",
        "PORTAL_QUEUE_URL": f"sqlite:///{state}/queue.db",
        "PORTAL_ARCHIVES_URL": f"file://{state}/archives",
        "PORTAL_MAIL_URL": f"file://{state}/mailbox",
        "PORTAL_SMS_URL": f"file://{state}/mailbox",
        "PORTAL_BASE_URL": f"http://localhost:{port}",
        "PORTAL_SOURCES": str(HERE / "sources"),
        "PORTAL_SITE": str(HERE / "site.toml"),
        "PORTAL_DEMO": str(state / "mailbox"),
        "PORTAL_INTAKE": str(state / "answers"),
        "BOOKING_URL": f"sqlite:///{systems}/booking.db",
        "CRM_URL": f"sqlite:///{systems}/crm.db",
        "WHITELABEL_URL": f"http://127.0.0.1:{whitelabel_port}",
    }


def _keys(folder: Path) -> dict[str, str]:
    folder.mkdir(exist_ok=True, mode=0o700)
    names = (
        "PORTAL_SECRET_KEY",
        "PORTAL_ENCRYPTION_KEYS",
        "PORTAL_HASH_KEYS",
        "PORTAL_PUSH_KEY",
        "WHITELABEL_SECRET",
    )
    signing = folder / "dkim.pem"
    if not signing.exists():
        keys.make(signing)
    return {**{name: _key(folder / name.lower()) for name in names}, "PORTAL_DKIM_KEY_FILE": str(signing)}


def _key(file: Path) -> str:
    if not file.exists():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as made:
            made.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return file.read_text()


def _plain(key: str) -> str:
    """Return a key in plain base64, as webhooks have it."""
    return key.replace("-", "+").replace("_", "/")


def run(folder: Path, port: int, on_servers: bool = False) -> int:
    """Start everything, say where it is, and end it all at Ctrl-C or when one part ends.

    `on_servers`: the Booking App is on a PostgreSQL and the CRM on a MariaDB of the demo's own. Where something else
    answers at the port nothing is started: two servers would share it, each request at random.
    """
    if _is_taken(port):
        print(
            f"Something else answers at port {port}. End it, or choose another: make run PORT={port + 1}",
            file=sys.stderr,
        )
        return 1
    signal.signal(signal.SIGTERM, _as_interrupt)
    environ = {**os.environ, **settings(folder, port, _free_port())}
    built = world.build(folder / "demo")
    try:
        with _databases(folder.resolve(), built) if on_servers else nullcontext(dict[str, str]()) as moved:
            return _run(port, built, {**environ, **moved})
    except servers.Missing as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


@contextmanager
def _databases(state: Path, built: World) -> Iterator[dict[str, str]]:
    """Run the servers of the demo and move two systems there; their addresses, as the environment names them."""
    password = _key(state / "keys" / "servers").rstrip("=")
    with servers.running(state / "servers", password, _free_port) as (booking, crm):
        for system, url in (("booking", booking), ("crm", crm)):
            moving.move(built.database(system), world.HERE / f"{system}.sql", url, world.VERSION)
        yield {"BOOKING_URL": booking, "CRM_URL": crm}


def _run(port: int, built: World, environ: dict[str, str]) -> int:
    url = environ["PORTAL_BASE_URL"]
    portal = [sys.executable, "-m", "portal"]
    subprocess.run([*portal, "migrate"], env=environ, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "portal.demo.crew"], env=environ, check=True)
    subprocess.run([sys.executable, "-m", "portal.demo.coming"], env=environ, check=True)
    left_out = ["import", "suppressions", str(HERE / "recorded" / "left-out.csv"), "--source", "old newsletter tool"]
    subprocess.run([*portal, *left_out], env=environ, check=True, stdout=subprocess.DEVNULL)
    booking_port = _free_port()
    listens = ["webhooks", "add", "Booking App", f"http://127.0.0.1:{booking_port}/webhooks", "--system", "booking"]
    subprocess.run([*portal, *listens, "--secret", "env:BOOKING_WEBHOOK_SECRET"], env=environ, check=True)
    booking = ["portal.demo.booking_app", "--port", str(booking_port), "--mailbox", environ["PORTAL_DEMO"]]
    booking += ["--heard", str(built.database("booking").with_name("booking-heard.db"))]
    service = ["portal.demo.whitelabel", "--port", environ["WHITELABEL_URL"].rsplit(":", 1)[1]]
    commands = (
        [sys.executable, "-m", *service, "--database", str(built.database("whitelabel"))],
        [sys.executable, "-m", *booking, "--database", environ["BOOKING_URL"], "--portal", url],
        [*portal, "worker"],
        [*portal, "serve", "--port", str(port), "--app", "portal.demo.views:create_app"],
    )
    processes = [subprocess.Popen(command, env=environ, start_new_session=True) for command in commands]
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", processes)
        _announce(built, port, booking_port)
        while all(process.poll() is None for process in processes):
            time.sleep(0.3)
        return 1
    finally:
        _end(processes)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _is_taken(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and all(process.poll() is None for process in processes):
        try:
            with urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise SystemExit("the portal did not start; what it said stands above")


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(processes):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _announce(built: World, port: int, booking_port: int) -> None:
    print(f"\nThe portal is at  http://localhost:{port}")
    print(f"Every mail is at  http://localhost:{port}/demo/mailbox\n")
    print("People to try it with; each signs in with a code that appears in the mailbox:\n")
    for role in built.cast.values():
        print(f"  {role.email or 'cannot sign in yet':<34} {role.special}")
    print(f"\nMembers of the staff sign in at  http://localhost:{port}/staff/")
    print(f"with a code from the mailbox and one from  http://localhost:{port}/demo/staff\n")
    for member in CREW:
        print(f"  {member.email:<34} {member.role}; secret for an authenticator app: {member.secret}")
    print(f"\nThe portal inside an app, as on a phone:  http://localhost:{port}/demo/app")
    print(f"\nThe Booking App's back end is at  http://127.0.0.1:{booking_port}  (docs/api.md shows what to send it)")
    print("\nCtrl-C ends it all.", flush=True)
