"""What an operator sets: the environment for secrets and places, `site.toml` for what people write.

Read once at the start; a missing secret stops the start with one clear line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

Words = dict[str, str]  # language -> text


class ConfigProblem(Exception):
    """The start is refused; the message is one line that says what to set."""


@dataclass(frozen=True)
class Purpose:
    """One thing that personal data may be used for, and what a person can answer to it.

    `states` are ordered from the most protective to the most permissive; the first is the default (RULES C2).
    """

    id: str
    states: tuple[str, ...]
    legal_basis: str
    title: Words
    wording: Words
    data: Words
    recipients: Words
    retention: Words
    by_signal: bool = False  # a browser's signal (Global Privacy Control) switches it off

    def raises(self, before: str, after: str) -> bool:
        """Tell whether a change gives more permission than there was."""
        return self.states.index(after) > self.states.index(before)


@dataclass(frozen=True)
class Channel:
    """A way on which messages come; `days` is how long one that was sent off before an "off" may still be under way."""

    id: str
    title: Words
    by: Words
    days: int
    hours: tuple[time, time] | None = None  # between which advertising may come on it (Decree 91/2020); None: at any


@dataclass(frozen=True)
class Mail:
    """How the portal's own mail leaves and comes back.

    Below `answers` lie the addresses to which people answer and mail bounces; "" where nobody takes mail in. `domain`
    and `selector` name the DKIM key. What is not urgent waits while it is between `quiet`.
    """

    answers: str = ""
    domain: str = ""
    selector: str = ""
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True)
class Topic:
    """What messages are about. Of `channels`, those in `kept_here` are kept by the portal alone: no system is told.

    `advertises`: messages bear the site's label of advertising.
    """

    id: str
    title: Words
    about: Words
    channels: tuple[str, ...]
    kept_here: frozenset[str]
    advertises: bool = True


@dataclass(frozen=True)
class Use:
    """One use of personal data that nobody is asked about, because a contract, the law or safety needs it.

    What a law asks for goes on in an account that is only stored (GDPR 18(2)); of others the site's file may say so.
    """

    legal_basis: str
    title: Words
    recipients: Words = field(default_factory=dict)  # empty: the company alone
    while_restricted: bool = False  # goes on while an account is only stored


@dataclass(frozen=True)
class Recipient:
    """Somebody outside who receives personal data: what, why, in which country (ISO 3166), kept safe by what.

    `purposes` are the choices that it hangs on; none: it receives the data in any case, for the reason given.
    """

    title: Words
    data: Words
    why: Words
    country: str
    safeguard: Words
    url: str
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class CookieKind:
    """One kind of cookies on the company's sites; `needed`: no site works without, so nobody is asked."""

    id: str
    title: Words
    about: Words
    needed: bool
    by_signal: bool


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
    age_floor: int
    copies_a_day: int
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
    channels: dict[str, Channel] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    public_figures: bool = False  # how requests are handled, at /figures for everybody
    staff_idle_minutes: int = 30
    staff_hours: int = 8
    policy_notice_days: int = 30  # between the notice of a new policy and its first day, at the least (RULES C8)
    lift_days: int = 3  # between the notice that a restriction ends and its end (RULES X7)
    phone: str = ""
    thread_months: int = 24  # that what was written in a closed request is kept
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


@dataclass(frozen=True)
class Config:
    """Everything a process needs to start."""

    database_url: str
    queue_url: str
    archives_url: str
    mail_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    hash_keys: tuple[str, ...]
    base_url: str
    sources: Path
    site: Site
    trusted_proxies: int = 0
    sms_url: str = ""  # without one, no phone can be proven
    place_header: str = ""
    dkim_key: str = field(default="", repr=False)
    intake: Path | None = None  # the Maildir that answers and bounces are delivered into
    lease_seconds: float = 60
    demo: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


_active: list[Config] = []


def use(config: Config) -> None:
    """Make a configuration the one of this process."""
    _active[:] = [config]


def active() -> Config:
    """Return the configuration of this process."""
    return _active[0]


def site() -> Site:
    """Return the site of this process."""
    return _active[0].site


