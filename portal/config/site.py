"""The company that runs the portal, as `site.toml` says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from portal.config import others, post, purposes, shape
from portal.config.others import CookieKind, Recipient
from portal.config.post import Mail
from portal.config.problems import ConfigProblem
from portal.config.purposes import Channel, Purpose, Topic, Use


@dataclass(frozen=True, eq=False)  # compared by identity, so that what follows from a site can be kept for it
class Site:
    """The company that runs this portal, its languages and its rules."""

    name: str
    product: str
    company: str
    address: str
    support_email: str
    languages: tuple[str, ...]
    timezone: str
    grace_days: int
    part_grace_days: int
    archive_days: int
    profile: str  # the law that everybody is under
    profiles: tuple[str, ...]  # the laws of people's own countries that apply beside it; none named: all that are known
    controller: str  # how the manifests name the company itself; "": as they name none
    controllers: dict[str, str]
    contacts: dict[str, str]
    purposes: dict[str, Purpose]
    location_keep: str  # of the states of location.retention the one that holds for who never chose
    uses: dict[str, Use]
    developer: str
    apps: tuple[str, ...]
    stores: dict[str, str]
    policies: Path
    base_url: str
    age_floor: int = 13  # a country may ask for more
    copies_a_day: int = 5
    channels: dict[str, Channel] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    public_figures: bool = False  # how requests are handled, at /figures for everybody
    staff_idle_minutes: int = 30
    staff_hours: int = 8
    policy_notice_days: int = 30  # between the notice of a new policy and its first day, at the least (RULES C8)
    lift_days: int = 3  # between the notice that a restriction ends and its end (RULES X7)
    phone: str = ""
    thread_months: int = 24  # that what was written in a closed request is kept
    inbox_months: int = 24  # that a person finds in the inbox what was sent to them
    recipients: tuple[Recipient, ...] = ()
    cookies: tuple[CookieKind, ...] = ()
    cookie_domain: str = ""  # the domain above the company's sites that one choice of cookies is kept for
    cookie_days: int = 180
    signal_since: date | None = None  # since when Global Privacy Control is obeyed; None says nothing about it
    security_contact: str = ""
    room_languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # beyond `languages`, by room
    mail: Mail = Mail()
    label: str = ""  # what a message begins with that advertises: "[QC]" (Decree 91/2020)

    @property
    def every_language(self) -> tuple[str, ...]:
        """Return the languages that any page is in."""
        return tuple(dict.fromkeys((*self.languages, *(one for more in self.room_languages.values() for one in more))))


def read_site(path: Path, base_url: str) -> Site:
    """Read `site.toml`; raises ConfigProblem with the file, the key that is missing or wrong, and what to write."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        shape.check(raw)
        return _site(raw, path.parent, base_url)
    except FileNotFoundError as error:
        raise ConfigProblem(f"PORTAL_SITE: there is no file {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ConfigProblem) as error:
        raise ConfigProblem(f"{path}: {error}") from error


def _site(raw: dict[str, Any], folder: Path, base_url: str) -> Site:
    return Site(
        languages=tuple(raw["languages"]),
        timezone=raw["timezone"],
        policies=folder / raw.get("policies", "policies"),
        base_url=base_url,
        purposes=purposes.asked(raw),
        uses=purposes.told(raw),
        channels=purposes.channels(raw),
        topics=purposes.topics(raw),
        recipients=others.recipients(raw),
        cookies=others.cookies(raw),
        cookie_domain=raw.get("cookies", {}).get("domain", ""),
        cookie_days=raw.get("cookies", {}).get("days", 180),
        room_languages={room: tuple(more) for room, more in raw.get("room_languages", {}).items()},
        mail=post.mail(raw.get("mail", {})),
        label=raw.get("marketing", {}).get("label", ""),
        **_brand(raw["brand"]),
        **_rules(raw["rules"]),
        **_companies(raw.get("controllers", {})),
        **_apps(raw["apps"]),
        **_staff(raw.get("staff", {})),
    )


def _brand(raw: Mapping[str, Any]) -> dict[str, Any]:
    needed = {key: raw[key] for key in ("name", "product", "company", "address", "support_email")}
    return {
        **needed,
        "controller": raw.get("controller", ""),
        "phone": raw.get("phone", ""),
        "security_contact": raw.get("security_contact", f"mailto:{raw['support_email']}"),
    }


def _rules(raw: Mapping[str, Any]) -> dict[str, Any]:
    optional = (
        "age_floor",
        "copies_a_day",
        "signal_since",
        "lift_days",
        "policy_notice_days",
        "thread_months",
        "inbox_months",
    )
    return {
        **{key: raw[key] for key in ("grace_days", "archive_days", "profile")},
        **{key: raw[key] for key in optional if key in raw},
        "part_grace_days": raw.get("part_grace_days", raw["grace_days"]),
        "profiles": tuple(raw.get("profiles", ())),
        "location_keep": str(raw.get("location_keep", "keep")),
        "public_figures": bool(raw.get("public_figures", False)),
    }


def _companies(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "controllers": {name: entry["title"] for name, entry in raw.items()},
        "contacts": {name: entry["email"] for name, entry in raw.items() if "email" in entry},
    }


def _apps(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"developer": raw["developer"], "apps": tuple(raw["names"]), "stores": dict(raw.get("stores", {}))}


def _staff(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return how long sessions of the staff last: a site may shorten them."""
    return {
        "staff_idle_minutes": _at_most(raw, "idle_minutes", 30),
        "staff_hours": _at_most(raw, "longest_hours", 8),
    }


def _at_most(raw: Mapping[str, Any], name: str, most: int) -> int:
    value = int(raw.get(name, most))
    if not 1 <= value <= most:
        raise ConfigProblem(f"staff.{name} is {value}; write a number from 1 to {most}")
    return value
