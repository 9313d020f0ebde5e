"""A receipt in the form of Kantara's Consent Receipt 1.1, which tools older than ISO/IEC TS 27560 read (RULES C5)."""

from __future__ import annotations

from typing import Any

from portal import config
from portal.consents.models import ConsentEvent
from portal.consents.receipts import Receipt, receipt
from portal.kernel.problems import NotFound

VERSION = "KI-CR-v1.1.0"
# From the specification's own list; a purpose that is neither stands under its title.
_CATEGORIES = {"marketing": "6 - Marketing", "location": "5 - Personalize Experience"}
_SENSITIVE = frozenset({"location"})  # in the law of Viet Nam (RULES C7)


def of(event: ConsentEvent, authority: str) -> Receipt:
    """Return the receipt of a consent; raises NotFound for a withdrawal, which this form has no word for."""
    full = receipt(event, authority)
    if full["event"]["state"] != "consent_given":
        raise NotFound
    purpose = _purpose(full)
    sensitive = _kind(full) in _SENSITIVE
    return {
        "version": VERSION,
        "jurisdiction": full["jurisdiction"],
        "consentTimestamp": int(event.at.timestamp()),
        "collectionMethod": full["collection_method"],
        "consentReceiptID": full["record_id"],
        "language": full["language"],
        "piiPrincipalId": full["pii_principal_id"],
        "piiControllers": [_controller(full["party"])],
        "policyUrl": full["privacy_notice"]["url"],
        "services": [{"service": f"{config.site().name} {config.site().product}", "purposes": [purpose]}],
        "sensitive": sensitive,
        "spiCat": purpose["piiCategory"] if sensitive else [],
    }


def _purpose(full: Receipt) -> dict[str, Any]:
    title, others = full["purpose"]["title"], full["recipient_third_parties"]
    disclosed = others not in ("", config.site().name)
    return {
        "purpose": full["wording"],
        "purposeCategory": [_CATEGORIES.get(_kind(full), title)],
        "consentType": "EXPLICIT",
        "piiCategory": [full["pii_information"] or title],
        "primaryPurpose": False,  # everything here can be refused while the service goes on (RULES C2)
        "termination": full["retention_period"] or full["event"]["validity_duration"],
        "thirdPartyDisclosure": disclosed,
        **({"thirdPartyName": others} if disclosed else {}),
    }


def _controller(party: Receipt) -> dict[str, Any]:
    site = config.site()
    return {
        "piiController": party["name"],
        "onBehalf": False,
        "contact": f"{site.name} {site.product}",
        "address": {"streetAddress": party["address"]},
        "email": party["contact"],
        "phone": site.phone,
        "piiControllerUrl": site.base_url,
    }


def _kind(full: Receipt) -> str:
    return str(full["purpose"]["id"]).partition(".")[0]