def from_environment(environ: Mapping[str, str]) -> Config:
    """Read the configuration; raises ConfigProblem with one line for the operator."""
    base_url = _setting(environ, "PORTAL_BASE_URL").rstrip("/")
    demo, intake = environ.get("PORTAL_DEMO"), environ.get("PORTAL_INTAKE")
    return Config(
        database_url=_setting(environ, "PORTAL_DATABASE_URL", "sqlite:///var/portal.db"),
        queue_url=_setting(environ, "PORTAL_QUEUE_URL", "sqlite:///var/queue.db"),
        archives_url=_setting(environ, "PORTAL_ARCHIVES_URL", f"file://{Path('var/archives').resolve()}"),
        mail_url=_setting(environ, "PORTAL_MAIL_URL"),
        secret_key=_setting(environ, "PORTAL_SECRET_KEY"),
        encryption_keys=_listed(environ, "PORTAL_ENCRYPTION_KEYS"),
        hash_keys=_listed(environ, "PORTAL_HASH_KEYS"),
        base_url=base_url,
        sources=Path(_setting(environ, "PORTAL_SOURCES")),
        site=read_site(Path(_setting(environ, "PORTAL_SITE")), base_url),
        trusted_proxies=int(environ.get("PORTAL_TRUSTED_PROXIES", "0")),
        sms_url=_optional(environ, "PORTAL_SMS_URL"),
        place_header=environ.get("PORTAL_PLACE_HEADER", ""),
        dkim_key=_optional(environ, "PORTAL_DKIM_KEY"),
        intake=Path(intake) if intake else None,
        lease_seconds=float(environ.get("PORTAL_LEASE_SECONDS", "60")),
        demo=Path(demo) if demo else None,
        environ=environ,
    )


def _setting(environ: Mapping[str, str], name: str, default: str = "") -> str:
    if value := environ.get(name):
        return value
    if file := environ.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    if default:
        return default
    raise ConfigProblem(f"{name} is not set. Set it, or {name}_FILE to a file that holds it.")


def _optional(environ: Mapping[str, str], name: str) -> str:
    return _setting(environ, name) if environ.get(name) or environ.get(f"{name}_FILE") else ""


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _setting(environ, name).split(",") if part.strip())


