"""What the application leaves out of Flask, and that nothing of it is missed."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from flask import Response, url_for
from werkzeug.test import EnvironBuilder

from portal.web.lean import Lean

HOST = "https://privacy.acme.example"


@pytest.fixture
def lean() -> Lean:
    app = Lean("lean", static_folder=None)
    app.extensions["closed"] = []

    @app.get("/whole")
    def whole() -> Response:
        answer = Response("whole")
        answer.call_on_close(lambda: app.extensions["closed"].append("whole"))
        return answer

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter(["one", "two"]))

    @app.get("/äddress/<int:number>")
    def address(number: int) -> str:
        return url_for("address", number=number + 1, _external=True)

    return app


def ask(app: Lean, path: str, method: str = "GET") -> Iterable[bytes]:
    environ = EnvironBuilder(path, HOST, method=method).get_environ()
    return app(environ, lambda status, headers, *failure: lambda data: data)


def test_what_lies_in_memory_is_one_list_and_closed_with_it(lean: Lean) -> None:
    assert ask(lean, "/whole") == [b"whole"]
    assert lean.extensions["closed"] == ["whole"]
    assert list(ask(lean, "/whole", "HEAD")) == []


def test_what_is_made_piece_by_piece_stays_so(lean: Lean) -> None:
    pieces = ask(lean, "/stream")
    assert not isinstance(pieces, list)
    assert list(pieces) == [b"one", b"two"]


def test_addresses_are_read_and_written_whole(lean: Lean) -> None:
    visitor = lean.test_client()
    assert visitor.get("/äddress/1?x=1", base_url=HOST).text == f"{HOST}/%C3%A4ddress/2"
    assert visitor.get("/äddress/x", base_url=HOST).status_code == 404
    assert visitor.post("/whole", base_url=HOST).status_code == 405
    below = visitor.get("/äddress/1", base_url=f"{HOST}/below")
    assert below.text == f"{HOST}/below/%C3%A4ddress/2"
