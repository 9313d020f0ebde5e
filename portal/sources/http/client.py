"""Signed calls to a system that speaks the protocol of protocol.openapi.json."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import SplitResult, urlsplit

from portal.kernel import calling, clock, failpoints
from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Person
from portal.sources.signing import SIGNATURE, TIMESTAMP, sign

CONNECT_SECONDS, ANSWER_SECONDS = 3, 60
PAUSES = (0.2, 0.6)  # seconds before the second and the third try
LARGEST = 16 * 2**20  # bytes of an answer that is no stream, and of one line of a stream
_AGAIN = (502, 503, 504)
_PASSING = (408, 425, 429, *range(500, 600))
_NEVER = (501, 505)

Refuse = Callable[[str, bool], SourceUnavailable]


class Client:
    """One system's address and secret. Each call is a connection of its own."""

    def __init__(self, name: str, url: str, secret: str, refuse: Refuse) -> None:
        self._name, self._secret, self._refuse = name, secret, refuse
        self._address: SplitResult = urlsplit(url)

    def ask(self, path: str, operation: str, key: str, **asked: Any) -> tuple[int, Mapping[str, Any]]:
        """Make a call and return its status, 200 or 202, and the JSON object that it answered."""
        with self.open(path, operation, key, **asked) as response:
            body = response.read(LARGEST + 1)
            if response.length and len(body) <= LARGEST:
                raise IncompleteRead(body, response.length)
            with self.understood(operation):  # a body that is too long ends in the middle
                return response.status, {**json.loads(body)}

    @contextmanager
    def open(self, path: str, operation: str, key: str, **asked: Any) -> Iterator[HTTPResponse]:
        """Make a call and hand over the answer as it comes; a break on the way is a passing refusal.

        Tried anew with the same key after a broken connection and a 502, 503 or 504. Redirects are refused.
        """
        body = json.dumps({"operation": operation, **asked}, ensure_ascii=False).encode()
        connection, response = self._tried(path, operation, key, body)
        try:
            if response.status not in (200, 202):
                passing = response.status in _PASSING and response.status not in _NEVER
                raise self._refuse(f"{operation}: answered {response.status}", not passing)
            yield response
        except (OSError, HTTPException) as error:
            raise self._refuse(f"{operation}: {type(error).__name__}", False) from error
        finally:
            response.close()
            connection.close()

    @contextmanager
    def understood(self, operation: str) -> Iterator[None]:
        """Refuse, permanently, an answer that is not what the protocol says."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._refuse(f"{operation}: the answer is not as the protocol says", True) from error

    def _tried(self, path: str, operation: str, key: str, body: bytes) -> tuple[HTTPConnection, HTTPResponse]:
        for pause in PAUSES:
            try:
                connection, response = self._once(path, operation, key, body)
                if response.status not in _AGAIN:
                    return connection, response
                connection.close()
            except TimeoutError as error:
                raise self._refuse(f"{operation}: no answer in time", False) from error
            except (OSError, HTTPException):
                pass  # tried anew below
            time.sleep(pause)
        try:
            return self._once(path, operation, key, body)
        except (OSError, HTTPException) as error:
            raise self._refuse(f"{operation}: {type(error).__name__}", False) from error

    def _once(self, path: str, operation: str, key: str, body: bytes) -> tuple[HTTPConnection, HTTPResponse]:
        timestamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            TIMESTAMP: timestamp,
            SIGNATURE: sign(self._secret, timestamp, body),
        }
        connection = calling.connection(self._address, CONNECT_SECONDS)
        failpoints.point(f"{self._name}: before {operation}")
        try:
            connection.connect()
            connection.sock.settimeout(ANSWER_SECONDS)
            connection.request("POST", self._address.path.rstrip("/") + path, body, headers)
            response = connection.getresponse()
        except BaseException:
            connection.close()
            raise
        failpoints.point(f"{self._name}: after {operation}")
        return connection, response


def as_sent(person: Person) -> dict[str, Any]:
    """Return of a person what the protocol knows: what only stood on their row elsewhere is nobody else's business."""
    return {"keys": person.keys, "identifiers": [asdict(identifier) for identifier in person.identifiers]}