def read_site(path: Path, base_url: str) -> Site:
    """Read `site.toml`; raises ConfigProblem with the file and the key that is missing."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _site(raw, path.parent, base_url)
    except FileNotFoundError as error:
        raise ConfigProblem(f"PORTAL_SITE: there is no file {path}") from error
    except KeyError as error:
        raise ConfigProblem(f"{path}: the key {error} is missing") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblem(f"{path}: {error}") from error


def _site(raw: dict[str, Any], folder: Path, base_url: str) -> Site:
    brand, rules, marketing = raw["brand"], raw["rules"], raw.get("marketing", {})
    channels, topics = marketing.get("channels", {}), marketing.get("topics", {})
    return Site(
        name=brand["name"],
        product=brand["product"],
        company=brand["company"],
        address=brand["address"],
        support_email=brand["support_email"],
        languages=tuple(raw["languages"]),
        timezone=raw["timezone"],
        grace_days=rules["grace_days"],
        part_grace_days=rules.get("part_grace_days", rules["grace_days"]),
        archive_days=rules["archive_days"],
        age_floor=rules.get("age_floor", 13),
        copies_a_day=rules.get("copies_a_day", 5),
        profile=rules["profile"],
        profiles=tuple(rules.get("profiles", ())),
        controller=brand.get("controller", ""),
        controllers={name: entry["title"] for name, entry in raw.get("controllers", {}).items()},
        contacts={name: entry["email"] for name, entry in raw.get("controllers", {}).items() if "email" in entry},
        purposes={
            **{name: _purpose(name, entry) for name, entry in raw["purposes"].items()},
            **{made.id: made for name, entry in topics.items() for made in _messages(name, entry, channels)},
        },
        location_keep=str(rules.get("location_keep", "keep")),
        uses={name: _use(entry) for name, entry in raw.get("uses", {}).items()},
        developer=raw["apps"]["developer"],
        apps=tuple(raw["apps"]["names"]),
        stores=dict(raw["apps"].get("stores", {})),
        policies=folder / raw.get("policies", "policies"),
        base_url=base_url,
        channels={
            name: Channel(name, entry["title"], entry["by"], entry["days_under_way"], _between(entry, "hours"))
            for name, entry in channels.items()
        },
        topics={name: _topic(name, entry) for name, entry in topics.items()},
        public_figures=bool(rules.get("public_figures", False)),
        staff_idle_minutes=_at_most(raw, "idle_minutes", 30),
        staff_hours=_at_most(raw, "longest_hours", 8),
        lift_days=rules.get("lift_days", 3),
        policy_notice_days=rules.get("policy_notice_days", 30),
        phone=brand.get("phone", ""),
        thread_months=rules.get("thread_months", 24),
        recipients=tuple(_recipient(entry) for entry in raw.get("recipients", {}).values()),
        cookies=tuple(_cookies(name, entry) for name, entry in raw.get("cookies", {}).get("kinds", {}).items()),
        cookie_domain=raw.get("cookies", {}).get("domain", ""),
        cookie_days=raw.get("cookies", {}).get("days", 180),
        signal_since=rules.get("signal_since"),
        security_contact=brand.get("security_contact", f"mailto:{brand['support_email']}"),
        room_languages={room: tuple(more) for room, more in raw.get("room_languages", {}).items()},
        mail=_mail(raw.get("mail", {})),
        label=marketing.get("label", ""),
    )


def _mail(raw: dict[str, Any]) -> Mail:
    if raw.get("dkim_domain") and not raw.get("dkim_selector"):
        raise ConfigProblem("mail.dkim_domain needs mail.dkim_selector beside it, the name of the key in the DNS")
    answers = raw.get("answers", "")
    if answers and not 1 <= len(answers.partition("@")[0]) <= 16:  # with what stands behind it, it must stay under 64
        raise ConfigProblem(f"mail.answers is {answers!r}; write an address with at most 16 characters before the @")
    return Mail(answers, raw.get("dkim_domain", ""), raw.get("dkim_selector", ""), _between(raw, "quiet_hours"))


def _between(raw: dict[str, Any], name: str) -> tuple[time, time] | None:
    """Return two times of a day, as ["07:00", "22:00"]; None where there are none."""
    if name not in raw:
        return None
    try:
        begin, end = (time.fromisoformat(each) for each in raw[name])
    except (TypeError, ValueError):
        raise ConfigProblem(f'{name} is {raw[name]!r}; write two times, as ["07:00", "22:00"]') from None
    return begin, end


def _recipient(raw: dict[str, Any]) -> Recipient:
    title = raw["title"]
    words = (title if isinstance(title, dict) else {"": title}, raw["data"], raw["why"])
    return Recipient(*words, raw["country"], raw["safeguard"], raw.get("url", ""), tuple(raw.get("purposes", ())))


def _cookies(name: str, raw: dict[str, Any]) -> CookieKind:
    return CookieKind(name, raw["title"], raw["about"], raw.get("needed", False), raw.get("by_signal", False))


def _at_most(raw: dict[str, Any], name: str, most: int) -> int:
    """Return how long sessions of the staff last: a site may shorten them."""
    value = int(raw.get("staff", {}).get(name, most))
    if not 1 <= value <= most:
        raise ConfigProblem(f"staff.{name} is {value}; write a number from 1 to {most}")
    return value


def _use(raw: dict[str, Any]) -> Use:
    basis = raw["legal_basis"]
    return Use(basis, raw["title"], raw.get("recipients", {}), raw.get("while_restricted", basis == "legal-obligation"))


def _topic(name: str, raw: dict[str, Any]) -> Topic:
    channels, kept_here = tuple(raw["channels"]), frozenset(raw.get("kept_here", ()))
    return Topic(name, raw["title"], raw["about"], channels, kept_here, raw.get("advertises", True))


def _messages(topic: str, raw: dict[str, Any], channels: dict[str, Any]) -> Iterator[Purpose]:
    """Yield the purpose marketing.<topic>.<channel> for each channel of a topic, worded from both."""
    for name in raw["channels"]:
        channel = channels[name]
        yield Purpose(
            id=f"marketing.{topic}.{name}",
            states=("off", "on"),
            legal_basis="consent",
            title={language: f"{title} {channel['by'][language]}" for language, title in raw["title"].items()},
            wording={language: text.format(by=channel["by"][language]) for language, text in raw["wording"].items()},
            data=channel["data"],
            recipients=channel["recipients"],
            retention=channel["retention"],
        )


def _purpose(name: str, raw: dict[str, Any]) -> Purpose:
    return Purpose(
        id=name,
        states=tuple(raw["states"]),
        legal_basis=raw["legal_basis"],
        by_signal=raw.get("by_signal", False),
        **{key: raw[key] for key in ("title", "wording", "data", "recipients", "retention")},
    )
