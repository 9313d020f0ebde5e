"""Receipts: each choice of a person as a record that can be kept and shown elsewhere (RULES C4, C5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from portal import config
from portal.config import OPT_OUT, Purpose, Site, Use
from portal.consents.models import ConsentEvent
from portal.consents.service.names import is_reserved, page_of
from portal.consents.service.projection import REQUEST
from portal.consents.service.remembering import HERE
from portal.sources import registry

SCHEMA = "ISO/IEC TS 27560:2023"
_PAGES = {"privacy": "privacy-policy"}  # a document's name in the ledger, and its address where that differs
_CONSENT = {True: "consent_given", False: "consent_withdrawn"}
_OBJECTION = {True: "objection_withdrawn", False: "objected"}  # to what needs no consent (GDPR 21)
Receipt = dict[str, Any]


def receipts(subject_id: int, authority: Callable[[str], str]) -> Iterator[Receipt]:
    """Yield one receipt an event, the oldest first, in the language in which the choice was made.

    Each has every mandatory field of ISO/IEC TS 27560 and, of the optional ones, what GDPR makes mandatory. `authority`
    names, in a language, who supervises the company where the person lives.
    """
    events = ConsentEvent.select().where(ConsentEvent.subject == subject_id).order_by(ConsentEvent.id)
    for event in events.iterator():
        if not is_reserved(event.purpose):  # what says no is no consent; the ledger's own table shows it
            yield receipt(event, authority(event.language))


def receipt(event: ConsentEvent, authority: str) -> Receipt:
    """Return the receipt of one event, with the name of the authority."""
    site = config.site()
    return {
        "schema_version": SCHEMA,
        "record_id": event.record,
        "receipt_id": f"urn:uuid:{event.record}",
        "pii_principal_id": f"subject:{event.subject_id}",
        "privacy_notice": {
            "url": _notice(site, event),
            "version": event.notice_version,
        },
        "language": event.language,
        "jurisdiction": site.profile.upper(),
        "wording": event.wording,
        "collection_method": event.channel,
        **_processing(site, event),
        "authority_party": authority,
        "party": _controller(site),
        "event": _event(site.purposes.get(_purpose(event)), event),
        "also_used_for": [_told(use, name, event.language) for name, use in site.uses.items()],
        **_imported(event),
    }


def _imported(event: ConsentEvent) -> Receipt:
    """State of what was recorded elsewhere: where, when it was said there, and when it came here."""
    if not event.origin:
        return {}
    said_at = {"said_at": event.said_at.isoformat()} if event.said_at else {}
    return {"imported": {"from": titled_origin(event.origin, event.language), **said_at, "at": event.at.isoformat()}}


def titled_origin(origin: str, language: str) -> str:
    """Return what the place is called where a choice was recorded before it came here."""
    if origin == HERE:
        return f"{config.site().name} {config.site().product}"
    connected = (one for one in registry.active().connected() if one.id == origin)
    return next((one.title.in_(language) for one in connected), origin)


def _told(use: Use, name: str, language: str) -> Receipt:
    """Describe what nobody is asked about, because a contract, a law or safety needs it."""
    said = {part: _said(use, part, language) for part in ("title", "data", "recipients", "retention")}
    described = {"id": name, "lawful_basis": use.legal_basis, **said}
    return {part: words for part, words in described.items() if words}


def _processing(site: Site, event: ConsentEvent) -> Receipt:
    """Describe what was chosen about; a purpose that the site has dropped since keeps its wording only."""
    purpose, language = site.purposes.get(_purpose(event)), event.language
    said = {part: _said(purpose, part, language) for part in ("title", "data", "recipients", "retention")}
    return {
        "purpose": {"id": event.purpose, "title": said["title"] or event.purpose},
        "lawful_basis": purpose.legal_basis if purpose else "consent",
        "pii_information": said["data"],
        "pii_controllers": [site.company],
        "storage_locations": _places(site, event.purpose),
        "retention_period": said["retention"],
        "recipient_third_parties": said["recipients"],
        "withdrawal_method": f"{site.base_url}/{page_of(_purpose(event))}",
        "privacy_rights": f"{site.base_url}/overview",
    }


def _notice(site: Site, event: ConsentEvent) -> str:
    """Return where the words are that somebody had before them: a document, or their own request."""
    if event.notice == REQUEST:
        return f"{site.base_url}/requests/{event.notice_version}"
    page = f"{site.base_url}/{_PAGES.get(event.notice, event.notice)}"
    return f"{page}/versions/{event.notice_version}" if event.notice_version else page


def _purpose(event: ConsentEvent) -> str:
    """Return the purpose without the system for which alone it was chosen."""
    return str(event.purpose).partition("@")[0]


def _said(purpose: Purpose | Use | None, part: str, language: str) -> str:
    words = getattr(purpose, part) if purpose else {}
    return str(words.get(language) or words.get("en", ""))


def _places(site: Site, purpose: str) -> list[str]:
    """Return the portal and the systems that a choice is written to."""
    name, _, alone = purpose.partition("@")
    takers = (source for source in registry.active().connected() if name in source.manifest.preferences)
    return [f"{site.name} {site.product}", *(str(source.title) for source in takers if alone in ("", source.id))]


def _controller(site: Site) -> Receipt:
    return {
        "id": site.name,
        "name": site.company,
        "address": site.address,
        "contact": site.support_email,
        "type": "pii_controller",
    }


def _event(purpose: Purpose | None, event: ConsentEvent) -> Receipt:
    """State what was done: every state but the most protective one gives consent, or ends an objection."""
    given = event.state != purpose.states[0] if purpose else event.state != "off"
    objected = purpose is not None and purpose.choice == OPT_OUT
    return {
        "time": (event.said_at or event.at).isoformat(),
        "validity_duration": "until withdrawn",
        "entity_id": f"subject:{event.subject_id}" if event.actor == "person" else event.actor,
        "type": "explicit",
        "state": _OBJECTION[given] if objected else _CONSENT[given],
        "choice": event.state,
    }
