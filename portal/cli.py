"""The command line: each command a function, each import where it is used, so that `portal serve` starts quickly."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from portal.config import Config, ConfigProblem, from_environment
from portal.kernel.problems import Problem, SourceUnavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a setting that is missing or wrong ends it with one line."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (ConfigProblem, Problem, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portal", description="A self-service privacy portal.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, command: Callable[[argparse.Namespace], int], help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_)
        sub.set_defaults(command=command)
        return sub

    serve = add("serve", _serve, "answer the web")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--app", default="portal.app:application", help=argparse.SUPPRESS)
    serve.add_argument("--processes", type=int, default=1)
    serve.add_argument("--threads", type=int, default=2, help="threads a process; more than a few make pages slower")
    worker = add("worker", _worker, "carry out what was asked for")
    worker.add_argument("--threads", type=int, default=4, help="so that a long download keeps no mail waiting")
    worker.add_argument("--drain", action="store_true", help="do what is due and end")
    demo = add("demo", _demo, "start the demo world with a portal on it")
    demo.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    demo.add_argument("--state", type=Path, default=Path("var"))
    add("migrate", _migrate, "bring the tables up to date; two at once take turns")
    sources = add("sources", _sources, "compare manifests with the live systems")
    sources.add_argument("action", choices=["check"])
    audit = add("audit", _audit, "check that the log was not changed")
    audit.add_argument("action", choices=["verify"])
    erasures = add("erasures", _erasures, "erase again who came back with a restored backup")
    erasures.add_argument("action", choices=["replay"])
    return parser


def _serve(options: argparse.Namespace) -> int:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    settings = from_environment(os.environ)
    _ready(settings)
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


def _ready(settings: Config) -> None:
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
    _ready(settings)
    if options.drain:
        worker.drain(settings)
    else:
        worker.run(settings, options.threads)
    return 0


def _demo(options: argparse.Namespace) -> int:
    from portal.demo import stage

    return stage.run(options.state, options.port)


def _migrate(_: argparse.Namespace) -> int:
    from portal import migrations, start
    from portal.policies import service as policies

    settings = from_environment(os.environ)
    start.open_house(settings)
    for name in migrations.up():
        print("applied", name)
    policies.publish_from(settings.site.policies)
    return 0


def _sources(_: argparse.Namespace) -> int:
    from portal import start
    from portal.sources import registry

    start.open_house(from_environment(os.environ))
    errors = 0
    for source in registry.active().connected():
        try:
            found = source.check()
        except SourceUnavailable as problem:
            print(f"{source.id}: error: {problem.facts['detail']}")
            errors += 1
            continue
        for finding in found:
            print(f"{source.id}: {finding}")
            errors += finding.level == "error"
    return 1 if errors else 0


def _audit(_: argparse.Namespace) -> int:
    from portal import start
    from portal.kernel import audit

    start.open_house(from_environment(os.environ))
    if (broken := audit.verify()) is not None:
        print(f"event {broken} does not follow from the one before it: the log was changed")
        return 1
    print("the log is whole")
    return 0


def _erasures(_: argparse.Namespace) -> int:
    from portal import start
    from portal.deletion import service as deletion

    start.open_house(from_environment(os.environ))
    replayed = deletion.replay()
    print(replayed)
    return 1 if replayed.silent or replayed.doubtful else 0
