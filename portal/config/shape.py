"""Which sections and keys `site.toml` has. Whatever else stands there is refused with what to write instead.

docs/site.md tells the same in words; a house test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from portal.config import kinds
from portal.config.kinds import Kind, Languages
from portal.config.problems import ConfigProblem


@dataclass(frozen=True)
class Table:
    """A section. Each of `needed` has to be there, each of `may` may be; `each` is what any other name in it is."""

    needed: Mapping[str, Kind | Table] = field(default_factory=dict)
    may: Mapping[str, Kind | Table] = field(default_factory=dict)
    each: Kind | Table | None = None

    @property
    def keys(self) -> dict[str, Kind | Table]:
        """Return all keys that have a name here."""
        return {**self.needed, **self.may}


_BASES = kinds.one_of("consent", "contract", "legal-obligation", "legitimate-interest", "public-task", "vital-interest")
_CHOICE = kinds.one_of("opt-in", "opt-out", "notice")
_CHILDREN = kinds.one_of("never", "allowed")
_SAID = {name: kinds.WORDS for name in ("title", "wording", "data", "recipients", "retention")}

_BRAND = Table(
    needed={name: kinds.TEXT for name in ("name", "product", "company", "address")} | {"support_email": kinds.ADDRESS},
    may={"controller": kinds.TEXT, "phone": kinds.TEXT, "security_contact": kinds.CONTACT},
)
_APPS = Table({"developer": kinds.TEXT, "names": kinds.TEXTS}, {"stores": Table(each=kinds.HTTPS)})
_RULES = Table(
    needed={"grace_days": kinds.number(0, 90), "archive_days": kinds.number(1, 90), "profile": kinds.TEXT},
    may={
        "profiles": kinds.FEW,
        "part_grace_days": kinds.number(0, 90),
        "age_floor": kinds.number(0, 21),
        "copies_a_day": kinds.number(1, 1000),
        "location_keep": kinds.TEXT,
        "policy_notice_days": kinds.number(0, 365),
        "lift_days": kinds.number(0, 90),
        "signal_since": kinds.DAY,
        "thread_months": kinds.number(1, 240),
        "inbox_months": kinds.number(1, 240),
        "public_figures": kinds.FLAG,
    },
)
_MAIL = Table(
    may={
        "answers": kinds.ADDRESS,
        "dkim_domain": kinds.DOMAIN,
        "dkim_selector": kinds.TEXT,
        "quiet_hours": kinds.HOURS,
    }
)
_PURPOSE = Table(
    needed={"legal_basis": _BASES, **_SAID},
    may={"choice": _CHOICE, "states": kinds.TEXTS, "children": _CHILDREN, "by_signal": kinds.FLAG}
    | {"while_restricted": kinds.FLAG, "brief": kinds.WORDS, "about": kinds.WORDS},
)
_CHANNEL = Table(
    needed={name: kinds.WORDS for name in ("title", "by", "data", "recipients", "retention")}
    | {"days_under_way": kinds.number(0, 60)},
    may={"hours": kinds.HOURS},
)
_TOPIC = Table(
    needed={"title": kinds.WORDS, "about": kinds.WORDS, "wording": kinds.WORDED_BY, "channels": kinds.TEXTS},
    may={"kept_here": kinds.FEW, "advertises": kinds.FLAG}
    | {"legal_basis": _BASES, "choice": kinds.one_of("opt-in", "opt-out"), "children": _CHILDREN},
)
_RECIPIENT = Table(
    needed={"title": kinds.NAMED, "country": kinds.COUNTRY}
    | {name: kinds.WORDS for name in ("data", "why", "safeguard")},
    may={"url": kinds.HTTPS, "purposes": kinds.FEW},
)
_COOKIES = Table({"title": kinds.WORDS, "about": kinds.WORDS}, {"needed": kinds.FLAG, "by_signal": kinds.FLAG})
_USE = Table(
    needed={"legal_basis": _BASES, "title": kinds.WORDS},
    may={name: kinds.WORDS for name in ("wording", "data", "recipients", "retention")}
    | {"while_restricted": kinds.FLAG, "children": _CHILDREN},
)

SITE = Table(
    needed={"languages": kinds.CODES, "timezone": kinds.ZONE}
    | {"brand": _BRAND, "apps": _APPS, "rules": _RULES, "purposes": Table(each=_PURPOSE)},
    may={
        "policies": kinds.TEXT,
        "room_languages": Table(each=kinds.CODES),
        "controllers": Table(each=Table({"title": kinds.TEXT}, {"email": kinds.ADDRESS})),
        "mail": _MAIL,
        "marketing": Table(
            may={"label": kinds.LABEL, "channels": Table(each=_CHANNEL), "topics": Table(each=_TOPIC)},
        ),
        "recipients": Table(each=_RECIPIENT),
        "cookies": Table(
            may={"days": kinds.number(1, 400), "domain": kinds.DOMAIN, "kinds": Table(each=_COOKIES)},
        ),
        "uses": Table(each=_USE),
        "staff": Table(may={"idle_minutes": kinds.number(1, 30), "longest_hours": kinds.number(1, 8)}),
    },
)


def check(raw: Mapping[str, Any]) -> None:
    """Refuse what `site.toml` cannot hold: ConfigProblem, with one line that names the key and what to write."""
    languages = raw.get("languages")
    if wrong := kinds.CODES.wrong(languages, ()):
        raise ConfigProblem(f"languages {wrong if languages else 'is missing'}; write {kinds.CODES.write}")
    _check_table(raw, SITE, "", tuple(raw["languages"]))
    _check_names(raw)


def _check_table(value: Mapping[str, Any], shape: Table, at: str, languages: Languages) -> None:
    for name in shape.needed:
        if name not in value:
            raise ConfigProblem(f"{at}{name} is missing; {_cure(shape.needed[name], at + name)}")
    for name, inner in value.items():
        kind = shape.keys.get(name, shape.each)
        if kind is None:
            raise ConfigProblem(f"{at}{_quoted(name)} is no key that is known; {_near(name, shape)}")
        _check(inner, kind, f"{at}{_quoted(name)}", languages)


def _check(value: Any, kind: Kind | Table, at: str, languages: Languages) -> None:
    if isinstance(kind, Kind):
        wrong = kind.wrong(value, languages)
    elif isinstance(value, Mapping):
        return _check_table(value, kind, f"{at}.", languages)
    else:
        wrong = f"is {value!r}"
    if wrong:
        raise ConfigProblem(f"{at} {wrong}; {_cure(kind, at)}")
    return None


def _check_names(raw: Mapping[str, Any]) -> None:
    """Refuse names that lead nowhere: channels of topics, and purposes that recipients hang on."""
    channels = raw.get("marketing", {}).get("channels", {})
    for topic, entry in raw.get("marketing", {}).get("topics", {}).items():
        _check_known(entry["channels"], channels, f"marketing.topics.{topic}.channels", "[marketing.channels]")
        _check_known(entry.get("kept_here", ()), entry["channels"], f"marketing.topics.{topic}.kept_here", "channels")
    for name, entry in raw.get("recipients", {}).items():
        _check_known(entry.get("purposes", ()), raw["purposes"], f"recipients.{name}.purposes", "[purposes]")
    kept = raw["purposes"].get("location.retention", {}).get("states")
    if kept and "location_keep" in raw["rules"]:
        _check_known([raw["rules"]["location_keep"]], kept, "rules.location_keep", 'purposes."location.retention"')


def _check_known(names: Any, known: Any, at: str, where: str) -> None:
    for name in names:
        if name not in known:
            raise ConfigProblem(f"{at} names {name!r}, which {where} has not; there are: {', '.join(known) or 'none'}")


def _cure(kind: Kind | Table, at: str) -> str:
    return f"write a section [{at}]" if isinstance(kind, Table) else f"write {kind.write}"


def _near(name: str, shape: Table) -> str:
    near = get_close_matches(name, shape.keys, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(shape.keys))}"


def _quoted(name: str) -> str:
    return f'"{name}"' if "." in name else name
