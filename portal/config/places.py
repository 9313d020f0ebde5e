"""Settings of the environment, each with a refusal that names the variable and says what to write."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.config.problems import ConfigProblem

_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def setting(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """Return a variable, or what the file holds that NAME_FILE names; without either and a default it is refused."""
    if value := environ.get(name):
        return value
    if file := environ.get(f"{name}_FILE"):
        return _content(f"{name}_FILE", Path(file))
    if default:
        return default
    raise ConfigProblem(f"{name} is not set. Set it, or {name}_FILE to a file that holds it.")


def optional(environ: Mapping[str, str], name: str) -> str:
    """Return a variable or what its file holds, "" without both."""
    return setting(environ, name) if environ.get(name) or environ.get(f"{name}_FILE") else ""


def secret(environ: Mapping[str, str], name: str) -> str:
    """Return a secret that nobody can try out."""
    value = setting(environ, name)
    if len(value) < 16:
        raise ConfigProblem(f"{name} is too short to be a secret; `portal keys new` makes one.")
    return value


def listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return what stands between commas: one at least."""
    parts = tuple(part.strip() for part in setting(environ, name).split(",") if part.strip())
    if not parts:
        raise ConfigProblem(f"{name} names no key; `portal keys new` makes one.")
    return parts


def number(environ: Mapping[str, str], name: str, default: str, least: float) -> float:
    """Return a number that is not below `least`."""
    text = environ.get(name, default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value < float("inf"):
        raise ConfigProblem(f"{name} is {text!r}; write a number, {least:g} at the least.")
    return value


def base_url(environ: Mapping[str, str]) -> str:
    """Return scheme and host that links are made with: the portal lies at the root of a host of its own."""
    value = setting(environ, "PORTAL_BASE_URL").rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or value != f"{parts.scheme}://{parts.netloc}":
        cure = "write https:// and a host, with a port if it has one and without a path: https://privacy.example.com"
        raise ConfigProblem(f"PORTAL_BASE_URL is {value!r}; {cure}")
    return value


def url(value: str, name: str, schemes: Mapping[str, bool]) -> str:
    """Return an address whose scheme is known; `schemes` tells of each whether a host has to stand behind it."""
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ConfigProblem(f"{name}: scheme {parts.scheme!r} is unknown; it has to begin with one of {known}")
    if schemes[parts.scheme] and not parts.hostname:
        raise ConfigProblem(f"{name}: {parts.scheme}:// needs a host behind it")
    return value


def gateway(environ: Mapping[str, str]) -> str:
    """Return where text messages go, "" for nowhere; in the clear to this machine only, for the token is secret."""
    value = optional(environ, "PORTAL_SMS_URL")
    if value and urlsplit(url(value, "PORTAL_SMS_URL", {"https": True, "http": True, "file": False})).scheme == "http":
        if urlsplit(value).hostname not in _LOCAL:
            raise ConfigProblem("PORTAL_SMS_URL: http:// only goes to 127.0.0.1; use https://")
    return value


def sqlite_file(value: str, name: str, default: str) -> str:
    """Return an address; the folder of an SQLite file has to be there, and the one of the default is made."""
    parts = urlsplit(value)
    folder = Path(unquote(parts.path[1:])).parent
    if parts.scheme == "sqlite" and value == default:
        folder.mkdir(mode=0o700, exist_ok=True)
    if parts.scheme == "sqlite" and not folder.is_dir():
        raise ConfigProblem(f"{name}: there is no folder {folder}. Make it, or write another path.")
    return value


def folder(path: str, name: str) -> Path:
    """Return a folder that is there."""
    if not Path(path).is_dir():
        raise ConfigProblem(f"{name}: there is no folder {path}. Make it, or write another path.")
    return Path(path)


def networks(text: str) -> tuple[str, ...]:
    """Return networks, as 10.1.0.0/16."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in parts:
        try:
            ip_network(one)
        except ValueError as error:
            raise ConfigProblem(f"PORTAL_WEBHOOK_NETWORKS: {error}; write networks as 10.1.0.0/16") from error
    return parts


def _content(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigProblem(f"{name}: {path} cannot be read ({type(error).__name__}).") from error
    if not text:
        raise ConfigProblem(f"{name}: {path} is empty.")
    return text
