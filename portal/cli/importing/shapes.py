"""What a row of each kind of file means: whom it names, and which records it brings; or why it cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal import config
from portal.accounts.addresses import NotAnAddress, NotAPhone
from portal.consents.service import ACCEPTED, DECLINED, FILE, LISTED, POLICY, Record, covered
from portal.consents.service.remembering import HERE
from portal.kernel import clock
from portal.kernel.db import database
from portal.kernel.problems import N_
from portal.policies import service as policies
from portal.sources import registry
from portal.sources.registry import Registry
from portal.subjects import naming
from portal.subjects.naming import Name
from portal.web import words

Values = Mapping[str, str]
OLDEST = date(1990, 1, 1)
_LATE = timedelta(minutes=5)  # clocks differ
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ORIGIN = re.compile(r"[\w][\w .&/-]{0,63}")
_MOST = {"wording": 4_000, "email": 254}
_USUAL = 96
_WORDING = N_("Recorded in %(origin)s. The words that were read then are not known here.")


class Bad(Exception):
    """A row that cannot be taken in: why, and what to do. Names columns and words of the site, never a person's."""


class Kind(NamedTuple):
    """One kind of file: its columns, those that a header must have, and how a row becomes records."""

    columns: frozenset[str]
    needed: tuple[str, ...]
    records: Callable[[Values, str], list[Record]]


def meant(kind: Kind, values: Values, origin: str) -> tuple[Name, list[Record]]:
    """Return whom a row names and what it brings; `origin` counts where the row names none. Raises Bad."""
    clean = {name: _clean(name, value) for name, value in values.items()}
    return _name(clean), kind.records(clean, _origin(clean.get("recorded_in") or origin))


def _clean(name: str, value: str) -> str:
    if "\0" in value or _CONTROL.search(value):
        raise Bad(f"{name} holds a control character; take it out")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise Bad(f"{name} is not UTF-8; save the file as UTF-8")
    text = value if name == "wording" else value.strip()
    if len(text) > _MOST.get(name, _USUAL):
        raise Bad(f"{name} is longer than {_MOST.get(name, _USUAL)} characters")
    if name != "phone" and text.startswith(_FORMULA):
        raise Bad(f"{name} begins with a sign that a spreadsheet takes for a formula; take it out")
    return text


def _name(values: Values) -> Name:
    email, phone = values.get("email", ""), values.get("phone", "")
    if bool(email) == bool(phone):
        raise Bad("write either an email or a phone, and one row for each")
    try:
        return naming.by_email(email) if email else naming.by_phone(phone)
    except NotAnAddress:
        raise Bad("email is no address; write it as minh@example.com") from None
    except NotAPhone:
        raise Bad("phone is no number with its calling code; write it as +84901234567") from None


def _origin(said: str) -> str:
    if not said:
        raise Bad("nothing says where it was recorded; fill the column recorded_in, or give --source")
    if said == HERE or not _ORIGIN.fullmatch(said):
        raise Bad(f"recorded_in is a short name, and not {HERE!r}; write the id of a system, or as newsletter-tool")
    return said


def _consents(values: Values, origin: str) -> list[Record]:
    name = _full(values)
    known = config.site().purposes.get(name)
    if known is None:
        raise Bad(f"the purpose {name!r} is unknown; {_near(name, config.site().purposes)}")
    if values.get("state", "") not in known.states:
        raise Bad(f"state is none of {name}; write one of: {', '.join(known.states)}")
    version = values.get("notice_version", "")
    if version and version not in _versions(policies.NOTICE):
        raise Bad(f"notice_version {version!r} is unknown; there are: {_listed(_versions(policies.NOTICE))}")
    return [_record(name, values["state"], origin, FILE, values, notice_version=version)]


def _suppressions(values: Values, origin: str) -> list[Record]:
    about, channel = values.get("purpose", "") or "marketing", values.get("channel", "")
    names = [name for name in covered(about) if not channel or name.rpartition(".")[2] == channel]
    refused = [name for name in names if config.site().purposes[name].states[0] == "off"]
    if not refused:
        said = f"{about}.{channel}" if channel else about
        raise Bad(f"nothing can be refused by the name {said!r}; {_near(said, config.site().purposes)}")
    return [_record(name, "off", origin, LISTED, values) for name in refused]


def _acceptances(values: Values, origin: str) -> list[Record]:
    document, version = values.get("document", ""), values.get("version", "")
    if document not in policies.DOCUMENTS:
        raise Bad(f"the document {document!r} is unknown; there are: {', '.join(policies.DOCUMENTS)}")
    if version not in _versions(document):
        raise Bad(f"{document} has no version {version!r}; there are: {_listed(_versions(document))}")
    said = values.get("answer", "") or ACCEPTED
    if said not in (ACCEPTED, DECLINED):
        raise Bad(f"answer is neither {ACCEPTED} nor {DECLINED}; write one of them, or leave it empty for {ACCEPTED}")
    terms = {"notice": document, "notice_version": version}
    return [_record(f"{POLICY}{document}.{version}", said, origin, FILE, values, **terms)]


def _record(name: str, state: str, origin: str, cause: str, values: Values, **terms: str) -> Record:
    language = values.get("language", "") or config.site().languages[0]
    if language not in config.site().languages:
        raise Bad(f"the language {language!r} is unknown; there are: {', '.join(config.site().languages)}")
    wording = values.get("wording", "").strip() or _unknown_wording(origin, language)
    return Record(name, state, origin, cause, _moment(values.get("at", "")), language, wording, **terms)


def _full(values: Values) -> str:
    purpose, channel = values.get("purpose", ""), values.get("channel", "")
    return f"{purpose}.{channel}" if channel else purpose


def _moment(said: str) -> datetime:
    """Read a day or a moment in ISO 8601; without an offset it is meant in the site's zone."""
    zone = ZoneInfo(config.site().timezone)
    try:
        moment = datetime.combine(date.fromisoformat(said), time(), zone) if len(said) == 10 else _exact(said, zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Bad("at is no date; write 2024-03-02, or 2024-03-02T09:30:00+07:00") from None
    if moment.date() < OLDEST:
        raise Bad(f"at is before {OLDEST.year}; write when it was said")
    if moment > clock.now() + _LATE:
        raise Bad("at lies in the future; write when it was said")
    return moment


def _exact(said: str, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _versions(document: str) -> tuple[str, ...]:
    return _read_versions(database.obj, document)


@lru_cache(maxsize=8)
def _read_versions(_database: object, document: str) -> tuple[str, ...]:
    return tuple(one.version for one in policies.versions(document))


def _unknown_wording(origin: str, language: str) -> str:
    return _said(registry.active(), origin, language)


@lru_cache(maxsize=64)
def _said(_systems: Registry, origin: str, language: str) -> str:
    connected = {one.id: one.title.in_(language) for one in registry.active().connected()}
    return words.of(language).say(_WORDING, origin=connected.get(origin, origin))


def _near(said: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(said, known, n=3, cutoff=0.5) or list(known)[:3]
    return f"near to it: {', '.join(near)}"


def _listed(items: tuple[str, ...]) -> str:
    return ", ".join(items[:10]) or "none"


_COMMON = frozenset({"email", "phone", "at", "recorded_in", "language"})
KINDS = {
    "consents": Kind(
        _COMMON | {"purpose", "channel", "state", "notice_version", "wording"}, ("purpose", "state", "at"), _consents
    ),
    "suppressions": Kind(_COMMON | {"purpose", "channel"}, ("at",), _suppressions),
    "acceptances": Kind(_COMMON | {"document", "version", "answer"}, ("document", "version", "at"), _acceptances),
}
