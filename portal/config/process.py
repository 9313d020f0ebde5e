"""What one process needs to start, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from portal.config.problems import ConfigProblem
from portal.config.site import Site, read_site


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
    push_key: str = field(default="", repr=False)  # without one, no browser is told of news
    push_hosts: tuple[str, ...] = ()
    lease_seconds: float = 60
    webhook_networks: tuple[str, ...] = ()  # of one's own, that webhooks may go to all the same
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
        push_key=_optional(environ, "PORTAL_PUSH_KEY"),
        push_hosts=tuple(environ.get("PORTAL_PUSH_HOSTS", "").replace(",", " ").split()),
        lease_seconds=float(environ.get("PORTAL_LEASE_SECONDS", "60")),
        webhook_networks=_networks(_optional(environ, "PORTAL_WEBHOOK_NETWORKS")),
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


def _networks(text: str) -> tuple[str, ...]:
    listed = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in listed:
        try:
            ip_network(one)
        except ValueError as error:
            raise ConfigProblem(f"PORTAL_WEBHOOK_NETWORKS: {error}") from error
    return listed
