"""`portal serve`, `worker`, `demo` and `migrate`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.parsing import declare, whole
from portal.config import Config, ConfigProblem, from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Declare them."""
    serve = declare(commands, "serve", _serve, "answer the web")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=whole(1, 65535), default=8000)
    serve.add_argument("--app", default="portal.app:application", help=argparse.SUPPRESS)
    serve.add_argument("--processes", type=whole(1, 256), default=1)
    serve.add_argument(
        "--threads", type=whole(1, 256), default=2, help="threads a process; more than a few make pages slower"
    )
    worker = declare(commands, "worker", _worker, "carry out what was asked for")
    worker.add_argument(
        "--threads", type=whole(1, 256), default=4, help="so that a long download keeps no mail waiting"
    )
    worker.add_argument("--drain", action="store_true", help="do what is due and end")
    demo = declare(commands, "demo", _demo, "start the demo world with a portal on it")
    demo.add_argument("--port", type=whole(1, 65535), default=int(os.environ.get("PORT", "8000")))
    demo.add_argument("--state", type=Path, default=Path("var"))
    demo.add_argument(
        "--servers", action="store_true", help="the Booking App on PostgreSQL and the CRM on MariaDB, started here"
    )
    declare(commands, "migrate", _migrate, "bring the tables up to date; two at once take turns")


def _serve(options: argparse.Namespace) -> int:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    settings = from_environment(os.environ)
    ready(settings)
    Server(
        options.app,
        factory=True,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.processes,
        blocking_threads=options.threads,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def ready(settings: Config) -> None:
    """Refuse to serve over tables that are not up to date."""
    from portal import migrations
    from portal.kernel import db

    db.connect(settings.database_url)
    if waiting := migrations.pending():
        raise ConfigProblem(f"the tables are not up to date ({', '.join(waiting)}): run `portal migrate` first")
    db.database.close()


def _worker(options: argparse.Namespace) -> int:
    from portal import worker

    settings = from_environment(os.environ)
    ready(settings)
    if options.drain:
        worker.drain(settings)
    else:
        worker.run(settings, options.threads)
    return 0


def _demo(options: argparse.Namespace) -> int:
    from portal.demo import stage

    return stage.run(options.state, options.port, options.servers)


def _migrate(_: argparse.Namespace) -> int:
    from portal import migrations, start
    from portal.policies import service as policies

    settings = from_environment(os.environ)
    start.open_house(settings)
    for name in migrations.up():
        print("applied", name)
    policies.publish_from(settings.site.policies)
    return 0
