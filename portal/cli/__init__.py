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
    except SourceUnavailable as problem:
        hint = "`portal sources check` says what it is and which GRANTs would help"
        return _end(f"{problem.facts['source']}: {problem.facts['detail']}; {hint}", 2)
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRAS:
            raise
        return _end(f"{missing.name} is not installed: install portal[{_EXTRAS[missing.name]}]", 2)
    except (OperationalError, InterfaceError) as error:
        return _end(f"the portal's own database (PORTAL_DATABASE_URL) cannot be used: {error}", 2)
    except (ConfigProblem, Problem, ValueError, OSError) as problem:
        return _end(str(problem), 2)
    except KeyboardInterrupt:
        return _end("interrupted", 130)


def _end(line: str, code: int) -> int:
    print(" ".join(line.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portal", description="A self-service privacy portal.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for group in (processes, systems, trying, people, importing, crew, keys, sealing, hooks, log, records, post):
        group.add(commands)
    return parser
