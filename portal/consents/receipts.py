"""Receipts: each choice of a person as a record that can be kept and shown elsewhere (RULES C4, C5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from portal import config
from portal.config import Purpose, Site
from portal.consents.models import ConsentEvent
from portal.consents.service.names import is_reserved
from portal.consents.service.projection import REQUEST
from portal.sources import registry

SCHEMA = "ISO/IEC TS 27560:2023"
_PAGES = {"privacy": "privacy-policy"}  # a document's name in the ledger, and its address where that differs
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
    }


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
        "withdrawal_method": f"{site.base_url}/{event.purpose.partition('.')[0]}",
        "privacy_rights": f"{site.base_url}/overview",
    }


def _notice(site: Site, event: ConsentEvent) -> str:
    """Return where the words are that somebody had before them: a document, or their own request."""
    if event.notice == REQUEST:
        return f"{site.base_url}/requests/{event.notice_version}"
    return f"{site.base_url}/{_PAGES.get(event.notice, event.notice)}/versions/{event.notice_version}"


def _purpose(event: ConsentEvent) -> str:
    """Return the purpose without the system for which alone it was chosen."""
    return str(event.purpose).partition("@")[0]


def _said(purpose: Purpose | None, part: str, language: str) -> str:
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
    """State what was done: every state but the most protective one gives consent."""
    given = event.state != purpose.states[0] if purpose else event.state != "off"
    return {
        "time": event.at.isoformat(),
        "validity_duration": "until withdrawn",
        "entity_id": f"subject:{event.subject_id}" if event.actor == "person" else event.actor,
        "type": "explicit",
        "state": "consent_given" if given else "consent_withdrawn",
        "choice": event.state,
    }
