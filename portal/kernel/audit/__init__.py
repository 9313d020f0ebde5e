"""Who did what and when: append-only, sealed into a chain in batches, with no personal value in it (RULES S2).

Whoever records appends a plain row and waits for nobody. One sealer at a time (`seals`) gives committed rows a place
in the chain; `checks` finds what was changed since. `digests` says what is hashed, so that it can be done elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from portal.kernel import clock
from portal.kernel.audit.checks import check, last_check, verify
from portal.kernel.audit.findings import Finding, Report
from portal.kernel.audit.reading import Wanted, of_subject, recent
from portal.kernel.audit.seals import Head, head, seal
from portal.kernel.audit.tables import AuditCheck, AuditEvent, AuditSeal
from portal.kernel.db import for_rows, run, written

__all__ = ["AuditCheck", "AuditEvent", "AuditSeal", "Finding", "Head", "Report", "Wanted"]
__all__ += ["check", "head", "last_check", "of_subject", "recent", "seal", "verify"]

_declared: dict[str, frozenset[str]] = {}
# Written out, because every choice is waited for.
_APPEND = "INSERT INTO audit_events (at, name, subject, actor, keys) VALUES "
_ONE = "(?, ?, ?, ?, ?)"


def declare(name: str, *keys: str) -> None:
    """Declare an event and the exact keys that it carries."""
    _declared[name] = frozenset(keys)


def declared() -> dict[str, frozenset[str]]:
    """Return every declared event with its keys."""
    return dict(_declared)


def record(event: str, *, subject: int | None = None, actor: str = "person", **keys: Any) -> None:
    """Append a declared event in the present transaction; KeyError and ValueError name what was not declared."""
    record_each(event, [keys], subject=subject, actor=actor)


def record_each(event: str, each: Sequence[dict[str, Any]], *, subject: int | None = None, actor: str) -> None:
    """Append a declared event once for each of these keys, in one statement."""
    _append(event, [(subject, keys) for keys in each], actor)


def record_of(event: str, subjects: Sequence[int], *, actor: str, **keys: Any) -> None:
    """Append a declared event, with the same keys, once for each of these people, in one statement."""
    if subjects:
        _append(event, [(subject, keys) for subject in subjects], actor)


def _append(event: str, rows: Sequence[tuple[int | None, dict[str, Any]]], actor: str) -> None:
    at, values = written(clock.now()), list[Any]()
    for subject, keys in rows:
        if keys.keys() != _declared[event]:
            raise ValueError(f"{event} carries {sorted(_declared[event])}, not {sorted(keys)}")
        values += [at, event, subject, actor, json.dumps(keys)]
    run(for_rows(_APPEND, _ONE, len(rows)), *values)
