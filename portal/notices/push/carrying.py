"""How a push leaves: to known push services alone, whatever address a browser named."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from portal import config
from portal.kernel import calling, failpoints
from portal.notices.push import vapid

TIMEOUT = 10
LONGEST = 1_000  # letters of an endpoint
TTL = 24 * 60 * 60  # seconds for which a push service keeps it while the browser is away
# A dot before a name: any host below it. An operator adds others with PORTAL_PUSH_HOSTS.
KNOWN = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
)
_OVER = frozenset({404, 410})
_TOPIC = "news"  # one that waits is replaced by the next (RFC 8030 §5.4)


class Over(Exception):
    """The browser takes nothing more at this address."""


class Refused(Exception):
    """The push service refuses what we send, and would again; the message is its answer's number."""


def is_known(endpoint: str) -> bool:
    """Tell whether an address is one of a push service that we speak to: https, no other port, no name before it.

    An operator's entry may be a whole origin such as `http://127.0.0.1:9000`, and then that alone is meant.
    """
    try:
        parts = urlsplit(endpoint)
        plain = parts.port in (None, 443) and parts.scheme == "https" and "@" not in parts.netloc
    except ValueError:
        return False
    host, hosts = parts.hostname or "", (*KNOWN, *config.active().push_hosts)
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return False
    if f"{parts.scheme}://{parts.netloc}" in hosts:
        return True
    return plain and any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)


def carry(endpoint: str, sealed: bytes) -> None:
    """Hand a sealed message to a push service (RFC 8030 §5); redirects are not followed.

    Raises Over for an address that has ended, Refused for good, OSError or HTTPException when it is worth another try.
    """
    failpoints.point("push: before send")
    status = _post(urlsplit(endpoint), sealed, vapid.authorization(endpoint))
    failpoints.point("push: after send")
    if status in _OVER:
        raise Over
    if status == 429 or status >= 500:
        raise OSError(f"the push service answered {status}")
    if not 200 <= status < 300:
        raise Refused(str(status))


def _post(parts: SplitResult, sealed: bytes, authorization: str) -> int:
    connection = calling.connection(parts, TIMEOUT)
    headers = {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL),
        "Topic": _TOPIC,
        "Urgency": "normal",
    }
    try:
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), sealed, headers)
        return connection.getresponse().status
    finally:
        connection.close()
