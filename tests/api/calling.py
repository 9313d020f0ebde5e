"""Programs that call the portal in tests."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from portal.api.service import keys
from tests.conftest import Portal


class Caller:
    """A program with a key of its own."""

    def __init__(self, portal: Portal, *scopes: str, name: str = "Booking App", rate: int = keys.RATE) -> None:
        self.portal, self.name = portal, name
        self.key = keys.add(name, scopes or list(keys.SCOPES), rate)
        self.client = portal.app.test_client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call an address below /api/v1; JSON goes out as it is written."""
        sent = {"Authorization": f"Bearer {self.key}", **{name.replace("_", "-"): v for name, v in headers.items()}}
        more = {} if body is None else {"json": body}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **more)

    def post(self, path: str, body: Any, *, status: int = 200, **headers: str) -> Any:
        """Post a body; return the answer, which must have this status."""
        answer = self.ask("POST", path, body, **headers)
        assert answer.status_code == status, f"{path} answered {answer.status}: {answer.text[:2000]}"
        return answer.json

    def get(self, path: str, *, status: int = 200) -> Any:
        """Get an address; return the answer, which must have this status."""
        answer = self.ask("GET", path)
        assert answer.status_code == status, f"{path} answered {answer.status}: {answer.text[:2000]}"
        return answer.json
