"""What one process needs to start, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.config import places
from portal.config.site import Site, read_site

_MAIL = {"smtp": True, "smtps": True, "file": False}


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
    address = places.base_url(environ)
    demo, intake = environ.get("PORTAL_DEMO"), environ.get("PORTAL_INTAKE")
    return Config(
        database_url=_database(environ, "PORTAL_DATABASE_URL", "sqlite:///var/portal.db"),
        queue_url=_database(environ, "PORTAL_QUEUE_URL", "sqlite:///var/queue.db"),
        archives_url=_archives(environ),
        mail_url=places.url(places.setting(environ, "PORTAL_MAIL_URL"), "PORTAL_MAIL_URL", _MAIL),
        secret_key=places.secret(environ, "PORTAL_SECRET_KEY"),
        encryption_keys=places.listed(environ, "PORTAL_ENCRYPTION_KEYS"),
        hash_keys=places.listed(environ, "PORTAL_HASH_KEYS"),
        base_url=address,
        sources=places.folder(places.setting(environ, "PORTAL_SOURCES"), "PORTAL_SOURCES"),
        site=read_site(Path(places.setting(environ, "PORTAL_SITE")), address),
        trusted_proxies=int(places.number(environ, "PORTAL_TRUSTED_PROXIES", "0", 0)),
        sms_url=places.gateway(environ),
        place_header=environ.get("PORTAL_PLACE_HEADER", ""),
        dkim_key=places.optional(environ, "PORTAL_DKIM_KEY"),
        intake=Path(intake) if intake else None,
        push_key=places.optional(environ, "PORTAL_PUSH_KEY"),
        push_hosts=tuple(environ.get("PORTAL_PUSH_HOSTS", "").replace(",", " ").split()),
        lease_seconds=places.number(environ, "PORTAL_LEASE_SECONDS", "60", 0.1),
        webhook_networks=places.networks(places.optional(environ, "PORTAL_WEBHOOK_NETWORKS")),
        demo=Path(demo) if demo else None,
        environ=environ,
    )


def _database(environ: Mapping[str, str], name: str, default: str) -> str:
    return places.sqlite_file(places.setting(environ, name, default), name, default)


def _archives(environ: Mapping[str, str]) -> str:
    value = places.setting(environ, "PORTAL_ARCHIVES_URL", f"file://{Path('var/archives').resolve()}")
    return places.url(value, "PORTAL_ARCHIVES_URL", {"file": False, "s3": True})
