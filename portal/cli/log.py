"""`portal audit verify` and `portal audit head`."""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.parsing import Trouble, declare, group
from portal.config import from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands
    from portal.kernel.audit import Report


def add(commands: Commands) -> None:
    """Declare them."""
    audit = group(commands, "audit", "check that the log was not changed")
    verify = declare(audit, "verify", _verify, "look for events that were changed, taken out or put in")
    verify.add_argument("--head", type=Path, metavar="FILE", help="an exported head that must lie on the chain")
    declare(audit, "head", _head, "print the end of the chain as one JSON line, to be kept elsewhere")


def _verify(options: argparse.Namespace) -> int:
    from portal.kernel import audit

    _open()
    exported = audit.Head.read(options.head.read_text(encoding="utf-8")) if options.head else None
    report = audit.verify(exported)
    for finding in report.findings:
        print(finding)
    if report.found > len(report.findings):
        print(f"and {report.found - len(report.findings):,} more")
    _print_figures(report)
    print("the log is whole" if report.is_whole else "the log was changed")
    return 0 if report.is_whole else 1


def _print_figures(report: Report) -> None:
    from portal.kernel import clock

    print(f"sealed: {_counted(report.rows, 'event')} under {_counted(report.seals, 'seal')}")
    if report.head:
        print(f"head: {report.head.head} (seal {report.head.number}, {report.head.at})")
    if report.waiting:
        age = f", the oldest for {_age(clock.now() - report.oldest)}" if report.oldest else ""
        print(f"not yet sealed: {_counted(report.waiting, 'event')}{age}")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + "s" * (number != 1)


def _age(span: timedelta) -> str:
    return str(max(span, timedelta())).partition(".")[0]


def _head(_: argparse.Namespace) -> int:
    from portal.kernel import audit

    _open()
    if (head := audit.head()) is None:
        raise Trouble("nothing is sealed yet: a worker seals once a minute")
    print(head.line())
    return 0


def _open() -> None:
    from portal import start

    start.open_house(from_environment(os.environ))
