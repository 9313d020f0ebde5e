"""Versions that come from files, as they are with a new portal and where an operator keeps texts beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from portal import config
from portal.config import ConfigProblem
from portal.consents import service as consents
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.work import wake_table
from portal.policies.models import DRAFT, SCHEDULED, PolicyText, PolicyVersion, texts_of
from portal.policies.service import answering, markup, states
from portal.policies.service.reading import DOCUMENTS

VERSIONS = "versions.toml"  # beside the texts: which versions there are, and the day on which each takes effect


class _Wrong(Exception):
    """What `versions.toml` says cannot be; the message says what to write."""


class _Read(NamedTuple):
    """A version as its files say it; `texts` are summary and text by language."""

    document: str
    number: str
    effective_from: date
    minor: bool
    changes: str
    texts: dict[str, tuple[str, str]]


def publish_from(folder: Path, days: Mapping[tuple[str, str], date] | None = None) -> int:
    """Publish what `versions.toml` names, and return how many texts were new.

    Each text lies in <document>/<version>.<language>.html, its plain summary in <version>.<language>.summary.html. What
    has begun already asks nobody, for it was in force before this portal knew it; people are told of what is still to
    come, and asked to accept it unless it is `minor`. `days` replaces the days of some versions. Harmless when
    repeated, and when two processes do it at once. Raises ConfigProblem with one line for the operator, and publishes
    nothing, when a text is missing or is not what was published under its version (RULES C8).
    """
    with atomic():
        return sum([_publish(version) for version in _read(folder, days or {})])


def _read(folder: Path, days: Mapping[tuple[str, str], date]) -> list[_Read]:
    try:
        listed = tomllib.loads((folder / VERSIONS).read_text(encoding="utf-8"))
        read = [
            _version(folder, document, number, {**_facts(document, number, facts), **_moved(days, document, number)})
            for document, numbers in listed.items()
            for number, facts in numbers.items()
        ]
    except FileNotFoundError as error:
        raise ConfigProblem(f"{error.filename} is missing; docs/site.md, Policies, shows a first version") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, _Wrong) as error:
        raise ConfigProblem(f"{folder / VERSIONS}: {error}") from error
    return sorted(read, key=lambda one: (one.document, one.effective_from))


def _facts(document: str, number: str, facts: Any) -> Mapping[str, Any]:
    """Return what the file says of a version; raises _Wrong with what to write instead."""
    if document not in DOCUMENTS:
        raise _Wrong(f"{document} is no document; there are {', '.join(DOCUMENTS)}")
    if not isinstance(facts, Mapping):
        raise _Wrong(f"write a section for each version, as [{document}.1]")
    for name in sorted({*facts, "effective_from"}):
        fits, write = _KEYS.get(name, (_never, f"leave it out; there are {', '.join(_KEYS)}"))
        if not fits(facts.get(name)):
            raise _Wrong(f"{document}.{number}: {name} is {facts.get(name)!r}; {write}")
    return facts


def _moved(days: Mapping[tuple[str, str], date], document: str, number: str) -> dict[str, date]:
    return {"effective_from": days[document, number]} if (document, number) in days else {}


def _never(_: Any) -> bool:
    return False


def _are_purposes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and consents.covered(name) for name in value)


_KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "effective_from": (lambda value: type(value) is date, "write its first day without quotes, as 2026-11-28"),
    "minor": (lambda value: type(value) is bool, "write true or false"),
    "changes": (_are_purposes, 'write purposes of site.toml, as ["sharing", "location.level"]'),
}


def _version(folder: Path, document: str, number: str, facts: Mapping[str, Any]) -> _Read:
    texts = {
        language: tuple(
            markup.kept((folder / document / f"{number}.{language}{part}.html").read_text(encoding="utf-8"))
            for part in (".summary", "")
        )
        for language in config.site().languages
    }
    if empty := [language for language, parts in texts.items() if not all(parts)]:
        raise ConfigProblem(f"{folder / document}: version {number} has an empty text or summary in {empty[0]}")
    changes = " ".join(facts.get("changes", ()))
    return _Read(document, number, facts["effective_from"], facts.get("minor", False), changes, texts)  # type: ignore[arg-type]


def _publish(wanted: _Read) -> int:
    named = (PolicyVersion.document == wanted.document) & (PolicyVersion.version == wanted.number)
    if _insert(wanted) and wanted.effective_from <= clock.today():
        states.settle(wanted.document, clock.today(), "files")
    version = PolicyVersion.get(named)
    if version.state == DRAFT:
        raise ConfigProblem(f"policies: the staff's draft of {wanted.document} has number {wanted.number} already")
    new = [_insert_text(wanted, language) for language in wanted.texts]
    _compare(wanted, version)
    return sum(new)


def _insert(wanted: _Read) -> bool:
    begun = wanted.effective_from <= clock.today()
    facts = {"state": SCHEDULED, "minor": wanted.minor, "asks": not (begun or wanted.minor), "changes": wanted.changes}
    facts |= {
        "due_at": None if begun else clock.now(),
        "scheduled_at": clock.now(),
        "told_at": clock.now() if begun else None,
    }
    row = {"document": wanted.document, "version": wanted.number, "effective_from": wanted.effective_from, **facts}
    new = PolicyVersion.insert(row).on_conflict_ignore().as_rowcount().execute() == 1
    if new and not begun:
        answering.look_anew()
        wake_table(PolicyVersion)
    return bool(new)


def _insert_text(wanted: _Read, language: str) -> int:
    summary, text = wanted.texts[language]
    row = {"document": wanted.document, "version": wanted.number, "language": language, "summary": summary}
    row |= {"text": text, "sha256": markup.fingerprint(summary, text)}
    return int(PolicyText.insert(row).on_conflict_ignore().as_rowcount().execute())


def _compare(wanted: _Read, version: PolicyVersion) -> None:
    there = texts_of(version)
    for language, (summary, text) in wanted.texts.items():
        same = there[language].sha256 == markup.fingerprint(summary, text)
        if not same or version.effective_from != wanted.effective_from:
            raise ConfigProblem(
                f"policies: version {wanted.number} of {wanted.document} ({language}) is published and stays as it is; "
                "put the change into a new version"
            )
