"""`portal sources check` and `portal sources draft`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from portal.cli.parsing import declare, group
from portal.config import ConfigProblem, from_environment
from portal.kernel.problems import SourceUnavailable

if TYPE_CHECKING:
    from portal.cli.parsing import Commands
    from portal.sources.base import Finding, Source


def add(commands: Commands) -> None:
    """Declare them."""
    sources = group(commands, "sources", "manifests and the live systems")
    check = declare(
        sources, "check", _check, "compare each manifest with its live system, and that with what it was last time"
    )
    check.add_argument("source", metavar="SOURCE", nargs="?", default="", help="one system by its id; all if left out")
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
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


def _check(options: argparse.Namespace) -> int:
    """Print what was found; 1 where any of it is an error or a system did not answer, so that a deployment stops."""
    from portal import migrations, start
    from portal.sources import registry

    start.open_house(from_environment(os.environ))
    if not (remembers := not migrations.pending()):
        print("What has changed since the last check is not told before `portal migrate`.", file=sys.stderr)
    known = {source.id: source for source in registry.active().connected()}
    if options.source and options.source not in known:
        raise ConfigProblem(f"no system is called {options.source}; there are: {', '.join(known)}")
    sources = [known[options.source]] if options.source else list(known.values())
    found = {source.id: _found(source, remembers) for source in sources}
    if options.json:
        told = {source: [asdict(finding) for finding in findings] for source, findings in found.items()}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for source, findings in found.items():
            print("".join(f"{source}: {finding}\n" for finding in findings) or f"{source}: in order\n", end="")
    return 1 if any(finding.level == "error" for findings in found.values() for finding in findings) else 0


def _found(source: Source, remembers: bool) -> list[Finding]:
    """Check one system, and tell once what changed in its schema if that can be remembered."""
    from portal.consents import service as consents
    from portal.sources import drift
    from portal.sources.base import Finding

    try:
        found, shape = consents.checked(source), source.shape()
    except SourceUnavailable as problem:
        return [Finding("error", "", "", str(problem.facts["detail"]))]
    if not remembers:
        return found
    found += drift.findings(source.id, shape)
    drift.remember(source.id, shape)
    return found


def _draft(options: argparse.Namespace) -> int:
    from portal.sources import registry
    from portal.sources.manifest.parse import is_id
    from portal.sources.sql import draft

    variable = options.url.removeprefix("env:") if options.url.startswith("env:") else ""
    url = registry.looked_up(variable, os.environ) if variable else options.url
    if not url:
        raise ConfigProblem(f"{variable} is not set. Set it to the URL of the database, or {variable}_FILE to a file.")
    if options.id and not is_id(options.id):
        raise ConfigProblem("--id: use up to 40 small letters, digits and hyphens.")
    try:
        print(draft.draft(registry.database(url), options.subject, options.id, variable), end="")
    except SourceUnavailable as problem:  # of no system yet, so there is no manifest that a check could compare
        raise ConfigProblem(f"the database: {problem.facts['detail']}") from problem
    return 0
