"""One POST to an address of others, never into our own network: a name is looked up once, and that place is kept.

No redirect is followed, nothing of the answer is read but its status and `Retry-After`.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from portal.kernel import calling, clock
from portal.kernel.problems import N_, Problem

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 15.0
Network = IPv4Network | IPv6Network


class BadAddress(Problem):
    """An address that webhooks do not go to: no https, a password in it, or one inside a network of one's own."""

    status, code = 422, "bad-webhook-address"
    say = N_("Webhooks cannot go to this address.")
    then = N_("Use an https address on the open internet, without a name or password in it.")


class Answer(NamedTuple):
    """What came back: a status, or a word for what went wrong; seconds to wait where the receiver asks for that."""

    status: int | None
    took: int  # milliseconds
    trouble: str = ""
    retry_after: float | None = None

    @property
    def is_heard(self) -> bool:
        """Tell whether the receiver has taken it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300


class Reached(NamedTuple):
    """An address after its name was looked up: what it says, and where exactly the connection goes."""

    parts: SplitResult
    host: str
    port: int
    family: int
    place: str  # the IP address


def networks(listed: Sequence[str]) -> tuple[Network, ...]:
    """Return networks of one's own that may be reached all the same; ValueError names the one that is wrong."""
    return tuple(ip_network(one) for one in listed)


def parsed(url: str, allowed: Sequence[Network]) -> SplitResult:
    """Return an address that webhooks may have; http only where networks are allowed. Raises BadAddress."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress from error
    schemes = ("https", "http") if allowed else ("https",)
    odd = any(sign.isspace() or not sign.isprintable() for sign in url)
    if parts.scheme not in schemes or not parts.hostname or port == 0 or parts.username is not None or odd:
        raise BadAddress
    if parts.fragment or len(url) > 500:
        raise BadAddress
    return parts


def reached(url: str, allowed: Sequence[Network]) -> Reached:
    """Look an address up; raises BadAddress where one of what its name stands for is not on the open internet."""
    parts = parsed(url, allowed)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [(family, str(address[0])) for family, _, _, _, address in found]
    for _family, place in places:
        if not _is_open(place, allowed, is_plain=parts.scheme == "http"):
            raise BadAddress
    family, place = places[0]
    return Reached(parts, host, port, family, place)


def _is_open(place: str, allowed: Sequence[Network], *, is_plain: bool) -> bool:
    address = ip_address(place.partition("%")[0])
    inside = getattr(address, "ipv4_mapped", None) or address
    if any(inside in network for network in allowed if network.version == inside.version):
        return True
    return not is_plain and inside.is_global and not inside.is_multicast and not inside.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]) -> Answer:
    """Send a body; whatever goes wrong is an answer, nothing is raised."""
    began = time.monotonic()
    try:
        status, retry_after = _posted(reached(url, allowed), body, headers)
    except BadAddress:
        return Answer(None, _since(began), "address not allowed")
    except socket.gaierror:
        return Answer(None, _since(began), "name not found")
    except TimeoutError:
        return Answer(None, _since(began), "no answer in time")
    except ssl.SSLError:
        return Answer(None, _since(began), "no secure connection")
    except (OSError, HTTPException, UnicodeError) as error:
        return Answer(None, _since(began), type(error).__name__)
    return Answer(status, _since(began), "", _seconds(retry_after))


def _posted(to: Reached, body: bytes, headers: Mapping[str, str]) -> tuple[int, str | None]:
    connection = _connection(to)
    try:
        connection.connect()
        over = threading.Timer(ANSWER_SECONDS, _cut, [connection.sock])  # who answers a byte a second would go on
        over.daemon = True
        over.start()
        try:
            path = (to.parts.path or "/") + (f"?{to.parts.query}" if to.parts.query else "")
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.headers.get("Retry-After")
        finally:
            over.cancel()
    finally:
        connection.close()


def _connection(to: Reached) -> HTTPConnection:
    """Return a connection to the very place that was looked at: a name that means another one later changes nothing."""
    if to.parts.scheme == "http":
        opened: HTTPConnection = HTTPConnection(to.host, to.port, timeout=ANSWER_SECONDS)
    else:
        opened = HTTPSConnection(to.host, to.port, timeout=ANSWER_SECONDS, context=calling.tls())

    def connect(*_: object, **__: object) -> socket.socket:
        made = socket.create_connection((to.place, to.port), CONNECT_SECONDS)
        made.settimeout(ANSWER_SECONDS)
        return made

    opened._create_connection = connect  # type: ignore[attr-defined]
    return opened


def _cut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is over already


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _seconds(asked: str | None) -> float | None:
    """Return the seconds of a Retry-After, which says them or a date (RFC 9110 §10.2.3); None for anything else."""
    if not asked:
        return None
    if asked.strip().isascii() and asked.strip().isdigit():
        return float(min(int(asked.strip()[:9]), 86_400))
    try:
        at = parsedate_to_datetime(asked)
    except (TypeError, ValueError):
        return None
    return max(0.0, min((at - clock.now()).total_seconds(), 86_400.0)) if at.tzinfo else None
