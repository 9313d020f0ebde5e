"""Where a deletion is shown and taken back, and where mail about it goes."""

from __future__ import annotations

from portal import config
from portal.deletion.models import Deletion
from portal.kernel import tokens
from portal.notices import messages
from portal.subjects import service as subjects


def recipient_of(deletion: Deletion) -> messages.Recipient | None:
    """Return where messages about a deletion go; None for somebody without an e-mail address."""
    if deletion.address is None:
        return None
    return messages.Recipient(deletion.address, deletion.language, subjects.account_of(deletion.subject))


def cancel_url(reference: str) -> str:
    """Return the address in the mail that keeps what was to go; no table holds its secret."""
    return f"{config.site().base_url}/deletion/cancel/{reference}-{secret(reference)}"


def page_url(reference: str) -> str:
    """Return the address of the page that shows how a deletion stands."""
    return f"{config.site().base_url}/deletion/{reference}"


def urls(reference: str) -> dict[str, str]:
    """Return both, as messages name them."""
    return {"cancel_url": cancel_url(reference), "url": page_url(reference)}


def secret(reference: str) -> str:
    """Return what makes the address in the mail one that nobody guesses."""
    return tokens.derived("cancel deletion", reference)
