"""The command line: a module a group of commands, each import where it is used, so that `portal serve` starts quickly.

A command ends with 0, with 1 when it found what it looks for or could not do all of it, with 2 when it cannot begin,
with 130 when it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from peewee import InterfaceError, OperationalError

from portal.cli import crew, hooks, importing, keys, log, people, post, processes, records, sealing, systems, trying
from portal.cli.parsing import Trouble
from portal.config import ConfigProblem
from portal.kernel.problems import Problem, SourceUnavailable

_EXTRAS = {"psycopg": "postgres", "pymysql": "mysql", "redis": "redis", "obstore": "s3", "dkim": "dkim"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a setting that is missing or wrong ends it with one line."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except Trouble as trouble:
        return _end(str(trouble), 1)
    except KeyboardInterrupt:
        return _end("interrupted", 130)
    except Exception as error:
        if not (line := _refusal(error)):
            raise
        return _end(line, 2)


def _refusal(error: Exception) -> str:
    """Return what an operator is told of a command that cannot begin; "" for what nobody foresaw."""
    match error:
        case SourceUnavailable(facts=facts):
            hint = "`portal sources check` says what it is and which GRANTs would help"
            return f"{facts['source']}: {facts['detail']}; {hint}"
        case Problem(status=422):
            return f"{error} {error.then % error.facts}"
        case ModuleNotFoundError(name=str(name)) if name in _EXTRAS:
            return f"{name} is not installed: install portal[{_EXTRAS[name]}]"
        case OperationalError() | InterfaceError():
            return f"the portal's own database (PORTAL_DATABASE_URL) cannot be used: {error}"
        case OSError(filename=str(name)):
            return f"{name}: {error.strerror}"
        case ConfigProblem() | Problem() | ValueError() | OSError():
            return str(error)
    return ""


def _end(line: str, code: int) -> int:
    print(" ".join(line.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portal", description="A self-service privacy portal.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for group in (processes, systems, trying, people, importing, crew, keys, sealing, hooks, log, records, post):
        group.add(commands)
    return parser
