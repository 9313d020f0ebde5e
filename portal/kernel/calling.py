"""HTTP to other systems. Over https their certificates are checked by those of the machine."""

from __future__ import annotations

import ssl
from functools import cache
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import SplitResult


@cache
def tls() -> ssl.SSLContext:
    """Return the context of all calls: to make one reads every certificate of the machine, 17 ms of work."""
    made = ssl.create_default_context()
    made.set_alpn_protocols(["http/1.1"])
    return made


def connection(to: SplitResult, timeout: float) -> HTTPConnection:
    """Return a connection to the host of an http or https address; it opens with the first request."""
    host = to.hostname or ""
    if to.scheme == "https":
        return HTTPSConnection(host, to.port, timeout=timeout, context=tls())
    return HTTPConnection(host, to.port, timeout=timeout)
