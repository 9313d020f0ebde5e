"""Every message as its reader gets it, with made-up facts that are the same each time: for staff and translators."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from jinja2 import meta

from portal import config
from portal.kernel.problems import N_
from portal.notices import service
from portal.notices.messages import CHANGES, DECLARED, STAFF_CHANGES
from portal.notices.messages.declared import ANSWERED, OPTIONAL
from portal.web import words

_DAY, _MOMENT = "2026-12-12", "2026-12-12T07:02:00+00:00"
_REFERENCE, _TOKEN = "R-7F3K-Q2", "0" * 32
_FACTS: dict[str, Any] = {
    "agent": "Lan Trần",
    "at": _MOMENT,
    "authority": "Cục An ninh mạng",
    "begins": _DAY,
    "by": _DAY,
    "code": "123456",
    "count": 7,
    "device": "Firefox, Linux",
    "expires_at": _MOMENT,
    "left": 9,
    "lines": [["half", _REFERENCE, _DAY], ["quarter", "R-9B2M-X4", _DAY], ["late", "R-3C8N-T5", _DAY]],
    "minutes": 10,
    "name": "Booking App",
    "on": _MOMENT,
    "outcome": "fulfil",
    "person": "mai.nguyen@example.com",
    "prove": True,
    "reference": _REFERENCE,
    "shown": "m…i@e…e.com",
    "size": 4_100_000,
    "system": "Booking App",
    "until": _DAY,
    "what": N_("Download of your data"),
}
# Where a message says different things: the facts in which they differ, by what the variant is called.
_CHOICES: dict[str, tuple[dict[str, Any], ...]] = {
    "security_changed": (*({"what": what} for what in sorted(CHANGES)), {"what": "ended", "url": ""}),
    "staff_changed": tuple({"what": what} for what in sorted(STAFF_CHANGES)),
    **{kind: ({"what": ""}, {"what": "Booking App: Bookings"}) for kind in DECLARED if kind.startswith("deletion_")},
    "deletion_paused": ({},),
    "request_decided": tuple({"outcome": outcome} for outcome in ("fulfil", "part", "refuse")),
    "child_decided": tuple(
        {"outcome": outcome}
        for outcome in ("delete", "stop", "see", "keep", "nothing", "upheld", "upheld-delete", "changed")
    ),
    "request_received": ({"prove": True}, {"prove": False}),
    "opted_out": ({"what": "Events and campaigns by e-mail"},),
    "policy_changes": tuple({"what": what} for what in ("Privacy policy", "Terms of Service", "Cookies")),
}
_DARK = "@media (prefers-color-scheme: dark)"
_PARTS = ("subject.txt", "body.txt", "body.html", "sms.txt")


class Preview(NamedTuple):
    """A message with made-up facts; `sms` is "" for one that is never sent as a text message."""

    subject: str
    text: str
    sms: str


def samples(kind: str) -> list[dict[str, Any]]:
    """Return the sets of facts, as they are stored, with which a message says all that it may say."""
    said = {name: _fact(name) for name in DECLARED[kind]}
    return [said | choice for choice in _CHOICES.get(kind, ({},))]


def drawn(kind: str, number: int, language: str) -> Preview:
    """Return subject and text of a message with one set of its samples."""
    facts = _whole(kind, number)
    sms = service.draw(kind, "sms.txt", language, facts) if has_sms(kind) else ""
    subject = service.draw(kind, "subject.txt", language, facts)
    return Preview(" ".join(subject.split()), service.with_foot(kind, language, facts).strip(), " ".join(sms.split()))


def page(kind: str, number: int, language: str, *, dark: bool) -> str:
    """Return a message's HTML as a reader sees it who likes it light, or dark, whatever the browser asks for."""
    html = service.draw(kind, "body.html", language, _whole(kind, number))
    scheme = '<meta name="color-scheme" content="light dark">'
    settled = html.replace(_DARK, "@media all" if dark else "@media not all")
    return settled.replace(scheme, f'<meta name="color-scheme" content="{"dark" if dark else "light"}">')


def has_sms(kind: str) -> bool:
    """Tell whether a message may go as a text message."""
    return f"{kind}/sms.txt" in service.pages(config.site().languages[0]).list_templates()


def untranslated(kind: str, language: str) -> list[str]:
    """Return the sentences of a message that a language lacks, in the order in which they are read."""
    known = words.of(language, config.site().timezone)
    return [said for said in _sentences(kind) if known.lacks(said)]


@cache
def _sentences(kind: str) -> list[str]:
    """Return every sentence of a message's templates and of what they share with others."""
    pages = service.pages(config.site().languages[0])
    there, wanted, said = (
        set(pages.list_templates()),
        [*(f"{kind}/{part}" for part in _PARTS), "_foot.txt"],
        dict[str, None](),
    )
    for template in wanted:  # grows while it is walked
        if template not in there or pages.loader is None:
            continue
        source, _, _ = pages.loader.get_source(pages, template)
        for _, _, found in pages.extract_translations(source):  # type: ignore[attr-defined]
            said |= dict.fromkeys([found] if isinstance(found, str) else [one for one in found if one])
        wanted += [name for name in meta.find_referenced_templates(pages.parse(source)) if name and name not in wanted]
    return list(said)


def _whole(kind: str, number: int) -> dict[str, Any]:
    """Return a sample with what its foot may say: that it can be answered, and where one chooses what one is sent."""
    place = f"{config.site().base_url}/marketing" if kind in OPTIONAL else ""
    return {"answered": kind in ANSWERED, "preferences": place, **samples(kind)[number]}


def _fact(name: str) -> Any:
    address = f"{config.site().base_url}/requests/{_REFERENCE}/{_TOKEN}"
    if name == "requests":
        return [[_REFERENCE, address], ["R-9B2M-X4", f"{config.site().base_url}/requests/R-9B2M-X4/{_TOKEN}"]]
    return address if name.endswith("url") else _FACTS[name]


def differs(facts: Mapping[str, Any], others: list[dict[str, Any]]) -> str:
    """Return in which facts a sample differs from the others, as it is named in a list."""
    names = [name for name in facts if any(other[name] != facts[name] for other in others)]
    return ", ".join(f"{name}: {_short(facts[name])}" for name in names)


def _short(fact: Any) -> str:
    """Return a fact as it stands in a list: of an address, that there is one."""
    return "…" if str(fact).startswith("http") else str(fact or "–")
