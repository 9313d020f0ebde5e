"""All connected systems, from a folder of manifests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from portal.kernel.problems import NotFound
from portal.sources.base import Source
from portal.sources.http import HttpSource
from portal.sources.manifest import Manifest, ManifestProblem, read
from portal.sources.manual import ManualSource
from portal.sources.own import OwnSource
from portal.sources.sql import SqlSource
from portal.sources.sql.dialect import Dialect
from portal.sources.sql.mariadb import Mariadb
from portal.sources.sql.postgres import Postgres
from portal.sources.sql.sqlite import Sqlite

_DATABASES: dict[str, Callable[[str], Dialect]] = {
    "sqlite": Sqlite,
    "postgresql": Postgres,
    "postgres": Postgres,
    "mysql": Mariadb,
    "mariadb": Mariadb,
}
_KNOWN = "sqlite:///… postgresql://… mysql://… http://… https://… or manual:"


class Registry:
    """The sources by id, in the order of their manifests' file names. Nothing is connected before it is asked."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources: dict[str, Source] = {}
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        """Take in one more source; ManifestProblem when its id is taken."""
        if source.id in self._sources:
            other = self._sources[source.id].manifest.file
            raise _problem(source.manifest, "id", f'"{source.id}" is the id of {other} too', "Give one another id.")
        self._sources[source.id] = source

    def all(self) -> tuple[Source, ...]:
        """Return every source."""
        return tuple(self._sources.values())

    def connected(self) -> tuple[Source, ...]:
        """Return the systems of others: all but the portal's own tables."""
        return tuple(source for source in self.all() if source.id != OWN)

    @property
    def own(self) -> OwnSource:
        """Return the portal's own tables."""
        return next(source for source in self.all() if isinstance(source, OwnSource))

    def get(self, source_id: str) -> Source:
        """Return one source; NotFound when it is connected no more."""
        if source_id not in self._sources:
            raise NotFound(source=source_id)
        return self._sources[source_id]

    def close(self) -> None:
        """Let go of what the sources hold open."""
        for source in self.all():
            source.close()


OWN = "portal"  # the id of the portal's own tables

_active: list[Registry] = []


def use(registry: Registry) -> None:
    """Make a registry the one of this process."""
    _active[:] = [registry]


def active() -> Registry:
    """Return the registry of this process."""
    return _active[0]


def load(folder: Path, environ: Mapping[str, str], own: Source | None = None) -> Registry:
    """Read every *.toml of a folder; the portal's `own` tables, being the last to go, come last.

    `env:NAME` is looked up in `environ`, then in the file that NAME_FILE names. Raises ManifestProblem for what cannot
    be used, before anything is connected.
    """
    connected = [connect(read(path), environ) for path in sorted(folder.glob("*.toml"))]
    return Registry([*connected, *([own] if own else [])])


def connect(manifest: Manifest, environ: Mapping[str, str]) -> Source:
    """Make the source of one manifest, by the scheme of its URL."""
    url = _resolved(manifest, "url", manifest.url, environ)
    scheme = _scheme(url)
    if scheme in ("http", "https"):
        if manifest.erase_url:
            raise _problem(manifest, "erase_url", "is for databases", "Leave it out: the secret is the login.")
        return HttpSource(manifest, url, _secret(manifest, environ))
    if scheme == "manual":
        return ManualSource(manifest)
    if scheme in _DATABASES:
        folders, writer = _folders(manifest, environ), _writer(manifest, url, environ)
        return SqlSource(manifest, _DATABASES[scheme](url), folders, writer)
    raise _problem(manifest, "url", f'"{scheme}" is no kind of system known here', f"Write {_KNOWN}.")


def _writer(manifest: Manifest, url: str, environ: Mapping[str, str]) -> Dialect | None:
    """Return the database by the login that may change it, None where one login does both."""
    if not manifest.erase_url:
        return None
    erase_url = _resolved(manifest, "erase_url", manifest.erase_url, environ)
    if _place(erase_url) != _place(url):  # read and erased must be the same rows
        cure = "Write the same kind, database and, if it is there, another login."
        raise _problem(manifest, "erase_url", "leads to another database than url", cure)
    return _DATABASES[_scheme(erase_url)](erase_url)


def _place(url: str) -> tuple[object, str]:
    """Return engine and database of a URL; the host may differ, for what is read may be a replica."""
    return _DATABASES.get(_scheme(url)), urlsplit(url).path if _scheme(url) else ""


def _folders(manifest: Manifest, environ: Mapping[str, str]) -> dict[str, Path]:
    """Return the folders of the files that rows name, by what the manifest says of them."""
    columns = (column for table in manifest.tables.values() for column in table.columns.values())
    return {
        said: Path(_resolved(manifest, "file", said, environ)) for said in {one.file for one in columns if one.file}
    }


def database(url: str) -> Dialect:
    """Return the engine at a URL; ValueError when it names none."""
    scheme = _scheme(url)
    if scheme not in _DATABASES:
        raise ValueError(f'"{scheme}" is no database known here: write sqlite:///… postgresql://… or mysql://…')
    return _DATABASES[scheme](url)


def _scheme(url: str) -> str:
    """Return the scheme of a URL that can be used; "" for one with a host or port that cannot be."""
    try:
        address = urlsplit(url)
        return address.scheme if address.port is None or address.hostname else ""
    except ValueError:
        return ""


def _secret(manifest: Manifest, environ: Mapping[str, str]) -> str:
    if not manifest.secret.startswith("env:"):
        cure = 'Write secret = "env:WHITELABEL_SECRET" and set that variable.'
        raise _problem(manifest, "secret", "is missing, or stands in the file itself", cure)
    return _resolved(manifest, "secret", manifest.secret, environ)


def _resolved(manifest: Manifest, key: str, said: str, environ: Mapping[str, str]) -> str:
    if not said.startswith("env:"):
        return said
    name = said.removeprefix("env:")
    value = looked_up(name, environ)
    if not value:
        raise _problem(manifest, key, f"the variable {name} is not set", f"Set {name}, or {name}_FILE to a file.")
    return value


def looked_up(name: str, environ: Mapping[str, str]) -> str:
    """Return a variable, else what stands in the file that NAME_FILE names; "" where neither is there."""
    return environ.get(name) or _from_file(environ.get(f"{name}_FILE"))


def _from_file(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8").strip() if path and Path(path).is_file() else ""


def _problem(manifest: Manifest, key: str, wrong: str, cure: str) -> ManifestProblem:
    return ManifestProblem(file=manifest.file, table="[source]", key=key, wrong=wrong, cure=cure)
