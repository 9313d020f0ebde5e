"""A mail as it goes over the wire: seven bits a byte, no address or link folded, signed last (RFC 6376, RFC 8058).

The receiver of a one-click address reads it from the header as it stands, so nothing may be broken or encoded in it.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from portal import config

_WHOLE = ("to", "from", "reply-to", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post")
_LONGEST = 900  # of a line; 998 is the limit (RFC 5322 2.1.1)
# Named once more than they occur, so that nobody can add a second one below the signature.
_OVERSIGNED = (b"from", b"to", b"subject", b"date", b"reply-to")
SIGNED = (
    *_OVERSIGNED, b"message-id", b"mime-version", b"content-type", b"content-transfer-encoding", b"content-language",
    b"auto-submitted", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip


class _Wire(EmailPolicy):
    """Folds what people read, and leaves whole what programs read."""

    def fold(self, name: str, value: Any) -> str:
        text = str(value)
        if name.lower() in _WHOLE and text.isascii() and len(text) <= _LONGEST:
            return f"{name}: {text}\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")


POLICY = _Wire(linesep="\r\n", cte_type="7bit")
_WIDE = POLICY.clone(utf8=True)


def raw(mail: EmailMessage, *, wide: bool = False) -> bytes:
    """Return the bytes of a mail, signed where there is a key; `wide`: with addresses beyond ASCII (RFC 6531)."""
    return signed(mail.as_bytes(policy=_WIDE if wide else POLICY))


def is_ascii(mail: EmailMessage) -> bool:
    """Tell whether any server can take the addresses of a mail."""
    return all(str(mail[name] or "").isascii() for name in ("To", "Reply-To"))


def signed(mail: bytes) -> bytes:
    """Return a mail with its DKIM-Signature in front; as it is where the operator has set no key."""
    settings, site = config.active(), config.site().mail
    if not (settings.dkim_key and site.domain):
        return mail
    return sign(mail, settings.dkim_key, site.domain, site.selector)


def sign(mail: bytes, key: str, domain: str, selector: str) -> bytes:
    """Sign a mail with a key in PEM: relaxed/relaxed, for what a server on the way may fold anew.

    The header names what is there and, once more, what must not be added. ValueError for a key that is none.
    """
    import dkim  # an extra: only whoever sets a key needs it

    head = mail.partition(b"\r\n\r\n")[0].lower()
    there = tuple(name for name in SIGNED if head.startswith(name + b":") or b"\r\n" + name + b":" in head)
    try:
        made = dkim.sign(
            mail, selector.encode(), domain.encode(), key.encode(),
            canonicalize=(b"relaxed", b"relaxed"), include_headers=[*there, *_OVERSIGNED],
        )  # fmt: skip
    except dkim.DKIMException as error:
        raise ValueError("PORTAL_DKIM_KEY is not an RSA key in PEM; `portal dkim-key` makes one") from error
    return bytes(made) + mail
