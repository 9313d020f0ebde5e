"""How a finding is made."""

from __future__ import annotations

from portal.sources.base import Finding
from portal.sources.manifest import Table


def error(table: Table, column: str, say: str) -> Finding:
    return Finding("error", table.name, column, say)


def warning(table: Table, column: str, say: str) -> Finding:
    return Finding("warning", table.name, column, say)
