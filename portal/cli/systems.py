"""`portal sources check` and `portal sources draft`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from portal.cli.parsing import declare, group
from portal.config import ConfigProblem, from_environment
from portal.kernel.problems import SourceUnavailable

if TYPE_CHECKING:
    from portal.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Declare them."""
    sources = group(commands, "sources", "manifests and the live systems")
    declare(sources, "check", _check, "compare each manifest with its live system")
    draft = declare(sources, "draft", _draft, "write a first manifest from a live schema, and say what is unsure")
    draft.add_argument(
        "url",
        metavar="URL",
        help="sqlite:///… postgresql://… mysql://…, or env:NAME, which keeps its password out of the list of processes",
    )
    draft.add_argument("--subject", metavar="TABLE", default="", help="the table whose rows are the persons")
    draft.add_argument(
        "--id", default="", help="the short name of the system, made from the database's name if left out"
    )


def _check(_: argparse.Namespace) -> int:
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


def _draft(options: argparse.Namespace) -> int:
    from portal.sources import registry
    from portal.sources.manifest.parse import is_id
    from portal.sources.sql import draft

    variable = options.url.removeprefix("env:") if options.url.startswith("env:") else ""
    if variable and variable not in os.environ:
        raise ConfigProblem(f"{variable} is not set. Set it to the URL of the database.")
    if options.id and not is_id(options.id):
        raise ConfigProblem("--id: use up to 40 small letters, digits and hyphens.")
    dialect = registry.database(os.environ[variable] if variable else options.url)
    print(draft.draft(dialect, options.subject, options.id, variable), end="")
    return 0
