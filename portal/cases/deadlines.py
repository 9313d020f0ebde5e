"""The legal clock of this site: `legal` under the laws that its file names, with what staff have changed since."""

from __future__ import annotations

from datetime import datetime

from portal import config
from portal.cases import legal
from portal.cases.legal import Authority, InForce, Law, Terms, received_on
from portal.cases.models import LegalEdit
from portal.config import OPT_OUT, ConfigProblem, Site
from portal.kernel import clock
from portal.sources import registry
from portal.subjects import service as subjects

__all__ = [
    "authority",
    "authority_in",
    "check",
    "days",
    "extend",
    "law",
    "names",
    "profile",
    "received_on",
    "shared",
    "terms",
]


def terms(
    kind: str, received: datetime, country: str = "", *, processor: bool = False, extension: bool = False
) -> Terms:
    """Return the dates of a request (RULES D1); see `legal.terms`."""
    zone = config.site().timezone
    return legal.terms(kind, received, country, zone, processor=processor, extension=extension, law=law())


def extend(
    kind: str,
    received: datetime,
    country: str = "",
    *,
    reason: str,
    extended: bool = False,
    processor: bool = False,
) -> Terms:
    """Return the dates of a request that is extended now (RULES D4); see `legal.extend`, also for its refusals."""
    return legal.extend(
        kind,
        received,
        country,
        config.site().timezone,
        at=clock.now(),
        reason=reason,
        extended=extended,
        processor=processor,
        law=law(),
    )


def days(kind: str) -> int:
    """Return in how many days after it was received a request of a kind is completed at the latest, for everybody."""
    return terms(kind, clock.now()).days


def law() -> Law:
    """Return the law that this site is under, with what staff changed."""
    site = config.site()
    edits = tuple(
        legal.Edit(row.profile, row.path, row.value, row.effective_from, row.reason, row.by_staff)
        for row in LegalEdit.select().order_by(LegalEdit.id)
    )
    return Law(site.profile, site.profiles or legal.NAMES, edits)


def shared(subject_id: int | None) -> bool:
    """Tell whether others process a person's data too: whether a system where they are found says so in its manifest.

    It does by a `processor`, or by a `controller` other than the company itself. Rows of single customers do not
    count: these are asked apart and have a clock of their own. Of whoever is not known yet the shorter time counts.
    """
    if subject_id is None:
        return False
    own, known = config.site().controller, subjects.links(subject_id)
    found = [source.manifest for source in registry.active().connected() if source.id in known]
    return any(one.processor or (own and one.controller not in ("", own)) for one in found)


def authority(country: str) -> Authority:
    """Return who supervises us for somebody in a country, with address and where to complain (RULES D6)."""
    return law().applying(country, clock.today())[-1].authority(country)


def authority_in(language: str, country: str) -> str:
    """Return the name of that authority in a language, in the first that its profile has where it lacks this one."""
    name = authority(country).name
    return name.get(language) or next(iter(name.values()))


def names() -> list[str]:
    """Return the profiles that this site is under."""
    return list(config.site().profiles or legal.NAMES)


def profile(name: str) -> InForce:
    """Return what one law says today, by its name, such as "vn"; FileNotFoundError where there is none."""
    return legal.profile(name).on(clock.today(), law().edits)


def check(site: Site) -> None:
    """Refuse a site whose file names an unknown law or goes against one: ConfigProblem, with one line."""
    unknown = {site.profile, *site.profiles} - set(legal.NAMES)
    if unknown:
        raise ConfigProblem(
            f"site.toml: rules: no profile {', '.join(sorted(unknown))}; known: {', '.join(legal.NAMES)}"
        )
    for name in (site.profile, *(site.profiles or legal.NAMES)):
        _check_asked_first(site, name)


def _check_asked_first(site: Site, name: str) -> None:
    """Refuse what counts people in where a law wants a yes beforehand (RULES C2, M9)."""
    asked_first = legal.profile(name).asked_first
    for purpose in site.purposes.values():
        if purpose.choice == OPT_OUT and purpose.id.partition(".")[0] in asked_first:
            raise ConfigProblem(
                f'site.toml: purposes."{purpose.id}" is opt-out, and the legal profile "{name}" asks for consent '
                'beforehand; write choice = "opt-in" and legal_basis = "consent"'
            )
